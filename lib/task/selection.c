/* SPDX-License-Identifier: MIT */
/*
 * selection: which executions somebody wants to see or change, found a page at a time.
 *
 * Organisation, job, task, queue and tags belong to the lane of an execution, so
 * they are judged once for a lane, not for each execution.
 */
#include "task/selection.h"

#include <jansson.h>
#include <string.h>

#include "base/json.h"
#include "store/stmt.h"
#include "task/task.h"

enum {
	LANES = 64,   /* judgements remembered */
	SCAN = 20000, /* rows passed by in one snapshot */
};

static const char sql_of_org[] =
    "SELECT id, status, lane, class FROM execution WHERE id > ? ORDER BY id";
static const char sql_of_job[] =
    "SELECT id, status, lane, class FROM execution INDEXED BY execution_job"
    " WHERE job = ? AND generation = ? AND id > ? ORDER BY id";
static const char sql_unwell[] =
    "SELECT id, status, lane, class FROM execution INDEXED BY execution_unwell"
    " WHERE job = ? AND generation = ? AND id > ?"
    " AND " EXECUTION_UNWELL " ORDER BY id";
static const char sql_waiting[] =
    "SELECT id, status, lane, class FROM execution INDEXED BY execution_waiting"
    " WHERE job = ? AND generation = ? AND id > ?"
    " AND " EXECUTION_WAITING " ORDER BY id";
static const char sql_held[] =
    "SELECT id, status, lane, class FROM execution INDEXED BY execution_held"
    " WHERE job = ? AND generation = ? AND id > ? AND worker IS NOT NULL ORDER BY id";
static const char sql_all_held[] =
    "SELECT id, status, lane, class FROM execution INDEXED BY execution_held"
    " WHERE worker IS NOT NULL AND id > ? ORDER BY id";
static const char sql_one[] =
    "SELECT id, status, lane, class, job, generation, worker FROM execution WHERE id = ?";
static const char sql_lane[] =
    "SELECT j.org, t.name, l.queue, l.tags, t.version FROM lane l JOIN job j ON j.id = l.job"
    " JOIN task t ON t.id = l.task WHERE l.id = ?";

/* What was found of lanes, by their lowest bits. */
struct judged {
	int64_t lane; /* 0: none yet */
	bool taken;
};

bool
selection_takes(const struct selection *sel, enum status status)
{
	if (sel->status >= 0 && sel->status != (int)status)
		return false;
	if (sel->statuses && !(sel->statuses & 1u << status))
		return false;
	return sel->account < 0 || sel->account == (int)state_account(status);
}

static bool
is_among(const char *tag, const char *tags)
{
	json_t *list = json_parse(tags, strlen(tags), NULL), *word;
	bool found = false;
	size_t i;

	json_array_foreach(list, i, word)
		found = found ||
		    (json_is_string(word) && strcmp(json_string_value(word), tag) == 0);
	json_decref(list);
	return found;
}

/* Does it take executions of a lane? 1, 0, -1. */
static int
judge(struct store *store, const struct selection *sel, int64_t lane, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_lane, "i", lane);
	int rc = row ? stmt_next(row, err) : -1;
	bool taken;

	if (rc <= 0)
		return rc;
	taken = strcmp(stmt_text(row, 0), sel->org) == 0;
	if (sel->task && !task_is_called(sel->task, stmt_text(row, 1), stmt_text(row, 4)))
		taken = false;
	if (sel->queue && strcmp(stmt_text(row, 2), sel->queue) != 0)
		taken = false;
	if (taken && sel->tag)
		taken = is_among(sel->tag, stmt_text(row, 3));
	stmt_end(row);
	return taken;
}

static int
takes_lane(struct store *store, const struct selection *sel, int64_t lane, struct judged *judged,
    struct err *err)
{
	struct judged *j = &judged[lane % LANES];
	int rc;

	if (j->lane != lane) {
		rc = judge(store, sel, lane, err);
		if (rc < 0)
			return -1;
		*j = (struct judged){ lane, rc > 0 };
	}
	return j->taken;
}

#define UNWELL (1u << ST_FAILED | 1u << ST_TIMEOUT | 1u << ST_CANCELLED | 1u << ST_SKIPPED)
#define WAITING \
	(1u << ST_SUBMITTED | 1u << ST_SCHEDULED | 1u << ST_BLOCKED | 1u << ST_HELD | \
	    1u << ST_RETRYING | 1u << ST_PAUSED)
#define HELD (1u << ST_PREPARING | 1u << ST_RUNNING)

/* The statement that passes by the fewest rows on its way to a selection. */
static const char *
narrowest(const struct selection *sel)
{
	unsigned wanted = 0;

	for (int status = 0; status < ST_COUNT; status++)
		if (selection_takes(sel, (enum status)status))
			wanted |= 1u << status;
	if (sel->held || (wanted & ~HELD) == 0)
		return sel->job.id ? sql_held : sql_all_held;
	if (!sel->job.id)
		return sql_of_org;
	if ((wanted & ~UNWELL) == 0)
		return sql_unwell;
	return (wanted & ~WAITING) == 0 ? sql_waiting : sql_of_job;
}

static struct stmt *
query(struct store *store, const struct selection *sel, int64_t after, struct err *err)
{
	const char *sql = narrowest(sel);

	if (!sel->job.id)
		return stmt_query(store, err, sql, "i", after);
	return stmt_query(store, err, sql, "iii", sel->job.id, (int64_t)sel->job.generation, after);
}

/* Is the execution of the row one of the page? 1, 0, -1. */
static int
takes_row(struct store *store, struct selection *sel, struct stmt *row, struct judged *judged,
    struct err *err)
{
	int status = state_find(stmt_text(row, 1)), rc;

	if (status < 0 || !selection_takes(sel, (enum status)status))
		return 0;
	if (sel->class && (stmt_is_null(row, 3) || strcmp(stmt_text(row, 3), sel->class) != 0))
		return 0;
	rc = takes_lane(store, sel, stmt_int(row, 2), judged, err);
	if (rc > 0 && sel->skip > 0) {
		sel->skip--;
		return 0;
	}
	return rc;
}

int
execution_ids(struct store *store, struct selection *sel, int64_t *ids, int room, struct err *err)
{
	struct judged judged[LANES] = { 0 };
	int64_t after = sel->after;
	int n = 0, rc, seen;

	do {
		struct stmt *row = query(store, sel, after, err);

		rc = -1;
		for (seen = 0; row && (rc = stmt_next(row, err)) > 0; seen++) {
			after = stmt_int(row, 0);
			rc = takes_row(store, sel, row, judged, err);
			if (rc > 0)
				ids[n++] = after;
			if (rc < 0 || n == room || seen == SCAN) {
				stmt_end(row);
				break;
			}
		}
	} while (rc >= 0 && n < room && seen == SCAN);
	return rc < 0 ? -1 : n;
}

int
selection_has(struct store *store, struct selection *sel, int64_t execution, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_one, "i", execution);
	struct judged judged[LANES] = { 0 };
	int rc = row ? stmt_next(row, err) : -1;

	if (rc <= 0)
		return rc;
	if ((sel->job.id && stmt_int(row, 4) != sel->job.id) ||
	    (sel->job.id && stmt_int(row, 5) != sel->job.generation) ||
	    (sel->held && stmt_is_null(row, 6)))
		rc = 0;
	else
		rc = takes_row(store, sel, row, judged, err);
	stmt_end(row);
	return rc;
}
