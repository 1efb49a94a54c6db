/* SPDX-License-Identifier: MIT */
/* cluster_home: what compute nodes handed back comes home. */
#include "cli/cluster_home.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/path.h"
#include "cli/app.h"
#include "cli/cluster_home_parts.h"
#include "cli/config.h"
#include "grid/chunk.h"
#include "grid/frames.h"
#include "grid/outbox.h"
#include "store/object.h"
#include "store/store.h"
#include "task/cache.h"
#include "task/gate.h"
#include "task/history.h"
#include "task/lane.h"
#include "task/task.h"
#include "task/transfer.h"
#include "task/workers.h"

/* ---- one execution ---- */

static int
take_object(
    struct home *h, const struct lane *lane, int64_t id, const json_t *artifact, struct err *err)
{
	const char *name = json_string_value(json_array_get(artifact, 1));
	const char *hex = json_string_value(json_array_get(artifact, 2));
	struct buf content = BUF_INIT;
	char *family;
	int rc;

	if (!name || !hex)
		return err_set(err, ERR_INPUT, "an artifact of %lld is none", (long long)id);
	family = xasprintf("%s %s", lane->task->name, name);
	rc = chunk_get_object(h->file, hex, &content, err);
	if (rc == 0)
		rc = object_put_output(h->store, id, family, buf_str(&content), content.len, err);
	free(family);
	buf_clear(&content);
	return rc;
}

static int
take_objects(
    struct home *h, const struct lane *lane, int64_t id, const json_t *execution, struct err *err)
{
	json_t *artifacts = json_object_get(execution, "artifacts"), *artifact;
	size_t i;

	json_array_foreach(artifacts, i, artifact)
		if (take_object(h, lane, id, artifact, err) < 0)
			return -1;
	return 0;
}

/* What the end of it tells of its task. */
static int
learn(struct home *h, const struct ending *end, struct err *err)
{
	struct gate *gate = end->lane->gate;

	if (gate_look(gate, h->store, store_version(h->store), err) < 0)
		return -1;
	gate_tell(gate, end);
	if (gate->changed)
		vec_add(&h->gates, gate);
	if (end->status == ST_COMPLETED && end->ended > end->started)
		history_add(h->history, end->lane->task->row,
		    (double)(end->ended - end->started) / 1e6, end->user_time + end->system_time,
		    end->max_rss);
	return 0;
}

/* Tries with class memory among those that came home, and the number of the last. */
static int
count_tries(const json_t *execution, int *last)
{
	json_t *tries = json_object_get(execution, "tries"), *try;
	int alike = 0;
	size_t i;

	json_array_foreach(tries, i, try) {
		const char *class = json_string_value(json_object_get(try, "class"));

		*last = (int)json_integer_value(json_object_get(try, "number"));
		alike += class && strcmp(class, failure_name(FAIL_MEMORY)) == 0;
	}
	return alike;
}

/* What failed for want of memory was not tried again there: it goes out with more. */
static int
reconsider(struct home *h, json_t *execution, struct err *err)
{
	const char *class = json_string_value(json_object_get(execution, "class")),
		   *status = json_string_value(json_object_get(execution, "status"));
	int64_t id = json_integer_value(json_object_get(execution, "id"));
	struct work *work = NULL, **tail = &work;
	int last = 0, alike, tries;

	if (!class || strcmp(class, failure_name(FAIL_MEMORY)) != 0 || !status ||
	    strcmp(status, state_name(ST_FAILED)) != 0)
		return 0;
	if (claim_held(h->store, h->worker, id, h->book, &tail, err) < 0)
		return -1;
	if (!work)
		return 0;
	alike = count_tries(execution, &last) + work->past[FAIL_MEMORY].counted;
	tries = last - work->spent;
	if (retry_wants(&work->lane->task->retry, FAIL_MEMORY, -1, tries, alike)) {
		json_object_set_new(execution, "status", json_string(state_name(ST_RETRYING)));
		json_object_set_new(execution, "not_before",
		    json_integer(
			clock_wall() + retry_delay(&work->lane->task->retry, tries, (uint64_t)id)));
	}
	work_free(work);
	return 0;
}

/* It is in the cache here under what it was made of there. */
static int
remember(struct home *h, const json_t *execution, const struct ending *end, struct err *err)
{
	const json_t *print = json_object_get(execution, "print");
	const char *digest = json_string_value(json_array_get(print, 0)),
		   *parts = json_string_value(json_array_get(print, 1));

	if (end->status != ST_COMPLETED || !digest || !parts || strlen(digest) != DIGEST_HEX - 1)
		return 0;
	return cache_put(h->store, digest, parts, end->id, err);
}

static int
take_one(json_t *execution, void *ctx, struct err *err)
{
	struct home *h = ctx;
	int64_t id = json_integer_value(json_object_get(execution, "id")), number;
	int attempt = (int)json_integer_value(json_object_get(execution, "attempt"));
	int rc = transfer_lane(h->store, h->worker, id, attempt, &number, err);
	struct transfer_keep *keep = NULL;
	const struct lane *lane;
	struct ending end;

	if (rc <= 0)
		return rc;
	lane = lane_get(h->book, h->store, number, err);
	if (!lane || take_objects(h, lane, id, execution, err) < 0 ||
	    reconsider(h, execution, err) < 0)
		return -1;
	rc = transfer_take(h->store, h->worker, lane, execution, &h->tally, &end, &keep, err);
	if (rc > 0) {
		h->taken++;
		rc = learn(h, &end, err) < 0 ? -1 : remember(h, execution, &end, err);
	}
	transfer_free(keep);
	return rc;
}

/* ---- one file ---- */

static void
put_aside(struct home *h, const char *file, const struct err *why)
{
	char *path = path_join(h->folder, file), *bad = xasprintf("%s.bad", path);

	if (rename(path, bad) == 0)
		app_warn(
		    h->app, "a file that a compute node handed back is put aside: %s", why->text);
	free(path);
	free(bad);
}

static enum cluster_handed
handed_of(const json_t *header)
{
	if (!json_is_true(json_object_get(header, "final")))
		return CLUSTER_PART;
	return json_integer_value(json_object_get(header, "done")) > 0 ? CLUSTER_ALL
								       : CLUSTER_STUCK;
}

static int
write_learned(struct home *h, struct err *err)
{
	for (size_t i = 0; i < h->gates.len; i++)
		if (gate_write(h->gates.at[i], h->store, err) < 0)
			return -1;
	h->gates.len = 0;
	if (history_write(h->history, h->store, clock_boot(), err) < 0)
		return -1;
	return tally_write(&h->tally, h->store, err);
}

/* Within a transaction. 0 or -1, with ERR_INPUT where the file is to blame. */
static int
read_file(struct home *h, const char *file, const char *name, struct err *err)
{
	json_t *header = chunk_open(h->file, CHUNK_RESULT, name, err);
	const char *node = json_string_value(json_object_get(header, "node"));
	int rc = header ? chunk_each(h->file, "executions", take_one, h, err) : -1;

	if (rc == 0)
		rc = cluster_note_file(h->store, file, h->job, h->element, err) < 0 ? -1 : 0;
	if (rc == 0)
		rc = cluster_handed(h->store, h->job, h->element, handed_of(header), err);
	if (rc == 0 && node)
		rc = cluster_ran_on(h->store, h->worker, node, err);
	if (rc == 0)
		rc = write_learned(h, err);
	json_decref(header);
	return rc;
}

/* The element may have ended since: then nobody wants it any more. */
static int
import(struct home *h, const char *file, const char *name, struct err *err)
{
	int rc;

	if (store_begin(h->store, err) < 0)
		return -1;
	rc = cluster_worker(h->store, h->job, h->element, &h->worker, err);
	h->tally.worker = h->worker;
	if (rc > 0)
		rc = read_file(h, file, name, err);
	if (rc == 0)
		return store_commit(h->store, err);
	store_rollback(h->store);
	tally_reset(&h->tally);
	h->gates.len = 0;
	return -1;
}

static void
remove_file(struct home *h, const char *file)
{
	char *path = path_join(h->folder, file);

	unlink(path);
	free(path);
}

/* 0 or -1; a damaged one is put aside and no error. */
static int
take_file(struct home *h, const char *file, struct err *err)
{
	char name[BATCH_UUID], *path;
	struct err why = { 0 };
	bool ended;
	int rc;

	if (!outbox_is_result(file, name, &h->element))
		return 0;
	rc = cluster_find(h->store, name, &h->job, &ended, err);
	if (rc > 0 && ended)
		remove_file(h, file);
	if (rc <= 0 || ended || cluster_knows_file(h->store, file))
		return rc < 0 ? -1 : 0;
	path = path_join(h->folder, file);
	h->file = frames_open(path, &why);
	rc = h->file ? import(h, file, name, &why) : -1;
	frames_close(h->file);
	if (rc < 0 && why.kind == ERR_INPUT && access(path, F_OK) < 0)
		rc = 0; /* somebody else was faster */
	if (rc < 0 && why.kind == ERR_INPUT) {
		err_wrap(&why, "'%s'", file);
		put_aside(h, file, &why);
		rc = 0;
	}
	free(path);
	if (rc < 0)
		*err = why;
	return rc;
}

static int
take_files(struct home *h, struct err *err)
{
	char **files = outbox_list(h->folder, "");
	int rc = 0;

	for (char **file = files; file && *file && rc == 0; file++)
		rc = take_file(h, *file, err);
	outbox_free(files);
	return rc;
}

/* ---- all of it ---- */

/* What people ordered. */
static int
obey(struct home *h, struct err *err)
{
	int rc = cluster_has_orders(h->store, err);

	if (rc <= 0)
		return rc;
	if (store_begin(h->store, err) < 0)
		return -1;
	if (cluster_obey(h->store, &h->tally, err) >= 0 &&
	    tally_write(&h->tally, h->store, err) == 0)
		return store_commit(h->store, err);
	store_rollback(h->store);
	tally_reset(&h->tally);
	return -1;
}

static int
collect(struct home *h, struct err *err)
{
	struct cluster_jobs jobs = VEC_INIT;
	int rc = take_files(h, err);

	h->tally.worker = 0;
	if (rc == 0)
		rc = obey(h, err);
	if (rc == 0)
		rc = cluster_list(h->store, &jobs, err);
	for (size_t i = 0; i < jobs.len && rc == 0; i++)
		if (strcmp(jobs.at[i].state, "submitted") == 0)
			rc = home_close(h, &jobs.at[i], err);
	cluster_jobs_clear(&jobs);
	return rc;
}

static void
set_defaults(struct task *task, void *ctx)
{
	config_task(ctx, task);
}

int
cluster_collect(struct app *app, struct store *store, struct err *err)
{
	struct home h = { .app = app, .store = store, .tally = TALLY_INIT };
	int rc = cluster_any(store, err);

	if (rc <= 0 || store_is_elsewhere(store))
		return rc < 0 ? -1 : 0;
	h.folder = outbox_folder(store_dir(store), err);
	if (!h.folder)
		return -1;
	h.config = config_open(store_dir(store), err);
	h.book = lane_book_new();
	if (h.config)
		lane_book_prepare(h.book, set_defaults, h.config);
	h.history = history_new();
	rc = h.config ? collect(&h, err) : -1;
	tally_clear(&h.tally);
	vec_clear(&h.gates);
	history_free(h.history);
	lane_book_free(h.book);
	config_free(h.config);
	free(h.folder);
	return rc;
}
