/* SPDX-License-Identifier: MIT */
/* claim: a worker takes executions, and gives them back ended or untouched. */
#include "task/claim.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/vec.h"
#include "store/object.h"
#include "store/stmt.h"
#include "store/text.h"
#include "task/control.h"
#include "task/dependency.h"
#include "task/task.h"

static const char sql_due[] =
    "SELECT id, job, generation, lane, status FROM execution INDEXED BY execution_due"
    " WHERE status IN ('retrying', 'scheduled') AND not_before <= ? LIMIT 1000";
static const char sql_ready[] =
    "UPDATE execution SET status = 'queued', not_before = NULL WHERE id = ?";
static const char sql_lanes_of_job[] =
    "SELECT l.id, l.queue FROM lane l JOIN job j ON j.id = l.job"
    " WHERE l.job = ? AND l.generation = ? AND l.ready > 0" LANE_AWAKE
    " ORDER BY l.priority DESC, l.id";
static const char sql_lanes[] =
    "SELECT l.id, l.queue FROM lane l INDEXED BY lane_ready JOIN job j ON j.id = l.job"
    " WHERE l.ready > 0 AND j.org = ?" LANE_AWAKE
    " ORDER BY l.priority DESC, (SELECT min(id) FROM execution"
    " WHERE lane = l.id AND status = 'queued')";
static const char sql_take[] =
    "UPDATE execution SET status = 'preparing', worker = ?, attempts = attempts + 1, started = ?"
    " WHERE id IN (SELECT id FROM execution INDEXED BY execution_ready"
    " WHERE lane = ? AND status = 'queued' ORDER BY id LIMIT ?)"
    " RETURNING id, attempts, key, limits";
static const char sql_history[] =
    "SELECT class, count(*), sum(number > ?2) FROM attempt WHERE execution = ?1 AND class NOT NULL"
    " GROUP BY class";
static const char sql_held[] = "SELECT status, " CONTROL_ORDER " FROM execution"
			       " WHERE id = ? AND worker = ? AND attempts = ?";
/* the order to cancel it brought the reason along, see CONTROL_ORDER */
static const char sql_all_held[] =
    "SELECT id, attempts, key, limits, lane FROM execution WHERE worker = ?1"
    " AND (?2 = 0 OR id = ?2) ORDER BY id";
static const char sql_end[] =
    "UPDATE execution SET status = ?1, class = ?2, worker = NULL, request = NULL, not_before = ?3,"
    " started = ?4, ended = ?5, metrics = ?7,"
    " error = CASE WHEN ?1 IN ('cancelled', 'retrying') AND json_extract(error, '$.class') IS NULL"
    " THEN ifnull(error, ?6) ELSE ?6 END WHERE id = ?8";
static const char sql_return[] =
    "UPDATE execution SET status = 'queued', worker = NULL, request = NULL,"
    " attempts = attempts - 1, started = NULL WHERE id = ?";
static const char sql_forward[] =
    "UPDATE execution SET attempts = ? WHERE id = ? AND worker = ? AND attempts = ?";
static const char sql_change[] = "UPDATE execution SET status = ? WHERE id = ?";
static const char sql_attempt[] =
    "INSERT OR REPLACE INTO attempt (execution, number, worker, started, ended, exit_code,"
    " signal, class, reason, user_time, system_time, max_rss, stderr, stdout)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char sql_progress[] =
    "INSERT INTO progress (execution, percent, message, time) SELECT id, ?, ?, ? FROM execution"
    " WHERE id = ? AND worker = ? AND attempts = ? ON CONFLICT DO UPDATE SET"
    " percent = ifnull(excluded.percent, percent), message = ifnull(excluded.message, message),"
    " time = excluded.time";
static const char sql_no_progress[] = "DELETE FROM progress WHERE execution = ?";
static const char sql_orders[] = "SELECT id, request FROM execution INDEXED BY execution_held"
				 " WHERE worker = ? AND request IS NOT NULL";
static const char sql_ordered[] = "UPDATE execution SET request = NULL WHERE id = ?";
static const char sql_next_due[] = "SELECT min(not_before) FROM execution INDEXED BY execution_due"
				   " WHERE status IN ('retrying', 'scheduled')";
static const char sql_coming[] =
    "SELECT sum(t.count * (t.status <> 'blocked')), sum(t.count) FROM job j JOIN tally t"
    " ON t.job = j.id WHERE j.org = ?1 AND (?2 = 0 OR (t.job = ?2 AND t.generation = ?3))"
    " AND t.status IN ('blocked', 'scheduled', 'retrying', 'preparing', 'running')";

static const char *const requests[] = {
	[REQUEST_CANCEL] = "cancel", [REQUEST_PAUSE] = "pause", [REQUEST_RESUME] = "resume"
};

void
work_free(struct work *work)
{
	if (!work)
		return;
	free(work->key);
	free(work->params);
	free(work->inputs);
	free(work);
}

/* ---- taking ---- */

/* What waited for its time and is due joins the queue. */
static int
promote(struct store *store, struct tally *tally, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_due, "i", clock_wall());
	VEC(int64_t) due = VEC_INIT;
	int rc = -1;

	while (row && (rc = stmt_next(row, err)) > 0) {
		struct place place = { stmt_int(row, 0),
			{ stmt_int(row, 1), (int)stmt_int(row, 2) }, stmt_int(row, 3) };
		int status = state_find(stmt_text(row, 4));

		tally_move(tally, &place, (enum status)status, FAIL_NONE, EV_READY, FAIL_NONE);
		vec_add(&due, place.id);
	}
	for (size_t i = 0; i < due.len && rc == 0; i++)
		rc = stmt_run(store, err, sql_ready, "i", due.at[i]) < 0 ? -1 : 0;
	vec_clear(&due);
	return rc;
}

static int
load_params(struct store *store, struct work *work, struct err *err)
{
	struct buf text = BUF_INIT;
	int rc = text_get(store, TEXT_PARAMS, work->id, &text, err);

	work->params_len = text.len;
	work->params = buf_take(&text);
	if (rc == 0)
		return err_set(
		    err, ERR_STORE, "execution %lld has no parameters", (long long)work->id);
	return rc < 0 ? -1 : 0;
}

/* What the attempts before tell; nothing is asked at the first. */
static int
load_history(struct store *store, struct work *work, struct err *err)
{
	struct stmt *stmt;
	int rc = -1;

	if (work->attempt == 1)
		return 0;
	stmt = stmt_query(store, err, sql_history, "ii", work->id, (int64_t)work->spent);
	while (stmt && (rc = stmt_next(stmt, err)) > 0) {
		int class = failure_find(stmt_text(stmt, 0));

		if (class < 0)
			continue;
		work->past[class] = (struct past){ (int)stmt_int(stmt, 1), (int)stmt_int(stmt, 2) };
	}
	return rc;
}

static void
read_limits(struct work *work, const char *text)
{
	json_t *limits = text ? json_parse(text, strlen(text), NULL) : NULL;

	work->timeout = json_number_value(json_object_get(limits, "timeout"));
	work->memory = (int64_t)json_number_value(json_object_get(limits, "memory"));
	work->uncached = json_is_false(json_object_get(limits, "cache"));
	work->spent = (int)json_integer_value(json_object_get(limits, "spent"));
	json_decref(limits);
}

static struct work *
work_of(struct stmt *stmt, const struct lane *lane)
{
	struct work *work = xcalloc(1, sizeof(*work));

	work->id = stmt_int(stmt, 0);
	work->attempt = (int)stmt_int(stmt, 1);
	work->key = xstrdup(stmt_text(stmt, 2));
	work->lane = lane;
	read_limits(work, stmt_text(stmt, 3));
	return work;
}

static void
free_works(struct work *work)
{
	while (work) {
		struct work *next = work->next;

		work_free(work);
		work = next;
	}
}

/* Up to `most` of one lane, appended at *tail. */
static int
take_of(struct store *store, const struct claim_scope *scope, const struct lane *lane, int most,
    struct tally *tally, struct work ***tail, struct err *err)
{
	struct work *first = NULL, **last = &first;
	struct stmt *stmt = stmt_query(
	    store, err, sql_take, "iiii", scope->worker, clock_wall(), lane->id, (int64_t)most);
	int n = 0, rc = -1;

	while (stmt && (rc = stmt_next(stmt, err)) > 0) {
		struct place place = { stmt_int(stmt, 0), lane->job, lane->id };

		*last = work_of(stmt, lane);
		last = &(*last)->next;
		tally_move(tally, &place, ST_QUEUED, FAIL_NONE, EV_CLAIM, FAIL_NONE);
		n++;
	}
	for (struct work *w = first; w && rc == 0; w = w->next)
		rc = load_params(store, w, err) < 0 ? -1 : load_history(store, w, err);
	if (rc < 0) {
		free_works(first);
		return -1;
	}
	if (n > 0) {
		**tail = first;
		*tail = last;
	}
	if (n > 0 && scope->took)
		scope->took(lane, first, n, scope->ctx);
	return n;
}

int
claim_held(struct store *store, int64_t worker, int64_t id, struct lane_book *book,
    struct work ***tail, struct err *err)
{
	struct stmt *stmt = stmt_query(store, err, sql_all_held, "ii", worker, id);
	struct work *first = NULL, **last = &first;
	VEC(int64_t) lanes = VEC_INIT;
	int rc = -1, n = 0;

	while (stmt && (rc = stmt_next(stmt, err)) > 0) {
		*last = work_of(stmt, NULL);
		last = &(*last)->next;
		vec_add(&lanes, stmt_int(stmt, 4));
	}
	for (struct work *w = first; w && rc == 0; w = w->next) {
		w->lane = lane_get(book, store, lanes.at[n++], err);
		rc = w->lane ? load_history(store, w, err) : -1;
	}
	vec_clear(&lanes);
	if (rc < 0) {
		free_works(first);
		return -1;
	}
	if (first) {
		**tail = first;
		*tail = last;
	}
	return n;
}

static bool
serves(const struct claim_scope *scope, const char *queue)
{
	if (!scope->queues)
		return true;
	for (size_t i = 0; scope->queues[i]; i++)
		if (strcmp(scope->queues[i], queue) == 0)
			return true;
	return false;
}

static struct stmt *
query_lanes(struct store *store, const struct claim_scope *scope, struct err *err)
{
	if (scope->job.id)
		return stmt_query(store, err, sql_lanes_of_job, "ii", scope->job.id,
		    (int64_t)scope->job.generation);
	return stmt_query(store, err, sql_lanes, "t", scope->org);
}

struct ids {
	int64_t *at;
	size_t len, room;
};

/* The lanes of the scope that have work, the first first. */
static int
list_lanes(struct store *store, const struct claim_scope *scope, struct ids *lanes, struct err *err)
{
	struct stmt *row = query_lanes(store, scope, err);
	int rc = -1;

	while (row && (rc = stmt_next(row, err)) > 0)
		if (serves(scope, stmt_text(row, 1)))
			vec_add(lanes, stmt_int(row, 0));
	return rc;
}

/* Take of one lane what there is room for, at most `most`. The number; -1 on error; -2 when what
 * is behind it must wait. */
static int
visit_lane(struct store *store, const struct claim_scope *scope, int64_t id, int most,
    struct tally *tally, struct work ***tail, struct err *err)
{
	const struct lane *lane = lane_get(scope->book, store, id, err);
	int room = most;

	if (!lane)
		return -1;
	if (scope->able && !scope->able(lane, scope->ctx))
		return 0;
	if (scope->room)
		room = scope->room(lane, scope->ctx);
	if (room <= 0)
		return room < 0 ? -2 : 0;
	return take_of(store, scope, lane, room < most ? room : most, tally, tail, err);
}

int
claim_take(struct store *store, const struct claim_scope *scope, int most, struct tally *tally,
    struct work ***tail, struct err *err)
{
	struct ids lanes = VEC_INIT;
	int taken = 0, rc;

	if (promote(store, tally, err) < 0 || tally_write_lanes(tally, store, err) < 0)
		return -1;
	rc = list_lanes(store, scope, &lanes, err);
	for (size_t i = 0; i < lanes.len && rc >= 0 && taken < most; i++) {
		rc = visit_lane(store, scope, lanes.at[i], most - taken, tally, tail, err);
		taken += rc > 0 ? rc : 0;
	}
	vec_clear(&lanes);
	return rc == -1 ? -1 : taken;
}

/* ---- giving back ---- */

struct held {
	enum status status;
	const char *request; /* not told to the worker yet, NULL: none */
};

/* An attempt that the worker holds: 1, 0 when it does not, -1. */
static int
look_at_held(struct store *store, int64_t worker, int64_t id, int attempt, struct held *held,
    struct err *err)
{
	struct stmt *stmt = stmt_query(store, err, sql_held, "iii", id, worker, (int64_t)attempt);
	int rc = stmt ? stmt_next(stmt, err) : -1;

	if (rc <= 0)
		return rc;
	held->status = (enum status)state_find(stmt_text(stmt, 0));
	held->request = NULL;
	for (int i = REQUEST_CANCEL; i <= REQUEST_RESUME && !stmt_is_null(stmt, 1); i++)
		if (strcmp(requests[i], stmt_text(stmt, 1)) == 0)
			held->request = requests[i];
	stmt_end(stmt);
	return 1;
}

static int
insert_attempt(struct store *store, int64_t worker, const struct ending *end, struct err *err)
{
	int64_t code = end->code, signal = end->signal;
	struct buf errout = BUF_INIT, out = BUF_INIT;
	int rc;

	object_pack(end->errout, end->errout_len, &errout);
	object_pack(end->out, end->out_len, &out);
	rc = stmt_run(store, err, sql_attempt, "iiiiiIIttddibb", end->id, (int64_t)end->attempt,
	    worker, end->started, end->ended, end->exited ? &code : NULL,
	    end->signal ? &signal : NULL, failure_name(end->class), end->reason, end->user_time,
	    end->system_time, end->max_rss, end->errout_len ? errout.data : NULL, errout.len,
	    end->out_len ? out.data : NULL, out.len);
	buf_clear(&errout);
	buf_clear(&out);
	return rc < 0 ? -1 : 0;
}

static int
insert_result(struct store *store, const struct ending *end, struct err *err)
{
	if (!end->result)
		return 0;
	return text_put(
	    store, TEXT_RESULT, end->id, end->lane->task->row, end->result, end->result_len, err);
}

static enum event
event_of(const struct ending *end)
{
	switch (end->status) {
	case ST_COMPLETED:
		return EV_COMPLETE;
	case ST_TIMEOUT:
		return EV_TIMEOUT;
	case ST_RETRYING:
		return EV_RETRY;
	case ST_CANCELLED:
		return EV_CANCEL;
	default:
		return EV_FAIL;
	}
}

int
claim_end(struct store *store, int64_t worker, const struct ending *end, struct tally *tally,
    struct err *err)
{
	struct place place = { end->id, end->lane->job, end->lane->id };
	bool final = state_is_final(end->status);
	struct held held;
	int rc = look_at_held(store, worker, end->id, end->attempt, &held, err);

	if (rc <= 0)
		return rc;
	if (stmt_run(store, err, sql_end, "ttIiItti", state_name(end->status),
		failure_name(end->class), final ? NULL : &end->not_before, end->started,
		final ? &end->ended : NULL, end->error, end->metrics, end->id) < 0)
		return -1;
	if (insert_result(store, end, err) < 0 || insert_attempt(store, worker, end, err) < 0)
		return -1;
	if (end->progressed && stmt_run(store, err, sql_no_progress, "i", end->id) < 0)
		return -1;
	tally_move(
	    tally, &place, held.status, FAIL_NONE, event_of(end), final ? end->class : FAIL_NONE);
	if (final)
		rc = dependency_settle(store, end->id, end->status, tally, err);
	else
		rc = control_after(store, end->id, held.request, false, tally, err);
	return rc < 0 ? -1 : 1;
}

int
claim_forward(struct store *store, int64_t worker, int64_t id, int from, int to, struct err *err)
{
	int n = stmt_run(store, err, sql_forward, "iiii", (int64_t)to, id, worker, (int64_t)from);

	return n < 0 ? -1 : n > 0;
}

int
claim_note(struct store *store, int64_t worker, const struct ending *end, struct err *err)
{
	return insert_attempt(store, worker, end, err);
}

int
claim_change(struct store *store, int64_t worker, const struct lane *lane, int64_t id, int attempt,
    enum event event, struct tally *tally, struct err *err)
{
	struct place place = { id, lane->job, lane->id };
	struct held held;
	enum status to;
	int rc = look_at_held(store, worker, id, attempt, &held, err);

	if (rc <= 0)
		return rc;
	if (state_next(held.status, event) < 0)
		return 1; /* it is so already */
	to = tally_move(tally, &place, held.status, FAIL_NONE, event, FAIL_NONE);
	if (event != EV_RETURN)
		rc = stmt_run(store, err, sql_change, "ti", state_name(to), id);
	else if ((rc = stmt_run(store, err, sql_return, "i", id)) >= 0)
		rc = control_after(store, id, held.request, held.status == ST_PAUSED, tally, err);
	return rc < 0 ? -1 : 1;
}

int
claim_progress(struct store *store, int64_t worker, int64_t id, int attempt, double percent,
    const char *message, struct err *err)
{
	return stmt_run(store, err, sql_progress, "Dtiiii", percent >= 0 ? &percent : NULL, message,
	    clock_wall(), id, worker, (int64_t)attempt);
}

/* ---- looking ---- */

int
claim_orders(struct store *store, int64_t worker, struct order ***tail, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_orders, "i", worker);
	struct order *first = NULL, **last = &first;
	int n = 0, rc = -1;

	while (row && (rc = stmt_next(row, err)) > 0) {
		struct order *order = xcalloc(1, sizeof(*order));

		order->id = stmt_int(row, 0);
		for (int i = REQUEST_CANCEL; i <= REQUEST_RESUME; i++)
			if (strcmp(requests[i], stmt_text(row, 1)) == 0)
				order->request = (enum request)i;
		*last = order;
		last = &order->next;
		n++;
	}
	for (struct order *o = first; o && rc == 0; o = o->next)
		rc = stmt_run(store, err, sql_ordered, "i", o->id) < 0 ? -1 : 0;
	**tail = first;
	if (n > 0)
		*tail = last;
	return rc < 0 ? -1 : n;
}

int
claim_has_orders(struct store *store, int64_t worker, struct err *err)
{
	int64_t one;

	return stmt_number(store, err, &one, sql_orders, "i", worker);
}

/* How the door of a lane stands. */
static void
look_at_door(const struct claim_scope *scope, const struct lane *lane, struct claim_waits *waits)
{
	enum claim_door door = CLAIM_OPEN;
	int64_t when = 0;

	if (scope->able && !scope->able(lane, scope->ctx))
		return;
	if (scope->door)
		door = scope->door(lane, &when, scope->ctx);
	waits->doors[door] = true;
	if (when && (waits->due == 0 || when < waits->due))
		waits->due = when;
}

/* What is not queued, but may be. */
static int
look_at_rest(struct store *store, const struct claim_scope *scope, struct claim_waits *waits,
    struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_coming, "tii", scope->org, scope->job.id,
	    (int64_t)scope->job.generation);

	if (!row || stmt_next(row, err) < 0)
		return -1;
	waits->moving = stmt_int(row, 0) > 0;
	waits->coming = waits->moving || stmt_int(row, 1) > 0;
	stmt_end(row);
	return 0;
}

int
claim_waiting(struct store *store, const struct claim_scope *scope, struct claim_waits *waits,
    struct err *err)
{
	struct ids lanes = VEC_INIT;
	int rc;

	*waits = (struct claim_waits){ 0 };
	rc = list_lanes(store, scope, &lanes, err);
	if (rc == 0 && stmt_number(store, err, &waits->due, sql_next_due, "") < 0)
		rc = -1;
	for (size_t i = 0; i < lanes.len && rc == 0 && !waits->doors[CLAIM_OPEN]; i++) {
		const struct lane *lane = lane_get(scope->book, store, lanes.at[i], err);

		if (lane)
			look_at_door(scope, lane, waits);
		else
			rc = -1;
	}
	vec_clear(&lanes);
	return rc < 0 ? -1 : look_at_rest(store, scope, waits, err);
}
