/* SPDX-License-Identifier: MIT */
/* workers_reap: what a dead worker held is taken from it. */
#include "task/workers.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/vec.h"
#include "store/stmt.h"
#include "task/begun.h"
#include "task/control.h"
#include "task/dependency.h"
#include "task/gate.h"
#include "task/workers_parts.h"

static const char sql_held[] =
    "SELECT id, job, generation, lane, status, attempts, lost, started, " CONTROL_ORDER
    " FROM execution WHERE worker = ?";
static const char sql_return[] =
    "UPDATE execution SET status = ?, worker = NULL, request = NULL, attempts = attempts - 1,"
    " started = NULL WHERE id = ?";
static const char sql_lose[] =
    "UPDATE execution SET status = ?, class = ?, worker = NULL, request = NULL, lost = lost + 1,"
    " ended = ?, error = ? WHERE id = ?";
static const char sql_attempt[] =
    "INSERT OR REPLACE INTO attempt (execution, number, worker, started, ended, class, reason,"
    " user_time, system_time, max_rss) VALUES (?, ?, ?, ?, ?, 'lost', ?, 0, 0, 0)";
static const char lost_reason[] = "the worker died";
static const char lost_error[] =
    "{\"class\":\"lost\",\"reason\":\"the worker died each time it ran\"}";

/* An execution that a dead worker held. */
struct orphan {
	struct place place;
	enum status status;
	int64_t attempt, lost, started;
	char *request; /* of somebody, not followed yet; NULL: none */
};

static struct orphan
orphan_of(struct stmt *row)
{
	return (struct orphan){ .place = { stmt_int(row, 0),
				    { stmt_int(row, 1), (int)stmt_int(row, 2) }, stmt_int(row, 3) },
		.status = (enum status)state_find(stmt_text(row, 4)),
		.attempt = stmt_int(row, 5),
		.lost = stmt_int(row, 6),
		.started = stmt_int(row, 7),
		.request = stmt_is_null(row, 8) ? NULL : xstrdup(stmt_text(row, 8)) };
}

static bool
is_cancelled(const struct orphan *o)
{
	return o->request && strcmp(o->request, "cancel") == 0;
}

/* It never began, or somebody wanted it to end: the attempt does not count. */
static int
take_back(struct store *store, const struct orphan *o, struct tally *tally, struct err *err)
{
	enum status to = tally_move(tally, &o->place, o->status, FAIL_NONE, EV_RETURN, FAIL_NONE);

	return stmt_run(store, err, sql_return, "ti", state_name(to), o->place.id) < 0 ? -1 : 0;
}

/* It ran when the worker died. */
static int
lose(struct store *store, const struct orphan *o, int64_t worker, const char *reason,
    struct tally *tally, struct err *err)
{
	bool gone = o->lost + 1 >= WORKER_MAX_LOST;
	enum failure class = gone ? FAIL_LOST : FAIL_NONE;
	int64_t now = clock_wall();
	enum status to;

	if (stmt_run(store, err, sql_attempt, "iiiiit", o->place.id, o->attempt, worker, o->started,
		now, reason) < 0)
		return -1;
	to = tally_move(tally, &o->place, o->status, FAIL_NONE, gone ? EV_FAIL : EV_LOSE, class);
	if (stmt_run(store, err, sql_lose, "ttIti", state_name(to), failure_name(class),
		gone ? &now : NULL, gone ? lost_error : NULL, o->place.id) < 0)
		return -1;
	return gone ? dependency_settle(store, o->place.id, to, tally, err) : 0;
}

/* Did it run when the worker died? What ran for some time stands in the state. After a power cut
 * the slots say nothing to be trusted of that; where they are not there any more, who took over
 * before us was killed, too, and what stood in them will not be known again. */
static bool
had_begun(const struct dead *dead, const struct begun *begun, const struct orphan *o)
{
	bool noted = o->status != ST_PREPARING;

	if (begun)
		return begun_has(begun, o->place.id) || (dead->rebooted && noted);
	return noted || dead->rebooted || !dead->scratch;
}

struct orphans {
	struct orphan *at;
	size_t len, room;
};

static int
find_held(struct store *store, int64_t worker, struct orphans *held, struct err *err)
{
	struct stmt *stmt = stmt_query(store, err, sql_held, "i", worker);
	int rc = -1;

	while (stmt && (rc = stmt_next(stmt, err)) > 0)
		vec_add(held, orphan_of(stmt));
	return rc;
}

static void
clear_held(struct orphans *held)
{
	for (size_t i = 0; i < held->len; i++)
		free(held->at[i].request);
	vec_clear(held);
}

/* Take one from its worker; lost: why, where it ran, else NULL. */
static int
take_one(struct store *store, const struct orphan *o, int64_t worker, const char *lost,
    struct tally *tally, struct err *err)
{
	int rc;

	if (is_cancelled(o) || !lost)
		rc = take_back(store, o, tally, err);
	else
		rc = lose(store, o, worker, lost, tally, err);
	if (rc == 0)
		rc = gate_lose(store, o->place.id, err);
	if (rc == 0)
		rc = control_after(
		    store, o->place.id, o->request, o->status == ST_PAUSED, tally, err);
	return rc;
}

static int
reap_one(struct store *store, const struct dead *dead, struct tally *tally, struct err *err)
{
	struct begun *begun = dead->scratch ? begun_open(dead->scratch) : NULL;
	struct orphans held = VEC_INIT;
	int rc = find_held(store, dead->id, &held, err), n = (int)held.len;

	for (size_t i = 0; i < held.len && rc == 0; i++) {
		const struct orphan *o = &held.at[i];

		rc = take_one(
		    store, o, dead->id, had_begun(dead, begun, o) ? lost_reason : NULL, tally, err);
	}
	clear_held(&held);
	begun_free(begun);
	if (rc < 0 || worker_leave(store, dead->id, err) < 0)
		return -1;
	return n;
}

/* Where the note has none of them it is not to be trusted. */
static bool
knows_any(const struct begun *begun, const struct orphans *held)
{
	for (size_t i = 0; begun && i < held->len; i++)
		if (begun_has(begun, held->at[i].place.id))
			return true;
	return false;
}

int
worker_release(struct store *store, int64_t worker, const char *lost, const struct begun *begun,
    struct tally *tally, struct err *err)
{
	struct orphans held = VEC_INIT;
	int rc = find_held(store, worker, &held, err), n = (int)held.len;
	bool known = knows_any(begun, &held);

	for (size_t i = 0; i < held.len && rc == 0; i++) {
		const struct orphan *o = &held.at[i];

		rc = take_one(store, o, worker,
		    !known || begun_has(begun, o->place.id) ? lost : NULL, tally, err);
	}
	clear_held(&held);
	return rc < 0 ? -1 : n;
}

int
workers_reap(struct store *store, const struct worker_reaping *reaping, struct err *err)
{
	struct dead_list dead = VEC_INIT;
	int n = 0, rc = workers_find_dead(store, reaping->vigil, &dead, err);

	for (size_t i = 0; i < dead.len && rc >= 0; i++) {
		rc = reap_one(store, &dead.at[i], reaping->tally, err);
		if (rc < 0)
			break;
		n += rc;
		if (dead.at[i].scratch && reaping->removed)
			reaping->removed(dead.at[i].scratch, reaping->ctx);
	}
	workers_clear_dead(&dead);
	return rc < 0 ? -1 : n;
}
