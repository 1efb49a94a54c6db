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
#include "task/selection.h"
#include "task/tally.h"

static const char sql_find[] =
    "SELECT e.job, e.generation, e.lane, e.status, e.class, e.worker, e.not_before, e.attempts,"
    " " CONTROL_ORDER ", e.approval FROM execution e JOIN job j ON j.id = e.job"
    " WHERE e.id = ?1 AND (?2 IS NULL OR j.org = ?2)";
static const char sql_order[] = "UPDATE execution SET request = ? WHERE id = ?";
/* the worker keeps the reason when it has ended it */
static const char sql_order_cancel[] =
    "UPDATE execution SET request = 'cancel', error = ? WHERE id = ?";
static const char sql_move[] = "UPDATE execution SET status = ? WHERE id = ?";
static const char sql_cancel[] =
    "UPDATE execution SET status = 'cancelled', class = NULL, ended = ?, not_before = NULL,"
    " error = ? WHERE id = ?";
static const char sql_cancelled[] =
    "UPDATE execution SET status = 'cancelled', class = NULL, ended = ?, not_before = NULL"
    " WHERE id = ?";
static const char sql_revive[] =
    "UPDATE execution SET status = ?1, class = NULL, error = NULL, lost = 0, ended = NULL,"
    " not_before = NULL WHERE id = ?2";
static const char sql_limits[] =
    "UPDATE execution SET limits = json_patch(ifnull(limits, '{}'), ?) WHERE id = ?";
static const char sql_approve[] = "UPDATE execution SET approval = 'given' WHERE id = ?";
static const char sql_unwell[] =
    "SELECT id FROM execution INDEXED BY execution_unwell WHERE job = ? AND generation = ?"
    " AND " EXECUTION_UNWELL " AND attempts > 0";
static const char sql_waits[] =
    "SELECT id FROM execution WHERE job = ? AND generation = ? AND worker IS NULL"
    " AND status IN ('queued', 'retrying', 'scheduled', 'blocked', 'held', 'paused')";
static const char sql_lane[] =
    "SELECT job, generation, task, queue, priority, tags, metadata FROM lane WHERE id = ?";
static const char sql_to_lane[] = "UPDATE execution SET lane = ? WHERE id = ?";
/* An execution as it stands. */
struct stand {
	struct place place;
	enum status status;
	enum failure class;
	bool held; /* by a worker */
	bool unapproved;
	int order; /* an enum control that its worker will be told, -1: none */
	int64_t not_before, attempts;
};

static const struct {
	const char *name;
	enum event event; /* of what nobody holds */
	bool order;       /* a worker that holds it can be told */
} controls[] = {
	[CONTROL_CANCEL] = { "cancel", EV_CANCEL, true },
	[CONTROL_PAUSE] = { "pause", EV_PAUSE, true },
	[CONTROL_RESUME] = { "resume", EV_RESUME, true },
	[CONTROL_RETRY] = { "retry", EV_REVIVE, false },
	[CONTROL_APPROVE] = { "approve", EV_READY, false },
	[CONTROL_REJECT] = { "reject", EV_CANCEL, false },
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

/* 1, 0 when there is none (of the org, NULL: of any), -1. */
static int
find(struct store *store, const char *org, int64_t id, struct stand *s, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_find, "it", id, org);
	int rc = row ? stmt_next(row, err) : -1;
	const char *class, *approval;

	if (rc <= 0)
		return rc;
	class = stmt_text(row, 4);
	approval = stmt_text(row, 9);
	*s = (struct stand){ .place = { id, { stmt_int(row, 0), (int)stmt_int(row, 1) },
				 stmt_int(row, 2) },
		.status = (enum status)state_find(stmt_text(row, 3)),
		.class = class ? (enum failure)failure_find(class) : FAIL_NONE,
		.held = !stmt_is_null(row, 5),
		.not_before = stmt_int(row, 6),
		.attempts = stmt_int(row, 7),
		.order = stmt_is_null(row, 8) ? -1 : control_find(stmt_text(row, 8)),
		.unapproved = approval && strcmp(approval, "needed") == 0 };
	stmt_end(row);
	return 1;
}

bool
control_may(enum control control, enum status status)
{
	switch (control) {
	case CONTROL_APPROVE:
	case CONTROL_REJECT:
		return status == ST_HELD;
	case CONTROL_RESUME:
		return status == ST_PAUSED;
	default:
		return state_next(status, controls[control].event) >= 0;
	}
}

/* ---- what no worker holds ---- */

/* {"reason": ...}, the caller frees. */
static char *
reason_json(const struct control_options *o, const char *otherwise)
{
	json_t *error = json_pack("{s:s}", "reason", o->reason ? o->reason : otherwise);
	char *text = json_dumps(error, JSON_COMPACT);

	json_decref(error);
	return text;
}

static int
cancel(struct store *store, const struct stand *s, const struct control_options *o,
    const char *what, struct tally *tally, struct err *err)
{
	char *text = reason_json(o, what);
	int rc;

	tally_move(tally, &s->place, s->status, FAIL_NONE, EV_CANCEL, FAIL_NONE);
	rc = stmt_run(store, err, sql_cancel, "iti", clock_wall(), text, s->place.id);
	free(text);
	return rc < 0 ? -1 : dependency_settle(store, s->place.id, ST_CANCELLED, tally, err);
}

/* What it may take from now on, and the tries so far, which do not count any more. */
static int
set_limits(
    struct store *store, const struct stand *s, const struct control_options *o, struct err *err)
{
	json_t *limits = json_pack("{s:I}", "spent", (json_int_t)s->attempts);
	char *text;
	int rc;

	if (o->timeout > 0)
		json_object_set_new(limits, "timeout", json_real(o->timeout));
	if (o->memory > 0)
		json_object_set_new(limits, "memory", json_integer(o->memory));
	text = json_dumps(limits, JSON_COMPACT);
	json_decref(limits);
	rc = stmt_run(store, err, sql_limits, "ti", text, s->place.id);
	free(text);
	return rc < 0 ? -1 : 0;
}

/* Back to where it waited first: for others, for a yes, or in the queue. */
static int
revive(struct store *store, const struct stand *s, const struct control_options *o,
    struct tally *tally, struct err *err)
{
	enum event event = s->unapproved ? EV_HOLD : EV_REVIVE;
	int64_t awaits, broken;
	enum status to;

	if (s->status == ST_FAILED && s->attempts == 0)
		return CONTROLLED_UNFIT;
	if (dependency_count(store, s->place.id, &awaits, &broken, err) < 0)
		return -1;
	if (broken)
		return CONTROLLED_BROKEN;
	if (set_limits(store, s, o, err) < 0)
		return -1;
	if (awaits > 0) {
		if (dependency_block(store, &s->place, s->status, s->class, awaits, tally, err) < 0)
			return -1;
	} else {
		to = tally_move(tally, &s->place, s->status, s->class, event, FAIL_NONE);
		if (stmt_run(store, err, sql_revive, "ti", state_name(to), s->place.id) < 0)
			return -1;
	}
	return dependency_revive(store, s->place.id, tally, err) < 0 ? -1 : CONTROLLED_DONE;
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
	int rc;

	switch (control) {
	case CONTROL_CANCEL:
		rc = cancel(store, s, o, "cancelled", tally, err);
		break;
	case CONTROL_REJECT:
		rc = cancel(store, s, o, "rejected", tally, err);
		break;
	case CONTROL_RETRY:
		return revive(store, s, o, tally, err);
	case CONTROL_APPROVE:
		rc = stmt_run(store, err, sql_approve, "i", s->place.id);
		if (rc >= 0)
			rc = go_on(store, s, EV_READY, tally, err);
		break;
	default:
		rc = go_on(store, s, controls[control].event, tally, err);
	}
	return rc < 0 ? -1 : CONTROLLED_DONE;
}

/* ---- what a worker holds ---- */

/* Leave an order for the worker; it says in the journal who wanted it. */
static int
order(struct store *store, const struct stand *s, enum control control,
    const struct control_options *o, struct tally *tally, struct err *err)
{
	char *text;
	int rc;

	if (control == CONTROL_CANCEL) {
		text = reason_json(o, "cancelled");
		rc = stmt_run(store, err, sql_order_cancel, "ti", text, s->place.id);
		free(text);
	} else {
		rc = stmt_run(store, err, sql_order, "ti", controls[control].name, s->place.id);
	}
	tally_note(tally, s->place.id, controls[control].event, s->status);
	return rc < 0 ? -1 : CONTROLLED_ORDERED;
}

/* Does this only take back an order that the worker has not heard yet? */
static bool
withdraws(const struct stand *s, enum control control)
{
	return (control == CONTROL_RESUME && s->order == CONTROL_PAUSE) ||
	    (control == CONTROL_PAUSE && s->order == CONTROL_RESUME);
}

static int
tell_worker(struct store *store, const struct stand *s, enum control control,
    const struct control_options *o, struct tally *tally, struct err *err)
{
	if (s->order == CONTROL_CANCEL)
		return control == CONTROL_CANCEL ? CONTROLLED_ORDERED : CONTROLLED_ENDING;
	if (withdraws(s, control)) {
		tally_note(tally, s->place.id, controls[control].event, s->status);
		return stmt_run(store, err, sql_order, "ti", NULL, s->place.id) < 0
		    ? -1
		    : CONTROLLED_DONE;
	}
	if (!controls[control].order || !control_may(control, s->status))
		return CONTROLLED_NOT;
	return order(store, s, control, o, tally, err);
}

int
control_execution(struct store *store, const char *org, int64_t id, enum control control,
    const struct control_options *options, struct tally *tally, enum status *status,
    struct err *err)
{
	static const struct control_options none = { 0 };
	const struct control_options *o = options ? options : &none;
	struct stand s;
	int rc = find(store, org, id, &s, err);

	if (rc <= 0)
		return rc < 0 ? -1 : CONTROLLED_NONE;
	*status = s.status;
	if (s.held)
		return tell_worker(store, &s, control, o, tally, err);
	if (!control_may(control, s.status))
		return CONTROLLED_NOT;
	return change(store, &s, control, o, tally, err);
}

/* Its order named the reason. */
static int
end_cancelled(struct store *store, const struct stand *s, struct tally *tally, struct err *err)
{
	tally_move(tally, &s->place, s->status, FAIL_NONE, EV_CANCEL, FAIL_NONE);
	if (stmt_run(store, err, sql_cancelled, "ii", clock_wall(), s->place.id) < 0)
		return -1;
	return dependency_settle(store, s->place.id, ST_CANCELLED, tally, err);
}

int
control_after(struct store *store, int64_t id, const char *request, bool rested,
    struct tally *tally, struct err *err)
{
	int wanted = request ? control_find(request) : -1;
	struct stand s;

	if (wanted < 0 && rested)
		wanted = CONTROL_PAUSE;
	if (wanted != CONTROL_CANCEL && wanted != CONTROL_PAUSE)
		return 0;
	if (find(store, NULL, id, &s, err) <= 0)
		return -1;
	if (!control_may((enum control)wanted, s.status))
		return 0;
	if (wanted == CONTROL_PAUSE)
		return go_on(store, &s, EV_PAUSE, tally, err);
	return end_cancelled(store, &s, tally, err);
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
	tally_note(tally, id, EV_PRIORITY, s.status);
	return CONTROLLED_DONE;
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
