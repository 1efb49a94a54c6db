/* SPDX-License-Identifier: MIT */
/* control: what people decide about executions. */
#include "task/control.h"

#include <assert.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/vec.h"
#include "store/stmt.h"
#include "task/dependency.h"
#include "task/lane.h"
#include "task/tally.h"

static const char sql_find[] =
    "SELECT e.job, e.generation, e.lane, e.status, e.class, e.worker, e.not_before, e.attempts"
    " FROM execution e JOIN job j ON j.id = e.job WHERE e.id = ? AND j.org = ?";
static const char sql_order[] = "UPDATE execution SET request = ? WHERE id = ?";
static const char sql_move[] = "UPDATE execution SET status = ? WHERE id = ?";
static const char sql_cancel[] =
    "UPDATE execution SET status = 'cancelled', ended = ?, not_before = NULL, error = ?"
    " WHERE id = ?";
static const char sql_revive[] =
    "UPDATE execution SET status = 'queued', class = NULL, error = NULL, lost = 0, ended = NULL,"
    " not_before = NULL, limits = ifnull(?, limits) WHERE id = ?";
static const char sql_approve[] = "UPDATE execution SET approval = 'given' WHERE id = ?";
static const char sql_unwell[] =
    "SELECT id FROM execution INDEXED BY execution_unwell WHERE job = ? AND generation = ?"
    " AND status IN ('failed', 'timeout', 'cancelled', 'skipped') AND attempts > 0";
static const char sql_waits[] =
    "SELECT id FROM execution WHERE job = ? AND generation = ? AND worker IS NULL"
    " AND status IN ('queued', 'retrying', 'scheduled', 'blocked', 'held', 'paused')";
static const char sql_lane[] =
    "SELECT job, generation, task, queue, priority, tags, metadata FROM lane WHERE id = ?";
static const char sql_to_lane[] = "UPDATE execution SET lane = ? WHERE id = ?";
static const char sql_pause[] =
    "INSERT INTO pause (org, kind, name, who, since) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT DO NOTHING";
static const char sql_wake[] = "DELETE FROM pause WHERE org = ? AND kind = ? AND name = ?";

/* An execution as it stands. */
struct stand {
	struct place place;
	enum status status;
	enum failure class;
	bool held; /* by a worker */
	int64_t not_before;
};

static const struct {
	const char *name;
	enum event event;  /* of what nobody holds */
	const char *order; /* for the worker that holds it; NULL: cannot be */
} controls[] = {
	[CONTROL_CANCEL] = { "cancel", EV_CANCEL, "cancel" },
	[CONTROL_PAUSE] = { "pause", EV_PAUSE, "pause" },
	[CONTROL_RESUME] = { "resume", EV_RESUME, "resume" },
	[CONTROL_RETRY] = { "retry", EV_REVIVE, NULL },
	[CONTROL_APPROVE] = { "approve", EV_READY, NULL },
	[CONTROL_REJECT] = { "reject", EV_CANCEL, NULL },
};

static const char *const pause_kinds[] = {
	[PAUSE_ALL] = "all", [PAUSE_QUEUE] = "queue", [PAUSE_JOB] = "job", [PAUSE_TASK] = "task"
};

static_assert(sizeof(controls) / sizeof(*controls) == CONTROL_COUNT, "a row for every control");

const char *
control_name(enum control control)
{
	return controls[control].name;
}

int
control_find(const char *name)
{
	for (int i = 0; i < CONTROL_COUNT; i++)
		if (strcmp(controls[i].name, name) == 0)
			return i;
	return -1;
}

/* 1, 0 when there is none, -1. */
static int
find(struct store *store, const char *org, int64_t id, struct stand *s, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_find, "it", id, org);
	int rc = row ? stmt_next(row, err) : -1;
	const char *class;

	if (rc <= 0)
		return rc;
	class = stmt_text(row, 4);
	*s = (struct stand){ .place = { id, { stmt_int(row, 0), (int)stmt_int(row, 1) },
				 stmt_int(row, 2) },
		.status = (enum status)state_find(stmt_text(row, 3)),
		.class = class ? (enum failure)failure_find(class) : FAIL_NONE,
		.held = !stmt_is_null(row, 5),
		.not_before = stmt_int(row, 6) };
	stmt_end(row);
	return 1;
}

/* Is this what the control is about? */
static bool
applies(const struct stand *s, enum control control)
{
	switch (control) {
	case CONTROL_APPROVE:
	case CONTROL_REJECT:
		return s->status == ST_HELD;
	case CONTROL_RESUME:
		return s->status == ST_PAUSED;
	default:
		return state_next(s->status, controls[control].event) >= 0;
	}
}

static int
cancel(struct store *store, const struct stand *s, const struct control_options *o,
    const char *what, struct tally *tally, struct err *err)
{
	json_t *error = json_pack("{s:s}", "reason", o->reason ? o->reason : what);
	char *text = json_dumps(error, JSON_COMPACT);
	int rc;

	tally_move(tally, &s->place, s->status, FAIL_NONE, EV_CANCEL, FAIL_NONE);
	rc = stmt_run(store, err, sql_cancel, "iti", clock_wall(), text, s->place.id);
	json_decref(error);
	free(text);
	return rc < 0 ? -1 : dependency_settle(store, s->place.id, ST_CANCELLED, tally, err);
}

static int
revive(struct store *store, const struct stand *s, const struct control_options *o,
    struct tally *tally, struct err *err)
{
	json_t *limits = json_object();
	char *text = NULL;
	int rc;

	if (o->timeout > 0)
		json_object_set_new(limits, "timeout", json_real(o->timeout));
	if (o->memory > 0)
		json_object_set_new(limits, "memory", json_integer(o->memory));
	if (json_object_size(limits) > 0)
		text = json_dumps(limits, JSON_COMPACT);
	json_decref(limits);
	tally_move(tally, &s->place, s->status, s->class, EV_REVIVE, FAIL_NONE);
	rc = stmt_run(store, err, sql_revive, "ti", text, s->place.id);
	free(text);
	return rc < 0 ? -1 : 0;
}

/* Queued, or scheduled while its time has not come. */
static int
go_on(struct store *store, const struct stand *s, enum event event, struct tally *tally,
    struct err *err)
{
	enum status to;

	if ((event == EV_READY || event == EV_RESUME) && s->not_before > clock_wall())
		event = EV_SCHEDULE;
	to = tally_move(tally, &s->place, s->status, FAIL_NONE, event, FAIL_NONE);
	return stmt_run(store, err, sql_move, "ti", state_name(to), s->place.id) < 0 ? -1 : 0;
}

static int
change(struct store *store, const struct stand *s, enum control control,
    const struct control_options *o, struct tally *tally, struct err *err)
{
	switch (control) {
	case CONTROL_CANCEL:
		return cancel(store, s, o, "cancelled", tally, err);
	case CONTROL_REJECT:
		return cancel(store, s, o, "rejected", tally, err);
	case CONTROL_RETRY:
		return revive(store, s, o, tally, err);
	case CONTROL_APPROVE:
		if (stmt_run(store, err, sql_approve, "i", s->place.id) < 0)
			return -1;
		return go_on(store, s, EV_READY, tally, err);
	default:
		return go_on(store, s, controls[control].event, tally, err);
	}
}

int
control_execution(struct store *store, const char *org, int64_t id, enum control control,
    const struct control_options *options, struct tally *tally, enum status *status,
    struct err *err)
{
	static const struct control_options none = { 0 };
	struct stand s;
	int rc = find(store, org, id, &s, err);

	if (rc <= 0)
		return rc < 0 ? -1 : CONTROLLED_NONE;
	*status = s.status;
	if (!applies(&s, control))
		return CONTROLLED_NOT;
	if (s.held && !controls[control].order)
		return CONTROLLED_NOT;
	if (s.held) {
		rc = stmt_run(store, err, sql_order, "ti", controls[control].order, id);
		return rc < 0 ? -1 : CONTROLLED_ORDERED;
	}
	if (change(store, &s, control, options ? options : &none, tally, err) < 0)
		return -1;
	return CONTROLLED_DONE;
}

/* The lane that differs from another only in its priority; its id, or -1. */
static int64_t
lane_with(struct store *store, int64_t lane, int priority, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_lane, "i", lane);
	int rc = row ? stmt_next(row, err) : -1;
	struct lane_spec spec;
	int64_t id;

	if (rc <= 0)
		return rc < 0 ? -1 : err_set(err, ERR_STORE, "no lane %lld", (long long)lane);
	spec = (struct lane_spec){ .job = { stmt_int(row, 0), (int)stmt_int(row, 1) },
		.task = stmt_int(row, 2),
		.queue = stmt_text(row, 3),
		.priority = priority,
		.tags = stmt_text(row, 5),
		.metadata = stmt_text(row, 6) };
	id = lane_open(store, &spec, err);
	stmt_end(row);
	return id;
}

int
control_priority(struct store *store, const char *org, int64_t id, int priority,
    struct tally *tally, enum status *status, struct err *err)
{
	struct stand s;
	int64_t lane;
	int rc = find(store, org, id, &s, err);

	if (rc <= 0)
		return rc < 0 ? -1 : CONTROLLED_NONE;
	*status = s.status;
	if (state_is_final(s.status) || s.held)
		return CONTROLLED_NOT;
	lane = lane_with(store, s.place.lane, priority, err);
	if (lane < 0 || stmt_run(store, err, sql_to_lane, "ii", lane, id) < 0)
		return -1;
	if (s.status == ST_QUEUED)
		tally_to_lane(tally, s.place.lane, lane);
	return CONTROLLED_DONE;
}

int
control_pause(struct store *store, const char *org, enum pause_kind kind, const char *name,
    const char *who, struct err *err)
{
	return stmt_run(store, err, sql_pause, "tttti", org, pause_kinds[kind], name ? name : "",
	    who, clock_wall());
}

int
control_wake(
    struct store *store, const char *org, enum pause_kind kind, const char *name, struct err *err)
{
	return stmt_run(store, err, sql_wake, "ttt", org, pause_kinds[kind], name ? name : "");
}

/* Do it to every execution that a query of a job finds; how many it was done to, or -1. */
static int64_t
control_found(struct store *store, const char *org, const char *sql, const struct job *job,
    enum control control, const struct control_options *options, struct tally *tally,
    struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql, "ii", job->id, (int64_t)job->generation);
	VEC(int64_t) ids = VEC_INIT;
	int64_t done = 0;
	enum status status;
	int rc = -1;

	while (row && (rc = stmt_next(row, err)) > 0)
		vec_add(&ids, stmt_int(row, 0));
	for (size_t i = 0; i < ids.len && rc >= 0; i++) {
		rc = control_execution(
		    store, org, ids.at[i], control, options, tally, &status, err);
		done += rc == CONTROLLED_DONE;
	}
	vec_clear(&ids);
	return rc < 0 ? -1 : done;
}

int64_t
control_retry_failed(struct store *store, const char *org, const struct job *job,
    struct tally *tally, struct err *err)
{
	return control_found(store, org, sql_unwell, job, CONTROL_RETRY, NULL, tally, err);
}

int64_t
control_cancel_waiting(struct store *store, const char *org, const struct job *job,
    struct tally *tally, struct err *err)
{
	static const struct control_options interrupted = { .reason = "interrupted" };

	return control_found(store, org, sql_waits, job, CONTROL_CANCEL, &interrupted, tally, err);
}
