/* SPDX-License-Identifier: MIT */
/* outpost_enter: what an element is to run becomes a state on the node. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "base/path.h"
#include "cli/app.h"
#include "cli/outpost_parts.h"
#include "grid/chunk.h"
#include "grid/frames.h"
#include "store/object.h"
#include "store/store.h"
#include "task/history.h"
#include "task/job.h"
#include "task/lane.h"
#include "task/task.h"
#include "task/transfer.h"

/* What is needed while it is put together. */
struct entering {
	struct element *e;
	struct store *store;
	struct tally tally;
	json_t *jobs;    /* id at home: [id, generation] here */
	json_t *tasks;   /* row at home: row here */
	json_t *lanes;   /* id at home: [job, generation, task, lane] here */
	json_t *objects; /* hash: true */
};

/* ---- what earlier runs did ---- */

static int
note_done(json_t *line, void *ctx, struct err *err)
{
	struct element *e = ctx;
	const char *status = json_string_value(json_object_get(line, "status"));
	char *id;

	(void)err;
	if (!status || strcmp(status, "retrying") == 0)
		return 0;
	id = json_dumps(json_object_get(line, "id"), JSON_ENCODE_ANY);
	if (id)
		json_object_set_new(e->done, id, json_true());
	free(id);
	return 0;
}

/* What a run before us handed back need not be run again. What cannot be read is as good as none.
 */
static void
look_at_earlier(struct element *e, const char *folder)
{
	char *begin = xasprintf("%s.%d.", e->name, e->number);
	char **files = outbox_list(folder, begin), name[BATCH_UUID];
	int element;

	for (char **file = files; file && *file; file++) {
		char *path = path_join(folder, *file);
		struct frames *f = outbox_is_result(*file, name, &element) ? frames_open(path, NULL)
									   : NULL;

		if (f)
			chunk_each(f, "executions", note_done, e, NULL);
		frames_close(f);
		free(path);
	}
	outbox_free(files);
	free(begin);
}

/* ---- tasks, jobs, lanes ---- */

static int
enter_history(
    const struct entering *in, const struct task *task, const json_t *piece, struct err *err)
{
	struct estimate known;

	if (estimate_parse(json_object_get(piece, "history"), &known, NULL) < 0)
		return 0;
	return history_put(in->store, task->row, &known, err);
}

static void
note_room(struct element *e, const struct task *task)
{
	if (e->cpus < ceil(task->cpus))
		e->cpus = (int)ceil(task->cpus);
	if (e->memory < task->memory)
		e->memory = task->memory;
}

static enum task_origin
origin_of(const json_t *piece)
{
	const char *word = json_string_value(json_object_get(piece, "origin"));

	for (int o = TASK_REGISTERED; word && o <= TASK_ADHOC; o++)
		if (strcmp(word, task_origin_name((enum task_origin)o)) == 0)
			return (enum task_origin)o;
	return TASK_REGISTERED;
}

/* The row here of a task there, or -1. */
static int64_t
enter_task(struct entering *in, json_int_t row, struct err *err)
{
	char piece[CHUNK_PIECE];
	json_t *known = json_object_get(in->tasks, chunk_numbered("task", row, piece)), *json;
	struct task *task = NULL;
	int64_t here = -1;

	if (known)
		return json_integer_value(known);
	json = chunk_get(in->e->chunk, piece, err);
	if (json)
		task = task_parse(json_object_get(json, "definition"), err);
	if (task) {
		task->origin = origin_of(json);
		if (task_keep(in->store, in->e->app->org, task, err) == 0 &&
		    enter_history(in, task, json, err) == 0)
			here = task->row;
		note_room(in->e, task);
	}
	if (here > 0)
		json_object_set_new(in->tasks, piece, json_integer(here));
	task_free(task);
	json_decref(json);
	return here;
}

static int
enter_job(struct entering *in, const json_t *lane, int64_t task, struct job *job, struct err *err)
{
	const char *name = json_string_value(json_object_get(lane, "job"));
	char piece[CHUNK_PIECE];
	json_t *known = json_object_get(in->jobs,
		   chunk_numbered(
		       "job", json_integer_value(json_object_get(lane, "job_id")), piece)),
	       *settings;
	int rc;

	if (known) {
		*job = (struct job){ json_integer_value(json_array_get(known, 0)),
			(int)json_integer_value(json_array_get(known, 1)) };
		return 0;
	}
	settings = json_pack("{s:s, s:{}, s:{}, s:{}}", "task", "", "set", "force", "inputs");
	rc = job_open(in->store, in->e->app->org, name, task, settings, true, job, err);
	json_decref(settings);
	json_object_set_new(
	    in->jobs, piece, json_pack("[I, i]", (json_int_t)job->id, job->generation));
	return rc < 0 ? -1 : 0;
}

static int
make_lane(struct entering *in, const json_t *json, struct transfer_place *place, struct err *err)
{
	struct lane_spec spec = { .queue = json_string_value(json_object_get(json, "queue")),
		.priority = (int)json_integer_value(json_object_get(json, "priority")) };

	place->task = enter_task(in, json_integer_value(json_object_get(json, "task")), err);
	if (place->task < 0 || enter_job(in, json, place->task, &place->job, err) < 0)
		return -1;
	spec.job = place->job;
	spec.task = place->task;
	place->lane = lane_open(in->store, &spec, err);
	return place->lane < 0 ? -1 : 0;
}

static int
enter_lane(struct entering *in, json_int_t lane, struct transfer_place *place, struct err *err)
{
	char piece[CHUNK_PIECE];
	json_t *known = json_object_get(in->lanes, chunk_numbered("lane", lane, piece)), *json;
	int rc;

	if (known) {
		*place = (struct transfer_place){
			.job = { json_integer_value(json_array_get(known, 0)),
			    (int)json_integer_value(json_array_get(known, 1)) },
			.task = json_integer_value(json_array_get(known, 2)),
			.lane = json_integer_value(json_array_get(known, 3))
		};
		return 0;
	}
	json = chunk_get(in->e->chunk, piece, err);
	rc = json ? make_lane(in, json, place, err) : -1;
	json_decref(json);
	if (rc == 0)
		json_object_set_new(in->lanes, piece,
		    json_pack("[I, i, I, I]", (json_int_t)place->job.id, place->job.generation,
			(json_int_t)place->task, (json_int_t)place->lane));
	return rc;
}

/* ---- executions ---- */

static int
enter_object(struct entering *in, const char *hex, struct err *err)
{
	struct buf content = BUF_INIT;
	char is[DIGEST_HEX];
	int rc;

	if (!hex || json_object_get(in->objects, hex))
		return 0;
	rc = chunk_get_object(in->e->chunk, hex, &content, err);
	if (rc == 0)
		rc = object_put(in->store, buf_str(&content), content.len, is, err);
	buf_clear(&content);
	json_object_set_new(in->objects, hex, json_true());
	return rc < 0 ? -1 : 0;
}

static int
enter_one(json_t *line, void *ctx, struct err *err)
{
	struct entering *in = ctx;
	struct element *e = in->e;
	json_t *objects = json_object_get(line, "objects"), *hex;
	struct transfer_place place;
	char *id = json_dumps(json_object_get(line, "id"), JSON_ENCODE_ANY);
	size_t i;
	int rc = -1;

	if (!id) {
		err_set(err, ERR_INPUT, "an execution has no id");
	} else if (json_object_get(e->done, id)) {
		rc = 0;
	} else if (enter_lane(in, json_integer_value(json_object_get(line, "lane")), &place, err) ==
	    0) {
		rc = transfer_enter(
		    in->store, &place, line, json_object_get(line, "params"), &in->tally, err);
		json_object_set_new(e->known, id,
		    json_pack("{s:O?, s:O?}", "attempt", json_object_get(line, "attempt"), "paths",
			json_object_get(line, "paths")));
		e->entered++;
	}
	json_array_foreach(objects, i, hex)
		if (rc == 0)
			rc = enter_object(in, json_string_value(hex), err);
	free(id);
	return rc;
}

static int
enter_all(struct entering *in, struct err *err)
{
	char piece[CHUNK_PIECE];

	if (store_begin(in->store, err) < 0)
		return -1;
	if (chunk_each(in->e->chunk, chunk_numbered("element", in->e->number, piece), enter_one, in,
		err) == 0 &&
	    tally_write(&in->tally, in->store, err) == 0)
		return store_commit(in->store, err);
	store_rollback(in->store);
	return -1;
}

/* The settings of whoever submitted it hold here, too. */
static int
write_config(const struct element *e, struct err *err)
{
	struct buf text = BUF_INIT;
	char *path = path_join(e->state, "config.yaml");
	int rc = frames_get(e->chunk, "config", &text, err);

	if (rc > 0)
		rc = file_write(path, buf_str(&text), text.len, err);
	free(path);
	buf_clear(&text);
	return rc < 0 ? -1 : 0;
}

int
element_enter(struct element *e, struct err *err)
{
	struct entering in = { .e = e,
		.tally = TALLY_INIT,
		.jobs = json_object(),
		.tasks = json_object(),
		.lanes = json_object(),
		.objects = json_object() };
	char *folder = path_absolute(e->path), *slash = strrchr(folder, '/');
	int rc = -1;

	e->known = json_object();
	e->done = json_object();
	if (slash)
		*slash = '\0';
	look_at_earlier(e, folder);
	in.store = store_open(e->state, STORE_CREATE | STORE_FLEETING, err);
	if (in.store && write_config(e, err) == 0)
		rc = enter_all(&in, err);
	if (rc < 0)
		err_wrap(err, "element %d of '%s'", e->number, e->path);
	tally_clear(&in.tally);
	store_close(in.store);
	json_decref(in.jobs);
	json_decref(in.tasks);
	json_decref(in.lanes);
	json_decref(in.objects);
	free(folder);
	return rc;
}

void
element_clear(struct element *e)
{
	frames_close(e->chunk);
	json_decref(e->header);
	json_decref(e->known);
	json_decref(e->done);
	free(e->note);
	free(e->dir);
	free(e->state);
}
