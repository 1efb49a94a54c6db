/* SPDX-License-Identifier: MIT */
/* claim: a worker takes executions, and gives them back ended or untouched. */
#include "task/claim.h"

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
#include "task/longest.h"

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
static const char sql_take_one[] =
    "UPDATE execution SET status = 'preparing', worker = ?, attempts = attempts + 1, started = ?"
    " WHERE id = ? AND status = 'queued' RETURNING id, attempts, key, limits";
static const char sql_history[] =
    "SELECT class, count(*), sum(number > ?2) FROM attempt WHERE execution = ?1 AND class NOT NULL"
    " GROUP BY class";
static const char sql_all_held[] =
    "SELECT id, attempts, key, limits, lane FROM execution WHERE worker = ?1"
    " AND (?2 = 0 OR id = ?2) ORDER BY id";
static const char sql_next_due[] = "SELECT min(not_before) FROM execution INDEXED BY execution_due"
				   " WHERE status IN ('retrying', 'scheduled')";
static const char sql_coming[] =
    "SELECT sum(t.count * (t.status <> 'blocked')), sum(t.count) FROM job j JOIN tally t"
    " ON t.job = j.id WHERE j.org = ?1 AND (?2 = 0 OR (t.job = ?2 AND t.generation = ?3))"
    " AND t.status IN ('blocked', 'scheduled', 'retrying', 'preparing', 'running')";

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
	return rc < 0 ? err_wrap(err, "execution %lld", (long long)work->id) : 0;
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

/* What was taken of a lane. */
struct taken {
	struct work *first, **last;
	int n;
};

/* Every row of a statement that takes. 0 or -1. */
static int
take_rows(struct stmt *stmt, const struct lane *lane, struct tally *tally, struct taken *out,
    struct err *err)
{
	int rc = -1;

	while (stmt && (rc = stmt_next(stmt, err)) > 0) {
		struct place place = { stmt_int(stmt, 0), lane->job, lane->id };

		*out->last = work_of(stmt, lane);
		out->last = &(*out->last)->next;
		tally_move(tally, &place, ST_QUEUED, FAIL_NONE, EV_CLAIM, FAIL_NONE);
		out->n++;
	}
	return rc;
}

/* The longest of the last of a lane. 0 or -1. */
static int
take_longest(struct store *store, const struct claim_scope *scope, const struct lane *lane,
    int most, struct tally *tally, struct taken *out, struct err *err)
{
	int room = most < LONGEST_MOST ? most : LONGEST_MOST;
	int64_t *ids = xcalloc((size_t)room, sizeof(*ids));
	int n = longest_pick(scope->longest, store, lane, room, ids, err), rc = n < 0 ? -1 : 0;

	for (int i = 0; i < n && rc == 0; i++)
		rc = take_rows(stmt_query(store, err, sql_take_one, "iii", scope->worker,
				   clock_wall(), ids[i]),
		    lane, tally, out, err);
	free(ids);
	return rc;
}

/* The oldest of a lane, or the longest where it is time for them. 0 or -1. */
static int
take_first(struct store *store, const struct claim_scope *scope, const struct lane *lane, int most,
    struct tally *tally, struct taken *out, struct err *err)
{
	int among = scope->longest && scope->tail ? scope->tail(lane, scope->ctx) : 0;
	int late = longest_is_time(store, lane, among, err);

	if (late < 0)
		return -1;
	if (late > 0)
		return take_longest(store, scope, lane, most, tally, out, err);
	return take_rows(stmt_query(store, err, sql_take, "iiii", scope->worker, clock_wall(),
			     lane->id, (int64_t)most),
	    lane, tally, out, err);
}

/* Up to `most` of one lane, appended at *tail. */
static int
take_of(struct store *store, const struct claim_scope *scope, const struct lane *lane, int most,
    struct tally *tally, struct work ***tail, struct err *err)
{
	struct taken taken = { .last = &taken.first };
	int rc = take_first(store, scope, lane, most, tally, &taken, err);

	for (struct work *w = taken.first; w && rc == 0; w = w->next)
		rc = load_params(store, w, err) < 0 ? -1 : load_history(store, w, err);
	if (rc < 0) {
		free_works(taken.first);
		return -1;
	}
	if (taken.n > 0) {
		**tail = taken.first;
		*tail = taken.last;
	}
	if (taken.n > 0 && scope->took)
		scope->took(lane, taken.first, taken.n, scope->ctx);
	return taken.n;
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

/* ---- looking ---- */

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
