/* SPDX-License-Identifier: MIT */
/* census: sums over the whole state, for whoever watches it. */
#include "task/census.h"

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "store/object.h"
#include "store/stmt.h"
#include "task/journal.h"
#include "task/lane.h"

static const char sql_counts[] =
    "SELECT ifnull(j.name, ''), ifnull(iif(t.origin = 'adhoc', 'adhoc', t.name), ''), y.status,"
    " y.class, sum(y.count) FROM job j CROSS JOIN tally y ON y.job = j.id"
    " LEFT JOIN job_setting s ON s.job = y.job AND s.generation = y.generation"
    " LEFT JOIN task t ON t.id = s.task WHERE j.org = ?"
    " GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4";
static const char sql_live[] =
    "SELECT y.job, y.generation, j.name FROM tally y CROSS JOIN job j ON j.id = y.job"
    " WHERE j.org = ? AND y.count > 0 AND y.status NOT IN ('completed', 'failed', 'timeout',"
    " 'cancelled', 'skipped') GROUP BY y.job, y.generation ORDER BY y.job DESC, y.generation DESC";
static const char sql_queues[] =
    "SELECT l.queue, sum(l.ready), min(CASE WHEN l.ready > 0 THEN (SELECT e.created"
    " FROM execution e INDEXED BY execution_ready WHERE e.lane = l.id AND e.status = 'queued'"
    " ORDER BY e.id LIMIT 1) END) FROM lane l JOIN job j ON j.id = l.job WHERE j.org = ?"
    " GROUP BY l.queue ORDER BY l.queue";
static const char sql_awake[] =
    "SELECT ifnull(sum(l.ready), 0), ifnull(min((SELECT e.created FROM execution e"
    " INDEXED BY execution_ready WHERE e.lane = l.id AND e.status = 'queued' ORDER BY e.id"
    " LIMIT 1)), 0) FROM lane l INDEXED BY lane_ready JOIN job j ON j.id = l.job"
    " WHERE l.ready > 0 AND j.org = ?" LANE_AWAKE;
static const char sql_tasks[] =
    "SELECT t.name, t.version, s.breaker, s.history FROM task_state s JOIN task t ON t.id = s.task"
    " WHERE t.org = ? ORDER BY t.name, t.version, t.id";
static const char sql_attempts[] = "SELECT ifnull(sum(done), 0) FROM worker WHERE org = ?";

/* What is left to do with a query that fn may end. */
static int
go_on(struct stmt *row, int rc, int *wanted)
{
	*wanted = rc;
	if (rc != 0)
		stmt_end(row);
	return rc == 0;
}

int
census_counts(struct store *store, const char *org, census_count_fn *fn, void *ctx, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_counts, "t", org);
	int rc = -1, ours = 0;

	while (row && (rc = stmt_next(row, err)) > 0) {
		struct census_count count = { stmt_text(row, 0), stmt_text(row, 1),
			stmt_text(row, 2), stmt_text(row, 3), stmt_int(row, 4) };

		if (!go_on(row, fn(&count, ctx), &ours))
			return ours;
	}
	return rc;
}

int
census_live(struct store *store, const char *org, census_job_fn *fn, void *ctx, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_live, "t", org);
	int rc = -1, ours = 0;

	while (row && (rc = stmt_next(row, err)) > 0) {
		struct census_job job = { { stmt_int(row, 0), (int)stmt_int(row, 1) },
			stmt_text(row, 2) };

		if (!go_on(row, fn(&job, ctx), &ours))
			return ours;
	}
	return rc;
}

int
census_queues(struct store *store, const char *org, census_queue_fn *fn, void *ctx, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_queues, "t", org);
	int rc = -1, ours = 0;

	while (row && (rc = stmt_next(row, err)) > 0) {
		struct census_queue queue = { stmt_text(row, 0), stmt_int(row, 1),
			stmt_int(row, 2) };

		if (!go_on(row, fn(&queue, ctx), &ours))
			return ours;
	}
	return rc;
}

int
census_awake(struct store *store, const char *org, int64_t *ready, int64_t *oldest, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_awake, "t", org);
	int rc = row ? stmt_next(row, err) : -1;

	*ready = *oldest = 0;
	if (rc <= 0)
		return rc;
	*ready = stmt_int(row, 0);
	*oldest = stmt_int(row, 1);
	stmt_end(row);
	return 0;
}

/* What was learned, as it is stored; nothing when it is NULL or damaged. */
static void
read_history(struct stmt *row, int column, struct estimate *history)
{
	struct buf text = BUF_INIT;
	const void *data;
	json_t *json;
	size_t len;

	memset(history, 0, sizeof(*history));
	if (stmt_is_null(row, column))
		return;
	data = stmt_blob(row, column, &len);
	if (object_unpack(data, len, &text, NULL) == 0) {
		json = json_parse(buf_str(&text), text.len, NULL);
		estimate_parse(json, history, NULL);
		json_decref(json);
	}
	buf_clear(&text);
}

int
census_tasks(struct store *store, const char *org, census_task_fn *fn, void *ctx, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_tasks, "t", org);
	int rc = -1, ours = 0;

	while (row && (rc = stmt_next(row, err)) > 0) {
		struct census_task task = { .name = stmt_text(row, 0),
			.version = stmt_text(row, 1),
			.breaker = (enum breaker_state)breaker_state_find(stmt_text(row, 2)) };

		read_history(row, 3, &task.history);
		if (!go_on(row, fn(&task, ctx), &ours))
			return ours;
	}
	return rc;
}

int64_t
census_attempts(struct store *store, const char *org, struct err *err)
{
	int64_t n = 0;

	return stmt_number(store, err, &n, sql_attempts, "t", org) < 0 ? -1 : n;
}

/* ---- what happened lately ---- */

enum { EVENTS = 20000, ENDS = 1000 }; /* the newest events that are looked at; the most ends */

/* How the newest executions ended, in a ring. */
struct ends {
	struct census_lately *lately;
	int64_t count;
	bool failed[ENDS];
};

static int
note(const struct happening *h, void *ctx)
{
	struct ends *e = ctx;

	if (h->execution <= 0 || h->from == h->to)
		return 0;
	if (h->event == EV_CLAIM || h->event == EV_START)
		e->lately->begun = h->time;
	if (h->to == ST_COMPLETED || h->to == ST_FAILED || h->to == ST_TIMEOUT)
		e->failed[e->count++ % e->lately->most] = h->to != ST_COMPLETED;
	return 0;
}

int
census_lately(struct store *store, int64_t since, struct census_lately *lately, struct err *err)
{
	int64_t end = journal_end(store, err), from = journal_before(store, since, err);
	struct ends e = { .lately = lately };

	lately->completed = lately->failed = lately->begun = 0;
	if (lately->most > ENDS)
		lately->most = ENDS;
	if (end < 0 || from < 0)
		return -1;
	if (from < end - EVENTS)
		from = end - EVENTS;
	if (journal_each(store, from, note, &e, err) < 0)
		return -1;
	for (int i = 0; i < lately->most && i < e.count; i++)
		*(e.failed[i] ? &lately->failed : &lately->completed) += 1;
	return 0;
}
