/* SPDX-License-Identifier: MIT */
/* claim_end: what a worker took is given back, ended or as it was, and orders come for it. */
#include "task/claim.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "store/object.h"
#include "store/stmt.h"
#include "store/text.h"
#include "task/control.h"
#include "task/dependency.h"
#include "task/task.h"

static const char sql_held[] = "SELECT status, " CONTROL_ORDER " FROM execution"
			       " WHERE id = ? AND worker = ? AND attempts = ?";
/* the order to cancel it brought the reason along, see CONTROL_ORDER */
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

static const char *const requests[] = {
	[REQUEST_CANCEL] = "cancel", [REQUEST_PAUSE] = "pause", [REQUEST_RESUME] = "resume"
};

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

/* ---- orders ---- */

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
