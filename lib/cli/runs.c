/* SPDX-License-Identifier: MIT */
/* runs: runs of pipelines looked at. */
#include "cli/runs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/num.h"
#include "base/vec.h"
#include "cli/app.h"
#include "cli/blueprint.h"
#include "cli/session.h"
#include "cli/table.h"
#include "plan/draw.h"
#include "plan/pipeline.h"
#include "plan/run.h"
#include "store/store.h"

enum { ROWS_MAX = 100 };

/* ---- records ---- */

static void
set_time(json_t *record, const char *key, int64_t time)
{
	char text[CLOCK_TEXT];

	json_object_set_new(
	    record, key, time ? json_string(clock_format(time, text)) : json_null());
}

static int
add_step(size_t place, const struct run_step *s, void *ctx)
{
	json_t *steps = ctx,
	       *record = json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I}", "id", s->step, "status",
		   s->status, "total", (json_int_t)s->total, "completed", (json_int_t)s->completed,
		   "failed", (json_int_t)s->failed, "skipped", (json_int_t)s->skipped, "cancelled",
		   (json_int_t)s->cancelled);

	(void)place;
	set_time(record, "started", s->started);
	set_time(record, "ended", s->ended);
	if (s->reason)
		json_object_set_new(record, "reason", json_string(s->reason));
	if (s->result)
		json_object_set_new(
		    record, "result", json_parse(s->result, strlen(s->result), NULL));
	json_array_append_new(steps, record);
	return 0;
}

/* One that says it is running, but whose conductor has died, was interrupted. */
static const char *
word_of(struct app *app, struct store *store, const struct run *run)
{
	if (run->status == RUN_RUNNING && run_is_conducted(store, app->org, run, NULL) == 0)
		return run_status_name(RUN_INTERRUPTED);
	return run_status_name(run->status);
}

static json_t *
record_of(struct app *app, struct store *store, const struct run *run, struct err *err)
{
	json_t *steps = json_array(), *record;

	if (run_each_step(store, run->id, add_step, steps, err) < 0) {
		json_decref(steps);
		return NULL;
	}
	record = json_pack("{s:s, s:I, s:s, s:s, s:s, s:s, s:O, s:s}", "type", "run", "id",
	    (json_int_t)run->id, "job", run->job_name, "pipeline", run->name, "version",
	    run->version, "status", word_of(app, store, run), "params", run->params, "dir",
	    run->dir);
	set_time(record, "created", run->created);
	set_time(record, "started", run->started);
	set_time(record, "ended", run->ended);
	if (run->error)
		json_object_set_new(record, "error", json_string(run->error));
	json_object_set_new(record, "steps", steps);
	return record;
}

int
runs_find(struct app *app, struct store *store, const char *name, struct run *run, struct err *err)
{
	int rc = store ? run_find(store, app->org, name, run, err) : 0;

	if (rc == 0)
		return err_set(err, ERR_USAGE, "no run '%s'", name);
	return rc < 0 ? -1 : 0;
}

int
runs_print(struct app *app, struct store *store, const char *name, struct err *err)
{
	struct run run = { 0 };
	json_t *record;

	if (runs_find(app, store, name, &run, err) < 0)
		return -1;
	record = record_of(app, store, &run, err);
	run_clear(&run);
	if (!record)
		return -1;
	app_record(app, record);
	json_decref(record);
	return 0;
}

/* ---- tables ---- */

static void
add_span(struct table *table, int64_t from, int64_t to)
{
	char span[NUM_TEXT];

	if (from == 0)
		table_add(table, "");
	else
		table_add(table, num_span((double)((to ? to : clock_wall()) - from) / 1e6, span));
}

static int
step_row(size_t place, const struct run_step *s, void *ctx)
{
	struct table *table = ctx;

	(void)place;
	table_add(table, s->step);
	table_add(table, s->status);
	table_addf(table, "%lld", (long long)s->completed);
	table_addf(table, "%lld", (long long)s->total);
	table_addf(table, "%lld", (long long)s->failed);
	table_addf(table, "%lld", (long long)s->skipped);
	add_span(table, s->started, s->ended);
	table_add(table, s->reason);
	return 0;
}

int
runs_put_steps(struct store *store, const struct run *run, FILE *out, size_t width, struct err *err)
{
	static const char *const heads[] = { "step", "status", ">completed", ">of", ">failed",
		">skipped", ">time", "reason" };
	struct table *table = table_new(heads, sizeof(heads) / sizeof(*heads));
	int rc = run_each_step(store, run->id, step_row, table, err);

	if (rc == 0 && table_rows(table) > 0)
		table_print(table, out, width);
	table_free(table);
	return rc;
}

static int
print_steps(struct app *app, struct store *store, const struct run *run, struct err *err)
{
	printf("run %lld, job %s: %s %s, %s%s%s\n", (long long)run->id, run->job_name, run->name,
	    run->version, word_of(app, store, run), run->error ? ": " : "",
	    run->error ? run->error : "");
	return runs_put_steps(store, run, stdout, table_width(STDOUT_FILENO), err);
}

struct listing {
	struct app *app;
	struct store *store;
	struct table *table; /* NULL: records */
	int left_out;
	struct err *err;
	VEC(int64_t) ids;
};

static int
list_one(const struct run *run, void *ctx)
{
	struct listing *l = ctx;

	if (!l->table) {
		vec_add(&l->ids, run->id);
		return 0;
	}
	if (table_rows(l->table) == ROWS_MAX) {
		l->left_out++;
		return 0;
	}
	table_addf(l->table, "%lld", (long long)run->id);
	table_add(l->table, run->job_name);
	table_add(l->table, run->name);
	table_add(l->table, word_of(l->app, l->store, run));
	add_span(l->table, run->started, run->ended);
	table_add(l->table, run->error);
	return 0;
}

static int
list(struct app *app, struct store *store, bool json, struct err *err)
{
	static const char *const heads[] = { ">run", "job", "pipeline", "status", ">time",
		"error" };
	struct listing l = { .app = app, .store = store, .err = err };
	char number[24];
	int rc;

	if (!json)
		l.table = table_new(heads, sizeof(heads) / sizeof(*heads));
	rc = run_each(store, app->org, list_one, &l, err);
	for (size_t i = 0; i < l.ids.len && rc == 0; i++) {
		snprintf(number, sizeof(number), "%lld", (long long)l.ids.at[i]);
		rc = runs_print(app, store, number, err);
	}
	if (l.table && table_rows(l.table) > 0)
		table_print(l.table, stdout, table_width(STDOUT_FILENO));
	if (l.left_out)
		app_say(app, "%d more runs are not shown (--json shows all)", l.left_out);
	table_free(l.table);
	vec_clear(&l.ids);
	return rc;
}

int
runs_status(struct app *app, const char *name, bool json, struct err *err)
{
	struct store *store;
	struct run run = { 0 };
	int rc = session_open_if_any(app, &store, err);

	json |= !isatty(STDOUT_FILENO);
	if (rc == 0 && !name && store)
		rc = list(app, store, json, err);
	else if (rc == 0 && name && json)
		rc = runs_print(app, store, name, err);
	else if (rc == 0 && name && (rc = runs_find(app, store, name, &run, err)) == 0)
		rc = print_steps(app, store, &run, err);
	run_clear(&run);
	session_close(store);
	return rc;
}

/* ---- pictures ---- */

struct noting {
	struct drawn *notes;
	size_t count;
};

static int
note_step(size_t place, const struct run_step *s, void *ctx)
{
	struct noting *n = ctx;
	char span[NUM_TEXT];
	struct buf text = BUF_INIT;

	if (place >= n->count)
		return 0;
	buf_add_str(&text, s->status);
	if (s->total > 1)
		buf_addf(&text, ", %lld of %lld", (long long)s->completed, (long long)s->total);
	if (s->failed)
		buf_addf(&text, ", %lld failed", (long long)s->failed);
	if (s->started)
		buf_addf(&text, ", %s",
		    num_span(
			(double)((s->ended ? s->ended : clock_wall()) - s->started) / 1e6, span));
	n->notes[place] = (struct drawn){ .status = xstrdup(s->status), .text = buf_take(&text) };
	return 0;
}

static int
draw(struct app *app, struct store *store, const struct run *run, enum pipelines_form form,
    struct err *err)
{
	struct blueprint b;
	struct noting n = { 0 };
	int rc = blueprint_read(&b, app, store, run->source ? run->source : run->name, run->text,
	    strlen(run->text), err);

	if (rc == 0) {
		n.count = b.pipeline->nsteps;
		n.notes = xcalloc(n.count, sizeof(*n.notes));
		rc = run_each_step(store, run->id, note_step, &n, err);
	}
	if (rc == 0)
		pipelines_draw(b.pipeline, n.notes, form);
	for (size_t i = 0; i < n.count; i++) {
		free((char *)n.notes[i].status);
		free((char *)n.notes[i].text);
	}
	free(n.notes);
	blueprint_clear(&b);
	return rc;
}

int
runs_show(struct app *app, const char *name, enum pipelines_form form, struct err *err)
{
	struct store *store;
	struct run run = { 0 };
	int rc = session_open_if_any(app, &store, err), found;

	if (rc < 0)
		return -1;
	found = store ? run_find(store, app->org, name, &run, err) : 0;
	if (found > 0 &&
	    (form == PIPELINES_JSON || (form == PIPELINES_AUTO && !isatty(STDOUT_FILENO))))
		rc = runs_print(app, store, name, err);
	else if (found > 0)
		rc = draw(app, store, &run, form, err);
	run_clear(&run);
	session_close(store);
	return found < 0 || rc < 0 ? -1 : found == 0;
}
