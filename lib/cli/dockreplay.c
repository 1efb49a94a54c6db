/* SPDX-License-Identifier: MIT */
/*
 * dockreplay: dock again what a record says was docked, and compare the bytes.
 *
 * A record is turned back into the request it came from: receptor and box from
 * the record itself, the ligand from files.ligand, every parameter from
 * `request`. That goes the way of every request, so a record from elsewhere
 * cannot make the engine do what a request cannot; the command line that comes
 * out must then be the recorded one, and so must the hash of the pose file.
 */
#include "cli/dockreplay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "cli/app.h"
#include "cli/dockrun.h"
#include "cli/leftout.h"
#include "exec/fork.h"
#include "exec/proc.h"

struct replay {
	struct app *app;
	struct dockrun *run;
	struct forkpool *pool;
	size_t seen, same;
	struct leftout left;
	bool warned; /* that the engine is another one */
};

struct task {
	struct dockjob job;
	json_t *result; /* as recorded */
};

static const char *
text_at(const json_t *record, const char *pointer)
{
	return json_string_value(json_at(record, pointer));
}

/* The hash of the whole file that the engine wrote. */
static const char *
poses_hash(const json_t *result)
{
	const char *full = text_at(result, "/files/poses/sha256_full");

	return full ? full : text_at(result, "/files/poses/sha256");
}

/* The files of several that were docked together; NULL: there are none. The caller's. */
static json_t *
ligands_of(const json_t *result)
{
	const json_t *files = json_object_get(result, "files");
	json_t *out = json_array(), *file;
	char name[32];

	do {
		snprintf(name, sizeof(name), "ligand-%zu", json_array_size(out) + 1);
		file = json_object_get(files, name);
		json_array_append(out, file);
	} while (file);
	if (json_array_size(out) > 0)
		return out;
	json_decref(out);
	return NULL;
}

/* The ligand's file: of the record itself, else of the execution's params; or of several. The
 * caller's. */
static json_t *
ligand_of(const json_t *record, const json_t *result)
{
	json_t *file = json_at(result, "/files/ligand"), *several = ligands_of(result);

	return several ? several : json_incref(file ? file : json_at(record, "/params/ligand"));
}

/* The request that gave this result: the caller's, or NULL with err. */
static json_t *
request_of(const json_t *record, const json_t *result, struct err *err)
{
	json_t *params = json_object_get(result, "request"), *out;
	json_t *ligand = ligand_of(record, result);

	if (!json_is_object(params) || !poses_hash(result) || !ligand) {
		json_decref(ligand);
		err_set(err, ERR_INPUT, "it has no request, no ligand or no hash of its poses");
		return NULL;
	}
	out = json_copy(params);
	json_object_set(out, "key", json_object_get(result, "key"));
	json_object_set_new(out, "ligand", ligand);
	json_object_set(out, "receptor", json_object_get(result, "receptor"));
	json_object_set(out, "box", json_object_get(result, "box"));
	json_object_set_new(out, "repair", json_string("raw"));
	json_object_set_new(out, "keep_poses", json_integer(0));
	return out;
}

/* Everything but the path of the program. */
static bool
same_argv(const json_t *a, const json_t *b)
{
	size_t n = json_array_size(a);

	if (n != json_array_size(b))
		return false;
	for (size_t i = 1; i < n; i++)
		if (!json_equal(json_array_get(a, i), json_array_get(b, i)))
			return false;
	return true;
}

/* Why a replayed docking is not the recorded one; NULL: it is. */
static const char *
difference(const json_t *recorded, const json_t *replayed)
{
	if (!same_argv(json_object_get(recorded, "argv"), json_object_get(replayed, "argv")))
		return "the command line is not the recorded one";
	if (strcmp(poses_hash(recorded), poses_hash(replayed)) != 0)
		return "the poses are not the recorded ones";
	return NULL;
}

static json_t *
answer(const json_t *result, bool same, const char *found, const char *reason)
{
	return json_pack("{s:s,s:O*,s:b,s:s*,s:s*,s:s*}", "type", "replay", "key",
	    json_object_get(result, "key"), "same", same, "expected", poses_hash(result), "found",
	    found, "reason", reason);
}

static void
work(void *t, void *ctx, struct buf *out)
{
	struct task *task = t;
	struct replay *r = ctx;
	struct verdict verdict = { 0 };
	json_t *again = dockjob_run(&task->job, r->run, &verdict), *record;
	const char *why = again ? difference(task->result, again) : verdict.reason;

	if (!again && proc_caught())
		return;
	record = answer(task->result, !why, again ? poses_hash(again) : NULL, why);
	json_put(record, out);
	json_decref(record);
	json_decref(again);
}

/* Write the answer and keep the account. */
static void
deliver(struct replay *r, const json_t *record)
{
	bool same = json_is_true(json_object_get(record, "same"));
	const char *key = text_at(record, "/key"), *reason = text_at(record, "/reason");

	app_count(r->app, !same);
	r->same += same;
	if (!same)
		app_warn(r->app, "%s differs: %s", key ? key : "a docking", reason ? reason : "");
	app_record(r->app, record);
}

static void
task_free(struct task *task)
{
	json_decref(task->result);
	dockjob_clear(&task->job);
	free(task);
}

static void
done(void *t, void *ctx, const struct buf *out)
{
	struct task *task = t;
	struct replay *r = ctx;
	json_t *record = out->len > 0 ? json_parse(out->data, out->len, NULL) : NULL;

	if (!record && !proc_caught())
		record = answer(task->result, false, NULL, "the process that ran the engine died");
	if (record)
		deliver(r, record);
	json_decref(record);
	task_free(task);
}

/* Said once: other bytes are then no surprise. */
static void
compare_engine(struct replay *r, const json_t *result)
{
	const char *sha256 = text_at(result, "/sha256"), *version = text_at(result, "/version");

	if (r->warned || !sha256 || strcmp(sha256, r->run->sha256) == 0)
		return;
	app_warn(r->app, "the engine is another one: recorded %s (%.12s), here %s (%.12s)",
	    version ? version : "?", sha256, r->run->version.text, r->run->sha256);
	r->warned = true;
}

static void
refuse(struct replay *r, const json_t *result, const char *reason)
{
	json_t *record = answer(result, false, NULL, reason);

	deliver(r, record);
	json_decref(record);
}

static int
on_record(struct app *app, json_t *record, void *ctx, struct err *err)
{
	struct replay *r = ctx;
	json_t *result = leftout_none(record, &r->left), *request;
	struct verdict verdict = { 0 };
	struct err why = { 0 };
	struct task *task;

	(void)app;
	(void)err;
	if (!result)
		return 0;
	r->seen++;
	request = request_of(record, result, &why);
	if (!request) {
		refuse(r, result, why.text);
		return 0;
	}
	compare_engine(r, result);
	task = xcalloc(1, sizeof(*task));
	task->result = json_incref(result);
	if (dockjob_load(&task->job, r->run, request, &verdict) == 0) {
		forkpool_add(r->pool, task);
	} else {
		refuse(r, result, verdict.reason);
		task_free(task);
	}
	json_decref(request);
	return proc_caught() ? 1 : 0;
}

int
dockreplay(struct app *app, struct dockrun *run, int jobs, struct err *err)
{
	struct replay r = { .app = app, .run = run };
	int rc;

	r.pool = forkpool_new(jobs, work, done, &r);
	rc = app_each(app, app->args, on_record, &r, err);
	forkpool_free(r.pool);
	if (rc < 0 || proc_caught())
		return rc;
	leftout_say(app, &r.left);
	if (r.seen == 0)
		return err_set(err, ERR_NO, "there is no docking to repeat");
	app_say(app, "%zu of %zu dockings gave the same bytes", r.same, r.seen);
	return 0;
}
