/* SPDX-License-Identifier: MIT */
/* execution: one run of a task with its parameters: submitted, looked up, listed. */
#include "task/execution.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/utf8.h"
#include "store/object.h"
#include "store/stmt.h"
#include "store/text.h"
#include "task/dependency.h"
#include "task/key.h"
#include "task/lane.h"
#include "task/whereabouts.h"

static const char sql_insert[] =
    "INSERT INTO execution (id, task, job, generation, lane, key, digest, status, class, error,"
    " created, ended, not_before, approval)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char sql_uncached[] = "UPDATE execution SET limits = '{\"cache\":false}' WHERE id = ?";
static const char sql_restore[] =
    "UPDATE execution SET attempts = ?, created = ifnull(?, created), started = ?,"
    " ended = ifnull(?, ended), metrics = ? WHERE id = ?";
static const char sql_last[] = "SELECT seq FROM sqlite_sequence WHERE name = 'execution'";
static const char sql_status[] =
    "SELECT e.status, e.job, e.generation, e.ended, e.attempts FROM execution e"
    " JOIN job j ON j.id = e.job WHERE e.id = ? AND j.org = ?";
static const char sql_record[] =
    "SELECT e.id, e.key, t.name, t.version, j.name, e.generation, e.status, e.class, e.attempts,"
    " e.created, e.started, e.ended, e.error, e.metrics, e.not_before, p.data, r.data,"
    " l.queue, l.priority, l.tags, l.metadata, a.awaits, e.cached, e.worker"
    " FROM execution e JOIN task t ON t.id = e.task JOIN job j ON j.id = e.job"
    " JOIN lane l ON l.id = e.lane JOIN params p ON p.execution = e.id"
    " LEFT JOIN result r ON r.execution = e.id"
    " LEFT JOIN waiting a ON a.execution = e.id AND e.status = 'blocked'"
    " WHERE e.id = ? AND j.org = ?";
static const char sql_progress[] =
    "SELECT percent, message, time FROM progress WHERE execution = ?";
static const char sql_attempts[] =
    "SELECT a.number, w.host, a.started, a.ended, a.exit_code, a.signal, a.class, a.reason,"
    " a.user_time, a.system_time, a.max_rss, a.stderr FROM attempt a"
    " LEFT JOIN worker w ON w.id = a.worker WHERE a.execution = ? ORDER BY a.number";

static enum event
event_of(enum status status)
{
	static const enum event events[] = { [ST_SCHEDULED] = EV_SCHEDULE,
		[ST_BLOCKED] = EV_BLOCK,
		[ST_HELD] = EV_HOLD,
		[ST_QUEUED] = EV_READY,
		[ST_COMPLETED] = EV_COMPLETE,
		[ST_FAILED] = EV_FAIL,
		[ST_TIMEOUT] = EV_TIMEOUT,
		[ST_CANCELLED] = EV_CANCEL,
		[ST_SKIPPED] = EV_SKIP };

	return events[status];
}

int
execution_submit(struct store *store, const struct submission *sub, struct tally *tally,
    struct standing *standing, struct err *err)
{
	struct place place = { 0, sub->job, sub->lane };
	int64_t now = clock_wall(), under;
	int rc = sub->reserved ? 1 : key_find(store, sub, &under, standing, err);

	if (rc <= 0)
		return rc;
	rc = (sub->id ? stmt_add : stmt_run)(store, err, sql_insert, "IiiiititttiIIt",
	    sub->id ? &sub->id : NULL, sub->task, sub->job.id, (int64_t)sub->job.generation,
	    sub->lane, sub->key, sub->digest, state_name(sub->status), failure_name(sub->class),
	    sub->error, now, state_is_final(sub->status) ? &now : NULL,
	    sub->not_before ? &sub->not_before : NULL, sub->approval ? "needed" : NULL);
	if (rc < 0)
		return -1;
	place.id = standing->id = sub->id ? sub->id : stmt_last_id(store);
	if (!sub->reserved && key_take(store, under, place.id, err) < 0)
		return -1;
	standing->digest = sub->digest;
	standing->status = sub->status;
	standing->created = now;
	tally_move(tally, &place, ST_SUBMITTED, FAIL_NONE, event_of(sub->status), sub->class);
	if (sub->awaits > 0 && dependency_await(store, place.id, sub->awaits, err) < 0)
		return -1;
	if (sub->uncached && stmt_run(store, err, sql_uncached, "i", place.id) < 0)
		return -1;
	rc = text_put(store, TEXT_PARAMS, place.id, sub->task, sub->params, sub->params_len, err);
	return rc < 0 ? -1 : 1;
}

int
execution_restore(
    struct store *store, int64_t id, const struct execution_life *life, struct err *err)
{
	if (life->result &&
	    text_put(store, TEXT_RESULT, id, life->task, life->result, strlen(life->result), err) <
		0)
		return -1;
	return stmt_run(store, err, sql_restore, "iIIIti", life->attempts,
		   life->created ? &life->created : NULL, life->started ? &life->started : NULL,
		   life->ended ? &life->ended : NULL, life->metrics, id) < 0
	    ? -1
	    : 0;
}

int64_t
execution_free_id(struct store *store, int64_t id, struct err *err)
{
	int64_t last = 0;

	if (id <= 0)
		return 0;
	return stmt_number(store, err, &last, sql_last, "") < 0 ? -1 : id > last ? id : 0;
}

int
execution_status(struct store *store, const char *org, int64_t id, struct standpoint *standpoint,
    struct err *err)
{
	struct stmt *stmt = stmt_query(store, err, sql_status, "it", id, org);
	int rc = stmt ? stmt_next(stmt, err) : -1;

	if (rc <= 0)
		return rc;
	standpoint->status = (enum status)state_find(stmt_text(stmt, 0));
	standpoint->job = (struct job){ stmt_int(stmt, 1), (int)stmt_int(stmt, 2) };
	standpoint->ended = stmt_int(stmt, 3);
	standpoint->attempts = (int)stmt_int(stmt, 4);
	stmt_end(stmt);
	return 1;
}

/* A JSON column, which may be packed; null when it is NULL; NULL when damaged. */
static json_t *
json_column(struct stmt *stmt, int column, struct err *err)
{
	struct buf text = BUF_INIT;
	const void *data;
	json_t *value = NULL;
	size_t len;

	if (stmt_is_null(stmt, column))
		return json_null();
	data = stmt_blob(stmt, column, &len);
	if (object_unpack(data, len, &text, err) == 0)
		value = json_parse(buf_str(&text), text.len, err);
	buf_clear(&text);
	return value;
}

/* The same of parameters, and of a result, which is packed by them; their text is added to out. */
static json_t *
body_column(struct store *store, struct stmt *stmt, int column, const struct buf *params,
    struct buf *out, struct err *err)
{
	if (stmt_is_null(stmt, column))
		return json_null();
	if (text_column(store, stmt, column, params, out, err) < 0)
		return NULL;
	return json_parse(buf_str(out), out->len, err);
}

/* Parameters and result: 0, -1 when one is damaged. */
static int
read_bodies(
    struct store *store, struct stmt *stmt, json_t **params, json_t **result, struct err *err)
{
	struct buf first = BUF_INIT, second = BUF_INIT;

	*params = body_column(store, stmt, 15, NULL, &first, err);
	*result = *params ? body_column(store, stmt, 16, &first, &second, err) : NULL;
	buf_clear(&first);
	buf_clear(&second);
	return *result ? 0 : -1;
}

static json_t *
word_column(struct stmt *stmt, int column)
{
	const char *text = stmt_text(stmt, column);

	return text ? json_string(text) : json_null();
}

static json_t *
time_column(struct stmt *stmt, int column)
{
	char text[CLOCK_TEXT];

	if (stmt_is_null(stmt, column))
		return json_null();
	return json_string(clock_format(stmt_int(stmt, column), text));
}

static void
set_unless_null(json_t *object, const char *key, json_t *value)
{
	if (json_is_null(value))
		json_decref(value);
	else
		json_object_set_new(object, key, value);
}

/* How it is queued, where that is not as usual. */
static void
add_lane(struct stmt *stmt, json_t *record)
{
	const char *queue = stmt_text(stmt, 17);
	json_t *tags = json_column(stmt, 19, NULL), *metadata = json_column(stmt, 20, NULL);

	if (strcmp(queue, QUEUE_DEFAULT) != 0)
		json_object_set_new(record, "queue", json_string(queue));
	if (stmt_int(stmt, 18) != 0)
		json_object_set_new(record, "priority", json_integer(stmt_int(stmt, 18)));
	if (json_array_size(tags) > 0)
		json_object_set(record, "tags", tags);
	if (json_object_size(metadata) > 0)
		json_object_set(record, "metadata", metadata);
	if (stmt_int(stmt, 21) > 0)
		json_object_set_new(record, "awaits", json_integer(stmt_int(stmt, 21)));
	if (!stmt_is_null(stmt, 22))
		json_object_set_new(record, "cached", json_integer(stmt_int(stmt, 22)));
	json_decref(tags);
	json_decref(metadata);
}

/* The record of the row; keys in the order of dockline-execution(5). NULL when damaged. */
static json_t *
record_of(struct store *store, struct stmt *stmt, const char *org, struct err *err)
{
	json_t *params, *result, *error = NULL, *metrics = NULL, *r;

	if (read_bodies(store, stmt, &params, &result, err) == 0)
		error = json_column(stmt, 12, err);
	if (error)
		metrics = json_column(stmt, 13, err);
	if (!metrics) {
		json_decref(params);
		json_decref(result);
		json_decref(error);
		return NULL;
	}
	r = json_object();
	json_object_set_new(r, "type", json_string("execution"));
	json_object_set_new(r, "id", json_integer(stmt_int(stmt, 0)));
	json_object_set_new(r, "key", word_column(stmt, 1));
	json_object_set_new(r, "task", word_column(stmt, 2));
	json_object_set_new(r, "version", word_column(stmt, 3));
	json_object_set_new(r, "job", word_column(stmt, 4));
	if (stmt_int(stmt, 5) > 1)
		json_object_set_new(r, "generation", json_integer(stmt_int(stmt, 5)));
	json_object_set_new(r, "org", json_string(org));
	json_object_set_new(r, "status", word_column(stmt, 6));
	add_lane(stmt, r);
	json_object_set_new(r, "params", params);
	json_object_set_new(r, "result", result);
	set_unless_null(r, "error", error);
	json_object_set_new(r, "attempts", json_integer(stmt_int(stmt, 8)));
	set_unless_null(r, "metrics", metrics);
	json_object_set_new(r, "created", time_column(stmt, 9));
	set_unless_null(r, "not_before", time_column(stmt, 14));
	json_object_set_new(r, "started", time_column(stmt, 10));
	json_object_set_new(r, "ended", time_column(stmt, 11));
	return r;
}

/* How far it says it is. */
static int
add_progress(struct store *store, int64_t id, json_t *record, struct err *err)
{
	struct stmt *stmt = stmt_query(store, err, sql_progress, "i", id);
	int rc = stmt ? stmt_next(stmt, err) : -1;
	json_t *progress;

	if (rc <= 0)
		return rc;
	progress = json_object();
	if (!stmt_is_null(stmt, 0))
		json_object_set_new(progress, "percent", json_real(stmt_double(stmt, 0)));
	set_unless_null(progress, "message", word_column(stmt, 1));
	json_object_set_new(progress, "time", time_column(stmt, 2));
	json_object_set_new(record, "progress", progress);
	stmt_end(stmt);
	return 0;
}

/* Where a cluster has it. */
static int
add_place(struct store *store, int64_t worker, json_t *record, struct err *err)
{
	json_t *place;
	int rc = whereabouts_of(store, worker, &place, err);

	if (rc > 0)
		json_object_set_new(record, "cluster", place);
	return rc < 0 ? -1 : 0;
}

int
execution_record(struct store *store, const char *org, int64_t id, json_t **record, struct err *err)
{
	struct stmt *stmt = stmt_query(store, err, sql_record, "it", id, org);
	int rc = stmt ? stmt_next(stmt, err) : -1;
	int64_t worker;
	bool running;

	if (rc <= 0)
		return rc;
	*record = record_of(store, stmt, org, err);
	running = strcmp(stmt_text(stmt, 6), "running") == 0;
	worker = stmt_int(stmt, 23);
	stmt_end(stmt);
	if (*record &&
	    ((running && add_progress(store, id, *record, err) < 0) ||
		(worker && add_place(store, worker, *record, err) < 0))) {
		json_decref(*record);
		*record = NULL;
	}
	return *record ? 1 : err_wrap(err, "execution %lld", (long long)id);
}

/* What a child wrote, fit for JSON; null: nothing. NULL when damaged. */
static json_t *
errout_column(struct stmt *stmt, int column, struct err *err)
{
	struct buf text = BUF_INIT, shown = BUF_INIT;
	json_t *value = NULL;
	const void *data;
	size_t len;

	if (stmt_is_null(stmt, column))
		return json_null();
	data = stmt_blob(stmt, column, &len);
	if (object_unpack(data, len, &text, err) == 0) {
		utf8_visible(buf_str(&text), text.len, 0, &shown);
		value = json_stringn(buf_str(&shown), shown.len);
	}
	buf_clear(&shown);
	buf_clear(&text);
	return value;
}

/* NULL when damaged. */
static json_t *
attempt_of(struct stmt *stmt, struct err *err)
{
	json_t *errout = errout_column(stmt, 11, err), *a;

	if (!errout)
		return NULL;
	a = json_object();

	json_object_set_new(a, "number", json_integer(stmt_int(stmt, 0)));
	json_object_set_new(a, "host", word_column(stmt, 1));
	json_object_set_new(a, "started", time_column(stmt, 2));
	json_object_set_new(a, "ended", time_column(stmt, 3));
	if (!stmt_is_null(stmt, 4))
		json_object_set_new(a, "exit_code", json_integer(stmt_int(stmt, 4)));
	if (!stmt_is_null(stmt, 5))
		json_object_set_new(a, "signal", json_integer(stmt_int(stmt, 5)));
	set_unless_null(a, "class", word_column(stmt, 6));
	set_unless_null(a, "reason", word_column(stmt, 7));
	json_object_set_new(a, "user_time", json_real(stmt_double(stmt, 8)));
	json_object_set_new(a, "system_time", json_real(stmt_double(stmt, 9)));
	json_object_set_new(a, "max_rss", json_integer(stmt_int(stmt, 10)));
	set_unless_null(a, "stderr", errout);
	return a;
}

json_t *
execution_attempts(struct store *store, int64_t id, struct err *err)
{
	struct stmt *stmt = stmt_query(store, err, sql_attempts, "i", id);
	json_t *list = json_array();
	int rc = -1;

	while (stmt && (rc = stmt_next(stmt, err)) > 0) {
		json_t *attempt = attempt_of(stmt, err);

		if (!attempt) {
			stmt_end(stmt);
			break;
		}
		json_array_append_new(list, attempt);
	}
	if (rc == 0)
		return list;
	json_decref(list);
	return NULL;
}
