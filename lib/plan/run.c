/* SPDX-License-Identifier: MIT */
/* run: one walk through a pipeline, as it stands in the state. */
#include "plan/run.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/strtab.h"
#include "store/object.h"
#include "store/stmt.h"
#include "store/text.h"
#include "task/workers.h"

#define COLUMNS \
	"r.id, r.job, r.generation, j.name, r.name, r.version, r.source, r.text, r.params, r.dir," \
	" r.status, r.request, r.worker, r.created, r.started, r.ended, r.error"

static const char sql_add[] =
    "INSERT INTO run (org, job, generation, name, version, source, text, params, dir, status,"
    " created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting', ?)";
static const char sql_find[] =
    "SELECT " COLUMNS " FROM run r JOIN job j ON j.id = r.job WHERE r.org = ?1 AND"
    " (j.name = ?2 OR (r.id = ?3 AND ?3 > 0)) ORDER BY j.name = ?2 DESC LIMIT 1";
static const char sql_each[] = "SELECT " COLUMNS " FROM run r JOIN job j ON j.id = r.job"
			       " WHERE r.org = ? ORDER BY r.id DESC";
static const char sql_stand[] = "SELECT status, ifnull(worker, 0) FROM run WHERE id = ?";
static const char sql_begin[] =
    "UPDATE run SET worker = ?2, text = ?3, params = ?4, status = 'running', request = NULL,"
    " started = coalesce(started, ?5), ended = NULL, error = NULL WHERE id = ?1";
static const char sql_forget[] = "DELETE FROM run_item WHERE run = ?";
static const char sql_forget_steps[] = "DELETE FROM run_step WHERE run = ?";
static const char sql_end[] = "UPDATE run SET status = ?2, error = ?3, ended = ?4 WHERE id = ?1";
static const char sql_ask[] = "UPDATE run SET request = 'cancel' WHERE id = ?";
static const char sql_asked[] = "SELECT request IS NOT NULL FROM run WHERE id = ?";
static const char sql_save_step[] =
    "INSERT OR REPLACE INTO run_step (run, place, step, status, total, completed, failed, skipped,"
    " cancelled, started, ended, reason, result) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
/* of a step's executions, how many are so */
#define ITEMS \
	"(SELECT count(*) FROM run_item i JOIN execution e ON e.id = i.execution" \
	" WHERE i.run = run_step.run AND i.place = run_step.place AND e.status "
static const char sql_cancel_steps[] =
    "UPDATE run_step SET status = 'cancelled', started = ifnull(started, ?2), ended = ?2,"
    " completed = " ITEMS "= 'completed'), failed = " ITEMS "IN ('failed', 'timeout')),"
    " skipped = " ITEMS "= 'skipped'),"
    " cancelled = " ITEMS "NOT IN ('completed', 'failed', 'timeout', 'skipped'))"
    " WHERE run = ?1 AND status IN ('waiting', 'held', 'running')";
static const char sql_each_step[] =
    "SELECT place, step, status, total, completed, failed, skipped, cancelled, started, ended,"
    " reason, result FROM run_step WHERE run = ? ORDER BY place";
static const char sql_set_item[] =
    "INSERT OR REPLACE INTO run_item (run, place, item, execution) VALUES (?, ?, ?, ?)";
static const char sql_item[] =
    "SELECT execution FROM run_item WHERE run = ? AND place = ? AND item = ?";
static const char sql_next_item[] =
    "SELECT item, execution FROM run_item WHERE run = ? AND place = ? AND item > ?"
    " ORDER BY item LIMIT 1";
static const char sql_outcome[] = "SELECT status, key, error FROM execution WHERE id = ?";

static const char *const statuses[] = { "waiting", "running", "interrupted", "completed", "failed",
	"cancelled" };

_Static_assert(sizeof(statuses) / sizeof(*statuses) == RUN_STATUSES, "a word for every status");

const char *
run_status_name(enum run_status status)
{
	return statuses[status];
}

/* ---- rows ---- */

static char *
copy(struct stmt *stmt, int column)
{
	const char *text = stmt_text(stmt, column);

	return text ? xstrdup(text) : NULL;
}

static int
read_row(struct stmt *stmt, struct run *run, struct err *err)
{
	const char *params = stmt_text(stmt, 8);
	int status = strtab_find(statuses, RUN_STATUSES, stmt_text(stmt, 10));

	*run = (struct run){ .id = stmt_int(stmt, 0),
		.job = { stmt_int(stmt, 1), (int)stmt_int(stmt, 2) },
		.job_name = copy(stmt, 3),
		.name = copy(stmt, 4),
		.version = copy(stmt, 5),
		.source = copy(stmt, 6),
		.text = copy(stmt, 7),
		.dir = copy(stmt, 9),
		.status = status < 0 ? RUN_FAILED : (enum run_status)status,
		.asked_to_cancel = !stmt_is_null(stmt, 11),
		.worker = stmt_int(stmt, 12),
		.created = stmt_int(stmt, 13),
		.started = stmt_int(stmt, 14),
		.ended = stmt_int(stmt, 15),
		.error = copy(stmt, 16) };
	run->params = json_parse(params, strlen(params), err);
	return run->params ? 0 : -1;
}

void
run_clear(struct run *run)
{
	free(run->job_name);
	free(run->name);
	free(run->version);
	free(run->source);
	free(run->text);
	free(run->dir);
	free(run->error);
	json_decref(run->params);
	*run = (struct run){ 0 };
}

int64_t
run_add(struct store *store, const char *org, const struct run *run, struct err *err)
{
	char *params = json_canonical(run->params);
	int rc = stmt_run(store, err, sql_add, "tiitttttti", org, run->job.id,
	    (int64_t)run->job.generation, run->name, run->version, run->source, run->text, params,
	    run->dir, clock_wall());

	free(params);
	return rc < 0 ? -1 : stmt_last_id(store);
}

int
run_find(struct store *store, const char *org, const char *name, struct run *run, struct err *err)
{
	char *end;
	int64_t id = strtoll(name, &end, 10);
	struct stmt *stmt = stmt_query(store, err, sql_find, "tti", org, name, *end ? 0 : id);
	int rc = stmt ? stmt_next(stmt, err) : -1;

	if (rc <= 0)
		return rc;
	rc = read_row(stmt, run, err);
	stmt_end(stmt);
	if (rc < 0)
		run_clear(run);
	return rc < 0 ? -1 : 1;
}

int
run_each(struct store *store, const char *org, run_fn *fn, void *ctx, struct err *err)
{
	struct stmt *stmt = stmt_query(store, err, sql_each, "t", org);
	int rc = stmt ? 1 : -1;

	while (rc > 0 && (rc = stmt_next(stmt, err)) > 0) {
		struct run run;
		bool on = read_row(stmt, &run, err) == 0 && fn(&run, ctx) == 0;

		run_clear(&run);
		if (!on) {
			stmt_end(stmt);
			return 0;
		}
	}
	return rc;
}

int
run_refresh(struct store *store, struct run *run, struct err *err)
{
	struct stmt *stmt = stmt_query(store, err, sql_stand, "i", run->id);
	int rc = stmt ? stmt_next(stmt, err) : -1, status;

	if (rc <= 0)
		return rc;
	status = strtab_find(statuses, RUN_STATUSES, stmt_text(stmt, 0));
	run->status = status < 0 ? RUN_FAILED : (enum run_status)status;
	run->worker = stmt_int(stmt, 1);
	stmt_end(stmt);
	return 1;
}

int
run_begin(struct store *store, const struct run *run, int64_t worker, struct err *err)
{
	char *params = json_canonical(run->params);
	int rc = stmt_run(
	    store, err, sql_begin, "iitti", run->id, worker, run->text, params, clock_wall());

	free(params);
	if (rc < 0 || stmt_run(store, err, sql_forget, "i", run->id) < 0)
		return -1;
	return stmt_run(store, err, sql_forget_steps, "i", run->id) < 0 ? -1 : 0;
}

int
run_end(struct store *store, int64_t id, enum run_status status, const char *error, struct err *err)
{
	return stmt_run(store, err, sql_end, "itti", id, statuses[status], error, clock_wall()) < 0
	    ? -1
	    : 0;
}

int
run_cancel(struct store *store, int64_t id, struct err *err)
{
	if (stmt_run(store, err, sql_cancel_steps, "ii", id, clock_wall()) < 0)
		return -1;
	return run_end(store, id, RUN_CANCELLED, statuses[RUN_CANCELLED], err);
}

int
run_ask(struct store *store, int64_t id, struct err *err)
{
	return stmt_run(store, err, sql_ask, "i", id) < 0 ? -1 : 0;
}

int
run_asked(struct store *store, int64_t id, struct err *err)
{
	int64_t asked = 0;

	return stmt_number(store, err, &asked, sql_asked, "i", id) < 0 ? -1 : asked != 0;
}

/* ---- who conducts it ---- */

struct search {
	int64_t worker;
	bool found;
};

static int
is_it(const struct worker_seen *seen, void *ctx)
{
	struct search *s = ctx;

	s->found = seen->id == s->worker && !seen->dead;
	return seen->id == s->worker;
}

int
run_is_conducted(struct store *store, const char *org, const struct run *run, struct err *err)
{
	struct search s = { run->worker, false };

	if (run->worker && workers_each(store, org, is_it, &s, err) < 0)
		return -1;
	return s.found;
}

/* ---- steps ---- */

int
run_save_step(
    struct store *store, int64_t run, size_t place, const struct run_step *s, struct err *err)
{
	const int64_t *started = s->started ? &s->started : NULL;
	const int64_t *ended = s->ended ? &s->ended : NULL;

	return stmt_run(store, err, sql_save_step, "iittiiiiiIItt", run, (int64_t)place, s->step,
		   s->status, s->total, s->completed, s->failed, s->skipped, s->cancelled, started,
		   ended, s->reason, s->result) < 0
	    ? -1
	    : 0;
}

int
run_each_step(struct store *store, int64_t run, run_step_fn *fn, void *ctx, struct err *err)
{
	struct stmt *stmt = stmt_query(store, err, sql_each_step, "i", run);
	int rc = stmt ? 1 : -1;

	while (rc > 0 && (rc = stmt_next(stmt, err)) > 0) {
		struct run_step step = { stmt_text(stmt, 1), stmt_text(stmt, 2), stmt_int(stmt, 3),
			stmt_int(stmt, 4), stmt_int(stmt, 5), stmt_int(stmt, 6), stmt_int(stmt, 7),
			stmt_int(stmt, 8), stmt_int(stmt, 9), stmt_text(stmt, 10),
			stmt_text(stmt, 11) };

		if (fn((size_t)stmt_int(stmt, 0), &step, ctx) != 0) {
			stmt_end(stmt);
			return 0;
		}
	}
	return rc;
}

/* ---- items ---- */

int
run_set_item(struct store *store, int64_t run, size_t place, int64_t item, int64_t execution,
    struct err *err)
{
	return stmt_run(store, err, sql_set_item, "iiii", run, (int64_t)place, item, execution) < 0
	    ? -1
	    : 0;
}

int
run_item(struct store *store, int64_t run, size_t place, int64_t item, int64_t *execution,
    struct err *err)
{
	return stmt_number(store, err, execution, sql_item, "iii", run, (int64_t)place, item);
}

int
run_next_item(struct store *store, int64_t run, size_t place, int64_t after, int64_t *item,
    int64_t *execution, struct err *err)
{
	struct stmt *stmt = stmt_query(
	    store, err, sql_next_item, "iii", run, (int64_t)place, after);
	int rc = stmt ? stmt_next(stmt, err) : -1;

	if (rc <= 0)
		return rc;
	*item = stmt_int(stmt, 0);
	*execution = stmt_int(stmt, 1);
	stmt_end(stmt);
	return 1;
}

/* A column of JSON, also packed. NULL: it is NULL, or err. */
static json_t *
read_json(struct stmt *stmt, int column, struct err *err)
{
	struct buf text = BUF_INIT;
	const void *data;
	json_t *value = NULL;
	size_t len;

	data = stmt_blob(stmt, column, &len);
	if (data && object_unpack(data, len, &text, err) == 0)
		value = json_parse(buf_str(&text), text.len, err);
	buf_clear(&text);
	return value;
}

/* Parameters or result; *value stays NULL when there is none. */
static int
read_text(struct store *store, enum text what, int64_t execution, json_t **value, struct err *err)
{
	struct buf text = BUF_INIT;
	int rc = text_get(store, what, execution, &text, err);

	if (rc > 0 && !(*value = json_parse(buf_str(&text), text.len, err)))
		rc = -1;
	buf_clear(&text);
	return rc < 0 ? -1 : 0;
}

int
upshot_read(
    struct store *store, int64_t execution, bool params, struct upshot *out, struct err *err)
{
	struct stmt *stmt = stmt_query(store, err, sql_outcome, "i", execution);
	int rc = stmt ? stmt_next(stmt, err) : -1;
	struct err why = { 0 };

	*out = (struct upshot){ 0 };
	if (rc <= 0)
		return rc;
	out->status = (enum status)state_find(stmt_text(stmt, 0));
	out->key = copy(stmt, 1);
	out->error = read_json(stmt, 2, &why);
	stmt_end(stmt);
	if (why.kind == ERR_NONE)
		read_text(store, TEXT_RESULT, execution, &out->result, &why);
	if (why.kind == ERR_NONE && params)
		read_text(store, TEXT_PARAMS, execution, &out->params, &why);
	if (why.kind == ERR_NONE)
		return 1;
	upshot_clear(out);
	return err_set(err, why.kind, "%s", why.text);
}

void
upshot_clear(struct upshot *out)
{
	free(out->key);
	json_decref(out->result);
	json_decref(out->error);
	json_decref(out->params);
	*out = (struct upshot){ 0 };
}
