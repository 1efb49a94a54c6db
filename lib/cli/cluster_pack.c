/* SPDX-License-Identifier: MIT */
/* cluster_pack: the package of an array job. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "base/path.h"
#include "base/vec.h"
#include "cli/app.h"
#include "cli/cluster_parts.h"
#include "grid/chunk.h"
#include "grid/frames.h"
#include "grid/outbox.h"
#include "store/object.h"
#include "store/store.h"
#include "task/artifact.h"
#include "task/cluster.h"
#include "task/history.h"
#include "task/lane.h"
#include "task/object_path.h"
#include "task/schema.h"
#include "task/task.h"
#include "task/transfer.h"

extern char **environ;

struct packer {
	struct cluster *c;
	struct frames_writer *out;
	struct lane_book *book;
	struct history *history;
	struct buf lines; /* of the element */
	json_t *settings; /* "job.generation": inputs of all its lines, path: hash */
	json_t *files;    /* path: hash, of what was read here */

	/* of the execution */
	const struct lane *lane;
	int64_t id;
	struct artifacts inputs; /* of it; read when there is need */
	bool read;
	json_t *objects, *paths;
};

/* ---- objects ---- */

/* Put an object of the state into the package: 1, 0: it is not there, -1. */
static int
pack_object(struct packer *p, const char *hex, struct err *err)
{
	struct buf content = BUF_INIT;
	char piece[CHUNK_PIECE];
	int rc;

	if (frames_added(p->out, chunk_object(hex, piece)))
		return 1;
	rc = object_get(p->c->store, hex, &content, err);
	if (rc > 0 && chunk_put_object(p->out, hex, buf_str(&content), content.len, err) < 0)
		rc = -1;
	buf_clear(&content);
	return rc;
}

/* The same for a file: 1 and its hash, 0: it cannot be read, -1. */
static int
pack_file(struct packer *p, const char *path, char hex[DIGEST_HEX], struct err *err)
{
	const char *known = json_string_value(json_object_get(p->files, path));
	struct buf content = BUF_INIT;
	int rc = 0;

	if (known) {
		memcpy(hex, known, DIGEST_HEX);
		return 1;
	}
	if (file_read(path, 0, &content, NULL) == 0) {
		digest_bytes(buf_str(&content), content.len, hex);
		rc = chunk_put_object(p->out, hex, buf_str(&content), content.len, err) < 0 ? -1
											    : 1;
		json_object_set_new(p->files, path, json_string(hex));
	}
	buf_clear(&content);
	return rc;
}

/* What was said of the inputs of all lines of its job. */
static const json_t *
shared_inputs(struct packer *p)
{
	char piece[CHUNK_PIECE], *name;
	json_t *inputs, *settings;

	name = xasprintf(
	    "%s.%d", chunk_numbered("job", p->lane->job.id, piece), p->lane->job.generation);
	inputs = json_object_get(p->settings, name);
	if (!inputs) {
		settings = job_settings(p->c->store, &p->lane->job, NULL);
		inputs = json_object_get(settings, "inputs");
		json_object_set(p->settings, name, inputs ? inputs : json_null());
		inputs = json_object_get(p->settings, name);
		json_decref(settings);
	}
	free(name);
	return inputs;
}

/* The hash that an input had when it was submitted; NULL: nobody took it. */
static const char *
noted_hash(struct packer *p, const char *pointer, const char *path)
{
	const char *hex = json_string_value(json_object_get(shared_inputs(p), path));

	if (hex)
		return hex;
	if (!p->read)
		artifact_list(p->c->store, p->c->app->org, p->id, &p->inputs, NULL);
	p->read = true;
	for (size_t i = 0; i < p->inputs.len; i++)
		if (p->inputs.at[i].kind == ARTIFACT_INPUT &&
		    strcmp(p->inputs.at[i].name, pointer + 1) == 0)
			return p->inputs.at[i].sha256;
	return NULL;
}

/* The parameter names the object, and it is known which file that is here. */
static void
name_object(struct packer *p, json_t *string, const char *hex, const char *path)
{
	char *object = xasprintf("object:%s/%s", hex, path_base(path));

	json_object_set_new(p->paths, object, json_string(path));
	json_array_append_new(p->objects, json_string(hex));
	json_string_set(string, object);
	free(object);
}

/* A file that a parameter names: as it was when it was submitted, else as it is now. What cannot be
 * had keeps its name: the program will say that it is not there. */
static int
pack_path(const char *pointer, json_t *string, void *ctx, struct err *err)
{
	struct packer *p = ctx;
	char *path = xstrdup(json_string_value(string)), hex[DIGEST_HEX];
	const char *noted;
	int rc;

	if (object_path_hash(path, hex)) {
		json_array_append_new(p->objects, json_string(hex));
		rc = pack_object(p, hex, err);
	} else {
		noted = noted_hash(p, pointer, path);
		rc = noted ? pack_object(p, noted, err) : 0;
		if (rc == 0)
			rc = pack_file(p, path, hex, err);
		else if (noted)
			memcpy(hex, noted, DIGEST_HEX);
		if (rc > 0)
			name_object(p, string, hex, path);
	}
	free(path);
	return rc < 0 ? -1 : 0;
}

/* Objects that parameters name in other ways: {"object": SHA256}. */
static int
pack_named(struct packer *p, json_t *value, struct err *err)
{
	const char *hex = json_string_value(json_object_get(value, "object")), *key;
	unsigned char raw[DIGEST_RAW];
	json_t *member;
	size_t i;

	if (hex && digest_raw(hex, raw) == 0) {
		int rc = pack_object(p, hex, err);

		if (rc > 0)
			json_array_append_new(p->objects, json_string(hex));
		if (rc < 0)
			return -1;
	}
	if (json_is_object(value))
		json_object_foreach(value, key, member)
			if (pack_named(p, member, err) < 0)
				return -1;
	if (json_is_array(value))
		json_array_foreach(value, i, member)
			if (pack_named(p, member, err) < 0)
				return -1;
	return 0;
}

/* ---- executions ---- */

static int
pack_task(struct packer *p, const struct task *task, struct err *err)
{
	const struct estimate *known;
	char piece[CHUNK_PIECE];
	json_t *json;
	int rc;

	if (frames_added(p->out, chunk_numbered("task", task->row, piece)))
		return 0;
	known = history_of(p->history, p->c->store, task->row, err);
	if (!known)
		return -1;
	json = json_pack("{s:s, s:O, s:o}", "origin", task_origin_name(task->origin), "definition",
	    task->definition, "history", estimate_json(known));
	rc = chunk_put(p->out, piece, json, err);
	json_decref(json);
	return rc;
}

static int
pack_lane(struct packer *p, struct err *err)
{
	const struct lane *lane = p->lane;
	char piece[CHUNK_PIECE];
	json_t *json;
	int rc;

	if (frames_added(p->out, chunk_numbered("lane", lane->id, piece)))
		return 0;
	json = json_pack("{s:s?, s:I, s:I, s:s, s:i}", "job", lane->job_name, "job_id",
	    (json_int_t)lane->job.id, "task", (json_int_t)lane->task->row, "queue", lane->queue,
	    "priority", lane->priority);
	rc = chunk_put(p->out, piece, json, err);
	json_decref(json);
	return rc == 0 ? pack_task(p, lane->task, err) : -1;
}

static int
pack_inputs(struct packer *p, json_t *params, struct err *err)
{
	const struct schema *schema = p->lane->task->params;

	if (schema && schema_has_paths(schema) &&
	    schema_each_path(schema, params, pack_path, p, err) < 0)
		return -1;
	return pack_named(p, params, err);
}

static int
pack_one(json_t *execution, void *ctx, struct err *err)
{
	struct packer *p = ctx;
	int rc = -1;

	p->id = json_integer_value(json_object_get(execution, "id"));
	p->lane = lane_get(
	    p->book, p->c->store, json_integer_value(json_object_get(execution, "lane")), err);
	p->objects = json_array();
	p->paths = json_object();
	p->read = false;
	if (p->lane && pack_lane(p, err) == 0)
		rc = pack_inputs(p, json_object_get(execution, "params"), err);
	json_object_set_new(execution, "objects", p->objects);
	json_object_set_new(execution, "paths", p->paths);
	artifacts_clear(&p->inputs);
	if (rc < 0)
		return -1;
	json_put(execution, &p->lines);
	buf_add_char(&p->lines, '\n');
	return 0;
}

static int
pack_element(struct packer *p, const struct cluster_element *e, struct err *err)
{
	char piece[CHUNK_PIECE];

	buf_reset(&p->lines);
	if (transfer_out(p->c->store, e->worker, pack_one, p, err) < 0)
		return -1;
	return frames_add(p->out, chunk_numbered("element", e->element, piece), buf_str(&p->lines),
	    p->lines.len, err);
}

/* ---- the package ---- */

/* What programs are to find on the node as here: where they are, not what they work on. */
static json_t *
environment(void)
{
	static const char *const not [] = { "DOCKLINE_STATE=", "DOCKLINE_ORG=", "DOCKLINE_CONFIG=",
		"DOCKLINE_EXECUTION=", "DOCKLINE_ATTEMPT=", "DOCKLINE_JOB=", "DOCKLINE_WORK=",
		"DOCKLINE_PROGRESS_FD=" };
	json_t *all = json_object();

	for (char **at = environ; *at; at++) {
		const char *value = strchr(*at, '=');
		bool wanted = strncmp(*at, "PATH=", 5) == 0 || strncmp(*at, "DOCKLINE_", 9) == 0;
		char *name;

		for (size_t i = 0; i < sizeof(not ) / sizeof(*not ); i++)
			wanted &= strncmp(*at, not [i], strlen(not [i])) != 0;
		if (!wanted || !value)
			continue;
		name = strndup(*at, (size_t)(value - *at));
		json_object_set_new(all, name, json_string(value + 1));
		free(name);
	}
	return all;
}

static int
pack_config(struct packer *p, struct err *err)
{
	const char *given = getenv("DOCKLINE_CONFIG");
	char *path = path_join(store_dir(p->c->store), "config.yaml");
	struct buf text = BUF_INIT;
	int rc;

	if (file_read(path, 0, &text, NULL) < 0 && given)
		file_read(given, 0, &text, NULL);
	rc = frames_add(p->out, "config", buf_str(&text), text.len, err);
	buf_clear(&text);
	free(path);
	return rc;
}

static int
pack_header(struct packer *p, const char *name, size_t elements, struct err *err)
{
	json_t *header = chunk_header(CHUNK_PACKAGE, name);
	int rc;

	json_object_set_new(header, "org", json_string(p->c->app->org));
	json_object_set_new(header, "elements", json_integer((json_int_t)elements));
	json_object_set_new(header, "environment", environment());
	rc = chunk_put(p->out, "header", header, err);
	json_decref(header);
	return rc;
}

static int
pack_all(struct packer *p, const char *name, int64_t job, struct err *err)
{
	struct cluster_elements list = VEC_INIT;
	int rc = cluster_list_elements(p->c->store, job, &list, err);

	if (rc == 0)
		rc = pack_header(p, name, list.len, err);
	if (rc == 0)
		rc = pack_config(p, err);
	for (size_t i = 0; i < list.len && rc == 0; i++)
		rc = pack_element(p, &list.at[i], err);
	cluster_elements_clear(&list);
	return rc;
}

int
cluster_pack(struct cluster *c, const char *name, int64_t job, struct err *err)
{
	struct packer p = { .c = c,
		.book = lane_book_new(),
		.history = history_new(),
		.settings = json_object(),
		.files = json_object() };
	char *path = outbox_chunk(c->folder, name);
	int rc = -1;

	p.out = frames_begin(path, err);
	if (p.out)
		rc = pack_all(&p, name, job, err);
	if (rc == 0)
		rc = frames_end(p.out, err);
	else
		frames_abort(p.out);
	buf_clear(&p.lines);
	json_decref(p.settings);
	json_decref(p.files);
	history_free(p.history);
	lane_book_free(p.book);
	free(path);
	return rc;
}
