/* SPDX-License-Identifier: MIT */
/* dockmain: what the dock-* programs that run an engine have in common. */
#include "cli/dockmain.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/vec.h"
#include "cli/app.h"
#include "cli/dockbatch.h"
#include "cli/dockcrew.h"
#include "cli/dockfills.h"
#include "cli/docklint.h"
#include "cli/dockreplay.h"
#include "cli/dockrun.h"
#include "cli/dockserve.h"
#include "cli/records.h"
#include "dock/docking.h"
#include "dock/footprint.h"
#include "exec/fork.h"
#include "exec/pressure.h"
#include "exec/proc.h"

/* What one process of ours docks: one, or what one of the engine can. */
struct load {
	struct dockjob **at;
	size_t len, room;
};

/* One program run. */
struct session {
	struct app *app;
	struct dockrun run;
	json_t *fills; /* what requests lack */
	struct forkpool *pool;
	struct dockcrew *crew; /* instead of it */
	json_t *later;         /* requests that need more memory than their share */
	struct load
	    *load; /* of an engine that docks many at a time: what was read, NULL: nothing */
	int jobs;
	bool no_gpu; /* that was said */
	bool lint;   /* nothing is to be docked */
};

/* What options say holds for every request: a fault of theirs is met once, before the first. */
static int
check_fills(struct session *s, const struct engine *engine, struct err *err)
{
	const json_t *receptor = json_object_get(s->fills, "receptor");

	if (request_check_params(engine, s->fills, err) < 0)
		app_usage(s->app, "%s", err->text);
	return receptor && !s->lint ? dockrun_check_receptor(&s->run, receptor, err) : 0;
}

static void
say_failure(const struct session *s, const json_t *record)
{
	const char *key = json_string_value(json_object_get(record, "key"));
	const char *class = json_string_value(json_at(record, "/error/class"));
	const char *reason = json_string_value(json_at(record, "/error/reason"));

	app_say(s->app, "%s: %s: %s", key ? key : "a request", class ? class : "failed",
	    reason ? reason : "no reason given");
}

/* Said once: networks on a CPU take ten times as long. */
static void
say_no_gpu(struct session *s, const json_t *record)
{
	json_t *warning;
	size_t i;

	json_array_foreach(json_object_get(record, "warnings"), i, warning) {
		const char *word = json_string_value(warning);

		if (s->no_gpu || !word || strcmp(word, "no_gpu") != 0)
			continue;
		s->no_gpu = true;
		app_warn(s->app, "%s found no GPU: its networks run on the CPU, slowly",
		    s->run.engine->program);
	}
}

/* Write a record and count it; a failure in the form that the reader expects. */
static void
deliver(struct session *s, const json_t *record)
{
	json_t *error = json_object_get(record, "error"), *bare;
	struct err err = { 0 };

	app_count(s->app, error != NULL);
	if (error && !s->run.task)
		say_failure(s, record);
	say_no_gpu(s, record);
	if (error && s->run.task) {
		bare = json_pack("{s:O}", "error", error);
		app_record(s->app, bare);
		json_decref(bare);
	} else {
		app_record(s->app, record);
	}
	if (app_flush(s->app, &err) < 0)
		app_report(s->app, &err);
}

/* In a process of its own when there are several at a time: no state, no standard output. */
static void
work(void *task, void *ctx, struct buf *out)
{
	struct load *load = task;
	struct session *s = ctx;
	struct dockend *ends = xcalloc(load->len, sizeof(*ends));

	if (s->run.engine->batch.list)
		dockbatch_run(load->at, load->len, &s->run, ends);
	else
		ends->record = dockjob_run(load->at[0], &s->run, &ends->verdict);
	for (size_t i = 0; i < load->len; i++) {
		struct dockjob *job = load->at[i];

		if (!ends[i].record && !proc_caught())
			ends[i].record = dockjob_failure(
			    job->record, job->request.key, &ends[i].verdict);
		if (ends[i].record)
			json_put(ends[i].record, out);
		buf_add_char(out, '\n');
		json_decref(ends[i].record);
	}
	free(ends);
}

/* One of a load: its line of what work() gave, which is empty when its process died. */
static void
done_job(struct session *s, struct dockjob *job, const char *line, size_t len)
{
	struct verdict verdict = { 0 };
	json_t *record = len > 0 ? json_parse(line, len, NULL) : NULL;

	if (!record && !proc_caught()) {
		verdict_set(
		    &verdict, "signal", "the process that ran %s died", s->run.engine->program);
		record = dockjob_failure(job->record, job->request.key, &verdict);
	}
	if (record)
		deliver(s, record);
	json_decref(record);
	dockjob_clear(job);
	free(job);
}

static void
done(void *task, void *ctx, const struct buf *out)
{
	struct load *load = task;
	const char *at = buf_str(out), *end = at + out->len;

	for (size_t i = 0; i < load->len; i++) {
		const char *newline = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;

		done_job(ctx, load->at[i], at, (size_t)((newline ? newline : end) - at));
		at = newline ? newline + 1 : end;
	}
	vec_clear(load);
	free(load);
}

/* Hand over what was gathered. What takes more memory than its share has all of it, alone. */
static void
send_off(struct session *s)
{
	int64_t share = s->run.memory;

	if (s->load && s->jobs > 1 && dockjob_is_large(s->load->at[0], &s->run)) {
		s->run.memory = 0;
		forkpool_alone(s->pool, s->load);
		s->run.memory = share;
	} else if (s->load) {
		forkpool_add(s->pool, s->load);
	}
	s->load = NULL;
}

/* One more: alone, or with others that are like it. */
static void
gather(struct session *s, struct dockjob *job)
{
	const struct engine_batch *batch = &s->run.engine->batch;

	if (s->load && !dockbatch_alike(s->load->at[0], job, &s->run))
		send_off(s);
	if (!s->load)
		s->load = xcalloc(1, sizeof(*s->load));
	vec_add(s->load, job);
	if (!batch->list || s->load->len >= (size_t)batch->most)
		send_off(s);
}

static int
dock(struct session *s, json_t *request)
{
	struct dockjob *job;
	struct verdict verdict = { 0 };
	json_t *record;

	if (s->lint) {
		docklint(s->app, &s->run, request);
		return 0;
	}
	job = xcalloc(1, sizeof(*job));
	if (dockjob_load(job, &s->run, request, &verdict) == 0) {
		gather(s, job);
		return proc_caught() ? 1 : 0;
	}
	record = dockjob_failure(request, job->request.key, &verdict);
	deliver(s, record);
	json_decref(record);
	dockjob_clear(job);
	free(job);
	return 0;
}

/* What was bad before it came here travels on, so that the account closes. */
static void
pass_failed(struct session *s, const json_t *record)
{
	const char *key = json_string_value(json_object_get(record, "key"));
	json_t *error = json_object_get(record, "error"), *out;
	struct verdict verdict = { 0 };

	if (json_is_object(error)) {
		out = docking_failure(record, key, error);
	} else {
		verdict_set(&verdict, "dependency", "the record is of something that failed");
		out = dockjob_failure(record, key, &verdict);
	}
	deliver(s, out);
	json_decref(out);
}

/* Under that key, or as what it is of. Borrowed. */
static const char *
key_of(const json_t *request)
{
	const char *key = json_string_value(json_object_get(request, "key"));

	return key ? key : json_string_value(json_at(request, "/ligand/name"));
}

/* What a coprocess made of a request. */
static void
answered(const json_t *request, json_t *result, const json_t *error, void *ctx)
{
	struct session *s = ctx;
	const char *class = json_string_value(json_object_get(error, "class"));
	json_t *record;

	if (result) {
		deliver(s, result);
		return;
	}
	if (s->run.memory > 0 && class && strcmp(class, "memory") == 0) {
		json_array_append(s->later, (json_t *)request);
		return;
	}
	record = docking_failure(request, key_of(request), error);
	deliver(s, record);
	json_decref(record);
}

static int
hand_over(struct session *s, json_t *request, struct err *err)
{
	if (dockcrew_add(s->crew, request, err) < 0)
		return -1;
	return proc_caught() ? 1 : 0;
}

static int
on_record(struct app *app, json_t *record, void *ctx, struct err *err)
{
	struct session *s = ctx;
	json_t *result = records_result(record), *request;
	int rc;

	if (!result) {
		pass_failed(s, record);
		return 0;
	}
	if (json_object_get(result, "skipped")) {
		app_record(app, result);
		return 0;
	}
	request = json_copy(result);
	json_object_del(request, "error"); /* null, or it would be no result */
	json_fill(request, s->fills);
	rc = s->crew ? hand_over(s, request, err) : dock(s, request);
	json_decref(request);
	return rc;
}

/* No more at a time than there is memory for, which they share. */
static void
share_memory(struct session *s)
{
	int64_t free = host_free_memory(""), fit;
	int64_t usual = footprint_usual(s->run.engine, &s->run.version);

	if (s->jobs <= 1 || free <= 0 || usual == 0 || s->run.memory > 0)
		return;
	fit = free / usual > 0 ? free / usual : 1;
	if (fit < s->jobs) {
		app_warn(s->app,
		    "%lld MiB of memory are free and a docking takes %lld: %d at a time, not %d",
		    (long long)free >> 20, (long long)usual >> 20, (int)fit, s->jobs);
		s->jobs = (int)fit;
	}
	if (s->jobs > 1)
		s->run.memory = free / s->jobs;
}

/* Can ligands share a process of the engine, and does nobody want their files to stay? */
static bool
shares_process(const struct session *s)
{
	const struct dockrun *run = &s->run;

	return run->engine->group_since > 0 && run->version.number >= run->engine->group_since &&
	    !run->image.image && !run->work && !run->task && !s->lint;
}

/* More lines have to be waited for. */
static void
at_wait(struct app *app, void *ctx)
{
	struct session *s = ctx;

	(void)app;
	dockcrew_until(s->crew, STDIN_FILENO);
}

/* Those of a stream, as many of a process of the engine as it takes. */
static int
dock_by_crew(struct session *s, struct err *err)
{
	size_t i;
	json_t *request;
	int rc;

	s->crew = dockcrew_new(&s->run, s->jobs, answered, s);
	s->later = json_array();
	if (s->app->nargs == 0) {
		s->app->at_wait = at_wait;
		s->app->wait_ctx = s;
	}
	rc = app_each(s->app, s->app->args, on_record, s, err);
	s->app->at_wait = NULL;
	if (rc >= 0 && dockcrew_finish(s->crew, err) < 0)
		rc = -1;
	dockcrew_free(s->crew);
	s->run.memory = 0;
	s->pool = forkpool_new(1, work, done, s);
	json_array_foreach(s->later, i, request)
		if (!proc_caught())
			dock(s, request);
	send_off(s);
	forkpool_free(s->pool);
	json_decref(s->later);
	return rc;
}

/* The requests: one of the options alone, or those of files or standard input. */
static int
dock_all(struct session *s, struct err *err)
{
	bool alone = s->app->nargs == 0 && json_object_get(s->fills, "ligand");
	int rc = 0;

	share_memory(s);
	if (!alone && shares_process(s))
		return dock_by_crew(s, err);
	s->pool = forkpool_new(s->jobs, work, done, s);
	if (alone)
		dock(s, s->fills);
	else
		rc = app_each(s->app, s->app->args, on_record, s, err);
	send_off(s);
	forkpool_free(s->pool);
	return rc;
}

/* taskrun wants an answer on standard output even when there is no engine. */
static void
tell_no_engine(struct session *s, const struct err *err)
{
	struct verdict verdict = { 0 };
	json_t *record;

	verdict_set(&verdict, "rejected", "%s", err->text);
	record = json_pack("{s:o}", "error", verdict_json(&verdict));
	if (s->run.task)
		app_record(s->app, record);
	json_decref(record);
}

int
dockmain(struct app *app, const struct dockmain *m, struct err *err)
{
	const struct engine *engine = m->row ? m->row : engine_find(m->engine);
	struct session s = { .app = app, .jobs = m->jobs, .lint = m->lint };
	const struct dockrun_choice choice = { m->program, m->image, m->runtime };
	int rc = -1;

	if (!engine)
		BUG("no engine '%s'", m->engine);
	if (m->jobs < 0)
		app_usage(app, "-j takes a number from 1");
	if (m->lint + m->replay + m->serve > 1)
		app_usage(app, "--lint, --replay and --serve exclude each other");
	proc_catch();
	s.fills = dockfills_read(app, engine, m, err);
	if (!s.fills)
		goto out;
	if (dockrun_open(&s.run, app, engine, &choice, err) < 0) {
		if (m->serve)
			rc = dockserve(app, NULL, s.fills, err);
		else
			tell_no_engine(&s, err);
		goto out;
	}
	if (!m->replay && check_fills(&s, engine, err) < 0)
		goto out;
	s.run.task |= m->serve != 0;
	if (m->serve)
		rc = dockserve(app, &s.run, s.fills, err);
	else
		rc = m->replay ? dockreplay(app, &s.run, m->jobs, err) : dock_all(&s, err);
out:
	dockrun_close(&s.run);
	json_decref(s.fills);
	if (proc_caught()) {
		app_flush(app, NULL);
		proc_reraise();
	}
	return rc;
}
