/* SPDX-License-Identifier: MIT */
/*
 * trace: the timeline of a job as a Chrome trace.
 *
 * Which slot a try had was not kept, so each gets the lowest one of its worker
 * that is free when it begins. Tries come in the order of their starts; then this
 * takes no more slots than ran at once.
 */
#include "cli/trace.h"

#include <stdlib.h>
#include <uthash.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/vec.h"
#include "cli/outfile.h"
#include "task/selection.h"
#include "task/timeline.h"

enum { FLUSH = 1 << 16 };

/* A worker: when each of its slots is free again. */
struct lanes {
	int64_t worker;
	VEC(int64_t) free_at;
	UT_hash_handle hh;
};

struct trace {
	struct app *app;
	struct store *store;
	struct outfile *out;
	struct buf text;
	struct lanes *workers;
	int64_t begin; /* of the first try */
	bool any;      /* an event was written */
	struct err *err;
};

/* Write an event and drop it. */
static int
put(struct trace *t, json_t *event)
{
	buf_add_str(&t->text, t->any ? ",\n" : "[\n");
	json_put(event, &t->text);
	json_decref(event);
	t->any = true;
	if (t->text.len < FLUSH)
		return 0;
	if (outfile_write(t->out, t->text.data, t->text.len, t->err) < 0)
		return -1;
	buf_reset(&t->text);
	return 0;
}

/* Name a process (tid 0) or a thread of it. */
static int
put_name(struct trace *t, int64_t worker, size_t thread, const char *name)
{
	return put(t,
	    json_pack("{s:s, s:s, s:I, s:I, s:{s:s}}", "ph", "M", "name",
		thread ? "thread_name" : "process_name", "pid", (json_int_t)worker, "tid",
		(json_int_t)thread, "args", "name", name));
}

static int
put_worker(struct trace *t, int64_t worker)
{
	char *host = NULL, *name;
	int64_t pid = 0;
	int rc = timeline_worker(t->store, worker, &host, &pid, t->err);

	if (rc < 0)
		return -1;
	name = xasprintf(
	    "%s, worker %lld (pid %lld)", host ? host : "?", (long long)worker, (long long)pid);
	rc = put_name(t, worker, 0, name);
	free(name);
	free(host);
	return rc;
}

static int
put_slot(struct trace *t, int64_t worker, size_t slot)
{
	char *name = xasprintf("slot %zu", slot);
	int rc = put_name(t, worker, slot, name);

	free(name);
	return rc;
}

/* The slot that a try had, counted from 1; 0 on error. */
static size_t
slot_of(struct trace *t, const struct timeline_try *one)
{
	struct lanes *lanes;
	size_t i = 0;

	HASH_FIND(hh, t->workers, &one->worker, sizeof(one->worker), lanes);
	if (!lanes) {
		lanes = xcalloc(1, sizeof(*lanes));
		lanes->worker = one->worker;
		HASH_ADD(hh, t->workers, worker, sizeof(lanes->worker), lanes);
		if (put_worker(t, one->worker) < 0)
			return 0;
	}
	while (i < lanes->free_at.len && lanes->free_at.at[i] > one->started)
		i++;
	if (i == lanes->free_at.len) {
		vec_add(&lanes->free_at, 0);
		if (put_slot(t, one->worker, i + 1) < 0)
			return 0;
	}
	lanes->free_at.at[i] = one->ended;
	return i + 1;
}

static const char *
category(const struct timeline_try *one)
{
	const char *class = failure_name((enum failure)one->class);

	if (one->running)
		return "running";
	return class ? class : one->failed ? "failed" : "completed";
}

static int
put_try(struct trace *t, const struct timeline_try *one)
{
	struct timeline_execution of;
	size_t slot = slot_of(t, one);
	json_t *args, *event;
	int rc;

	if (slot == 0)
		return -1;
	rc = timeline_of(t->store, one->execution, &of, t->err);
	if (rc <= 0)
		return rc;
	args = json_pack("{s:I, s:s, s:s, s:s, s:i}", "id", (json_int_t)one->execution, "key",
	    of.key, "task", of.task, "status", state_name(of.status), "attempt", one->number);
	if (one->failed)
		json_object_set_new(args, "class", json_string(category(one)));
	if (one->number == 1)
		json_object_set_new(
		    args, "waited", json_real((double)(one->started - of.created) / 1e6));
	event = json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:o}", "ph", "X", "name", of.key,
	    "cat", category(one), "pid", (json_int_t)one->worker, "tid", (json_int_t)slot, "ts",
	    (json_int_t)(one->started - t->begin), "dur", (json_int_t)(one->ended - one->started),
	    "args", args);
	timeline_clear(&of);
	return put(t, event);
}

static int
put_all(struct trace *t, struct timeline *timeline)
{
	struct timeline_try one;
	int rc;

	while ((rc = timeline_next(timeline, &one, t->err)) > 0) {
		if (!t->any)
			t->begin = one.started;
		rc = put_try(t, &one);
		if (rc < 0)
			return -1;
	}
	if (rc < 0)
		return -1;
	buf_add_str(&t->text, t->any ? "\n]\n" : "[]\n");
	return outfile_write(t->out, t->text.data, t->text.len, t->err);
}

static void
clear(struct trace *t)
{
	struct lanes *lanes, *next;

	HASH_ITER(hh, t->workers, lanes, next)
	{
		HASH_DEL(t->workers, lanes);
		vec_clear(&lanes->free_at);
		free(lanes);
	}
	buf_clear(&t->text);
}

int
trace_write(
    struct app *app, struct store *store, struct selection *sel, const char *path, struct err *err)
{
	struct trace t = { .app = app, .store = store, .err = err };
	struct timeline *timeline = timeline_open(store, sel, err);
	int rc = -1;

	if (timeline && (t.out = outfile_open(path, true, err)))
		rc = put_all(&t, timeline);
	if (rc == 0 && !t.any)
		app_say(app, "nothing has run yet");
	if (outfile_close(t.out, rc == 0, rc == 0 ? err : NULL) < 0)
		rc = -1;
	timeline_close(timeline);
	clear(&t);
	return rc;
}
