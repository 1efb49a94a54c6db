/* SPDX-License-Identifier: MIT */
/* why: all that the state tells of why an execution stands where it stands. */
#include "task/why.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "store/stmt.h"
#include "task/control.h"
#include "task/task.h"
#include "task/whereabouts.h"

enum { COUNTED = 20000 }; /* as many in front are counted, more are estimated */

static const char sql_execution[] =
    "SELECT e.key, e.status, e.class, e.attempts, e.created, e.started, e.ended, e.not_before,"
    " e.error, a.awaits, e.worker, e.job, e.generation, j.name, l.queue, l.priority, e.task, "
    "e.lane,"
    " " CONTROL_ORDER " FROM execution e JOIN job j ON j.id = e.job JOIN lane l ON l.id = e.lane"
    " LEFT JOIN waiting a ON a.execution = e.id AND e.status = 'blocked'"
    " WHERE e.id = ? AND j.org = ?";
static const char sql_upon[] =
    "SELECT e.id, e.status, d.rule FROM dependency d INDEXED BY dependency_of"
    " JOIN execution e ON e.id = d.upon WHERE d.execution = ?"
    " AND e.status NOT IN ('completed', 'failed', 'timeout', 'cancelled', 'skipped')"
    " ORDER BY e.id LIMIT ?";
static const char sql_rests[] =
    "SELECT kind, name, who, since FROM pause WHERE org = ?1 AND (kind = 'all'"
    " OR (kind = 'queue' AND name = ?2) OR (kind = 'job' AND name = ?3)"
    " OR (kind = 'task' AND name IN (?4, ?4 || '@' || ?5))) LIMIT ?6";
static const char sql_lanes[] =
    "SELECT l.id, l.priority, l.ready FROM lane l INDEXED BY lane_ready JOIN job j ON j.id = l.job"
    " WHERE l.ready > 0 AND j.org = ? AND l.priority >= ?";
static const char sql_in_front[] =
    "SELECT count(*) FROM (SELECT 1 FROM execution INDEXED BY execution_ready"
    " WHERE lane = ? AND status = 'queued' AND id < ? LIMIT ?)";
static const char sql_ends[] = "SELECT (SELECT min(id) FROM execution INDEXED BY execution_ready"
			       " WHERE lane = ?1 AND status = 'queued'),"
			       " (SELECT max(id) FROM execution INDEXED BY execution_ready"
			       " WHERE lane = ?1 AND status = 'queued')";
static const char sql_worker[] = "SELECT host, pid FROM worker WHERE id = ?";
static const char sql_progress[] = "SELECT percent, message FROM progress WHERE execution = ?";

static char *
copy(struct stmt *row, int column)
{
	const char *text = stmt_text(row, column);

	return text ? xstrdup(text) : NULL;
}

static char *
reason_of(const char *text)
{
	json_t *error = text ? json_parse(text, strlen(text), NULL) : NULL;
	const char *reason = json_string_value(json_object_get(error, "reason"));
	char *found = reason ? xstrdup(reason) : NULL;

	json_decref(error);
	return found;
}

/* The execution itself; *lane and *task are rows. 1, 0, -1. */
static int
read_execution(struct store *store, const char *org, struct why *w, int64_t *lane, int64_t *task,
    struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_execution, "it", w->id, org);
	int rc = row ? stmt_next(row, err) : -1;

	if (rc <= 0)
		return rc;
	w->key = copy(row, 0);
	w->status = (enum status)state_find(stmt_text(row, 1));
	w->class = stmt_is_null(row, 2) ? FAIL_NONE : (enum failure)failure_find(stmt_text(row, 2));
	w->attempts = (int)stmt_int(row, 3);
	w->created = stmt_int(row, 4);
	w->started = stmt_int(row, 5);
	w->ended = stmt_int(row, 6);
	w->not_before = stmt_int(row, 7);
	w->reason = reason_of(stmt_text(row, 8));
	w->awaits = stmt_int(row, 9);
	w->worker = stmt_int(row, 10);
	w->job = (struct job){ stmt_int(row, 11), (int)stmt_int(row, 12) };
	w->job_name = copy(row, 13);
	w->queue = copy(row, 14);
	w->priority = (int)stmt_int(row, 15);
	*task = stmt_int(row, 16);
	*lane = stmt_int(row, 17);
	w->ordered_to_cancel = w->worker && stmt_text(row, 18) &&
	    strcmp(stmt_text(row, 18), control_name(CONTROL_CANCEL)) == 0;
	stmt_end(row);
	return 1;
}

static int
read_upon(struct store *store, struct why *w, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_upon, "ii", w->id, (int64_t)WHY_UPON);
	int rc = -1;

	while (row && (rc = stmt_next(row, err)) > 0) {
		w->upon[w->nupon].id = stmt_int(row, 0);
		w->upon[w->nupon].status = (enum status)state_find(stmt_text(row, 1));
		w->upon[w->nupon].rule = (enum rule)rule_find(stmt_text(row, 2));
		w->nupon++;
	}
	return rc;
}

static int
read_rests(struct store *store, const char *org, struct why *w, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_rests, "ttttti", org, w->queue, w->job_name,
	    w->task->name, w->task->version, (int64_t)WHY_RESTS);
	int rc = -1;

	while (row && (rc = stmt_next(row, err)) > 0) {
		struct why_rest *rest = &w->rests[w->nrests++];

		rest->kind = copy(row, 0);
		rest->name = copy(row, 1);
		rest->who = copy(row, 2);
		rest->since = stmt_int(row, 3);
	}
	return rc;
}

/* How many of a lane come before an id: counted, or by how far the id is between the ends. */
static int
count_before(
    struct store *store, struct why *w, int64_t lane, int64_t ready, int64_t *n, struct err *err)
{
	struct stmt *row;
	int64_t least, last;
	int rc;

	rc = stmt_number(store, err, n, sql_in_front, "iii", lane, w->id, (int64_t)COUNTED);
	if (rc < 0 || *n < COUNTED)
		return rc < 0 ? -1 : 0;
	w->counted = false;
	row = stmt_query(store, err, sql_ends, "i", lane);
	if (!row || stmt_next(row, err) <= 0)
		return -1;
	least = stmt_int(row, 0);
	last = stmt_int(row, 1);
	stmt_end(row);
	if (last > w->id)
		ready = (int64_t)((double)ready * (double)(w->id - least) / (double)(last - least));
	if (ready > *n)
		*n = ready;
	return 0;
}

static int
read_place(struct store *store, const char *org, struct why *w, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_lanes, "ti", org, (int64_t)w->priority);
	int64_t n;
	int rc = -1;

	w->counted = true;
	while (row && (rc = stmt_next(row, err)) > 0) {
		if (stmt_int(row, 1) > w->priority) {
			w->higher += stmt_int(row, 2);
			continue;
		}
		if (count_before(store, w, stmt_int(row, 0), stmt_int(row, 2), &n, err) < 0) {
			stmt_end(row);
			return -1;
		}
		w->before += n;
	}
	return rc;
}

static int
read_worker(struct store *store, struct why *w, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_worker, "i", w->worker);
	int rc = row ? stmt_next(row, err) : -1;

	if (rc > 0) {
		w->host = copy(row, 0);
		w->pid = stmt_int(row, 1);
		stmt_end(row);
		row = stmt_query(store, err, sql_progress, "i", w->id);
		rc = row ? stmt_next(row, err) : -1;
	}
	if (rc > 0) {
		if (!stmt_is_null(row, 0))
			w->percent = stmt_double(row, 0);
		w->message = copy(row, 1);
		stmt_end(row);
	}
	if (rc >= 0)
		rc = whereabouts_of(store, w->worker, &w->place, err);
	return rc < 0 ? -1 : 0;
}

int
why_find(struct store *store, const char *org, int64_t id, struct why *w, struct err *err)
{
	int64_t lane, task;
	int rc;

	*w = (struct why){ .id = id, .percent = -1 };
	rc = read_execution(store, org, w, &lane, &task, err);
	if (rc <= 0)
		return rc;
	w->task = task_at(store, task, err);
	w->gate.task = w->task;
	rc = w->task ? gate_look(&w->gate, store, 1, err) : -1;
	if (rc == 0 && w->status == ST_BLOCKED)
		rc = read_upon(store, w, err);
	if (rc == 0 && w->status == ST_QUEUED)
		rc = read_rests(store, org, w, err);
	if (rc == 0 && w->status == ST_QUEUED)
		rc = read_place(store, org, w, err);
	if (rc == 0 && w->worker)
		rc = read_worker(store, w, err);
	if (rc < 0)
		why_clear(w);
	return rc < 0 ? -1 : 1;
}

void
why_clear(struct why *w)
{
	free(w->key);
	free(w->queue);
	free(w->job_name);
	free(w->reason);
	for (int i = 0; i < w->nrests; i++) {
		free(w->rests[i].kind);
		free(w->rests[i].name);
		free(w->rests[i].who);
	}
	task_free(w->task);
	json_decref(w->place);
	free(w->host);
	free(w->message);
	*w = (struct why){ 0 };
}
