/* SPDX-License-Identifier: MIT */
/* retention: what has ended long enough ago is forgotten. */
#include "task/retention.h"

#include <stddef.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/vec.h"
#include "store/object.h"
#include "store/stmt.h"
#include "task/failure.h"
#include "task/key.h"
#include "task/state.h"
#include "task/tally.h"

/* clang-format off */
#define FINAL " e.status IN ('completed', 'failed', 'timeout', 'cancelled', 'skipped')"
/* clang-format on */

/* A run without a job that waits for its first line longer than this has no luck. */
#define DAY (INT64_C(86400) * 1000000)

static const char sql_page[] =
    "SELECT e.id, e.status FROM execution e CROSS JOIN job j ON j.id = e.job"
    " WHERE e.id < ? AND e.ended < ? AND j.org = ? AND" FINAL " ORDER BY e.id DESC";
static const char sql_page_of_job[] =
    "SELECT e.id, e.status FROM execution e INDEXED BY execution_job CROSS JOIN job j ON j.id = "
    "e.job"
    " WHERE e.id < ? AND e.ended < ? AND j.org = ? AND e.job = ? AND e.generation = ? AND" FINAL
    " ORDER BY e.id DESC";
static const char sql_needed[] = "SELECT execution FROM dependency WHERE upon = ?";
static const char sql_look[] =
    "SELECT e.status, e.class, e.job, e.generation, e.lane FROM execution e JOIN job j"
    " ON j.id = e.job WHERE e.id = ? AND e.ended < ? AND j.org = ? AND" FINAL;
static const char sql_bytes[] =
    "SELECT ifnull((SELECT length(data) FROM params WHERE execution = ?1), 0)"
    " + ifnull((SELECT length(data) FROM result WHERE execution = ?1), 0)"
    " + ifnull((SELECT sum(ifnull(length(stderr), 0) + ifnull(length(stdout), 0) + 80)"
    " FROM attempt WHERE execution = ?1), 0)"
    " + ifnull(length(error), 0) + ifnull(length(metrics), 0) + length(key) + 100"
    " FROM execution WHERE id = ?1";

static const char *const sql_remove[] = {
	"DELETE FROM params WHERE execution = ?",
	"DELETE FROM result WHERE execution = ?",
	"DELETE FROM attempt WHERE execution = ?",
	"DELETE FROM artifact WHERE execution = ?",
	"DELETE FROM progress WHERE execution = ?",
	"DELETE FROM dependency WHERE execution = ?",
	"DELETE FROM waiting WHERE execution = ?",
	"DELETE FROM cache WHERE execution = ?",
	"DELETE FROM execution WHERE id = ?",
};

static const char sql_events[] =
    "SELECT seq, count, time FROM event WHERE seq < (SELECT max(seq) FROM event)"
    " ORDER BY seq LIMIT ?";
static const char sql_drop_events[] = "DELETE FROM event WHERE seq <= ?";

/* each gets the time that counts as old */
static const char *const sql_rest[] = {
	"DELETE FROM job WHERE name IS NULL AND created < ?"
	" AND NOT EXISTS (SELECT 1 FROM execution e WHERE e.job = job.id)"
	" AND id NOT IN (SELECT job FROM worker WHERE ended IS NULL AND job IS NOT NULL)",
	"DELETE FROM tally WHERE ?1 AND job NOT IN (SELECT id FROM job)",
	"DELETE FROM lane WHERE ?1 AND job NOT IN (SELECT id FROM job)",
	"DELETE FROM job_setting WHERE ?1 AND job NOT IN (SELECT id FROM job)",
	"DELETE FROM task WHERE created < ? AND (origin != 'registered' OR removed IS NOT NULL)"
	" AND id NOT IN (SELECT task FROM lane) AND id NOT IN (SELECT task FROM job_setting)",
	"DELETE FROM task_state WHERE ?1 AND task NOT IN (SELECT id FROM task)",
	"DELETE FROM cache_made WHERE ?1 AND id NOT IN (SELECT made FROM cache)",
	"DELETE FROM worker WHERE ended < ?1"
	" AND ended < ifnull((SELECT min(created) FROM execution), ?1)",
};

static struct stmt *
query_page(struct store *store, const struct retention *r, int64_t below, struct err *err)
{
	if (r->job.id)
		return stmt_query(store, err, sql_page_of_job, "iitii", below, r->before, r->org,
		    r->job.id, (int64_t)r->job.generation);
	return stmt_query(store, err, sql_page, "iit", below, r->before, r->org);
}

static bool
may_go(const struct retention *r, enum status status)
{
	enum account account = state_account(status);

	if (r->keep_failed && account == ACC_FAILED)
		return false;
	if (r->status >= 0 && r->status != (int)status)
		return false;
	return r->account < 0 || r->account == (int)account;
}

int
retention_page(struct store *store, const struct retention *r, int64_t below, int64_t *ids,
    int room, struct err *err)
{
	struct stmt *row = query_page(store, r, below, err);
	int n = 0, rc = -1;

	while (row && (rc = stmt_next(row, err)) > 0) {
		if (!may_go(r, (enum status)state_find(stmt_text(row, 1))))
			continue;
		ids[n++] = stmt_int(row, 0);
		if (n == room) {
			stmt_end(row);
			return n;
		}
	}
	return rc < 0 ? -1 : n;
}

int
retention_is_needed(
    struct store *store, int64_t id, retention_gone_fn *gone, void *ctx, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_needed, "i", id);
	int rc = -1;

	while (row && (rc = stmt_next(row, err)) > 0) {
		if (gone && gone(stmt_int(row, 0), ctx))
			continue;
		stmt_end(row);
		return 1;
	}
	return rc;
}

int64_t
retention_bytes(struct store *store, int64_t id, struct err *err)
{
	int64_t bytes = 0;

	return stmt_number(store, err, &bytes, sql_bytes, "i", id) < 0 ? -1 : bytes;
}

/* Where it stands, if it may go: 1, 0, -1. */
static int
look(struct store *store, const struct retention *r, struct place *place, enum status *status,
    enum failure *class, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_look, "iit", place->id, r->before, r->org);
	int rc = row ? stmt_next(row, err) : -1, found = -1;

	if (rc <= 0)
		return rc;
	*status = (enum status)state_find(stmt_text(row, 0));
	if (!stmt_is_null(row, 1))
		found = failure_find(stmt_text(row, 1));
	*class = found < 0 ? FAIL_NONE : (enum failure)found;
	place->job = (struct job){ stmt_int(row, 2), (int)stmt_int(row, 3) };
	place->lane = stmt_int(row, 4);
	stmt_end(row);
	return may_go(r, *status);
}

int
retention_remove(struct store *store, const struct retention *r, int64_t id, struct tally *tally,
    struct err *err)
{
	struct place place = { .id = id };
	enum status status;
	enum failure class;
	int rc = look(store, r, &place, &status, &class, err);

	if (rc <= 0)
		return rc;
	rc = retention_is_needed(store, id, NULL, NULL, err);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (object_settle(store, id, err) < 0 || key_leave(store, id, err) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(sql_remove) / sizeof(*sql_remove); i++)
		if (stmt_run(store, err, sql_remove[i], "i", id) < 0)
			return -1;
	tally_forget(tally, &place, status, class);
	return 1;
}

/* The last of the oldest rows that are old, and how many events they hold: 0 when none is. */
static int64_t
old_events(struct store *store, int64_t before, int most, int64_t *last, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_events, "i", (int64_t)most);
	int64_t events = 0;
	int rc = -1;

	while (row && (rc = stmt_next(row, err)) > 0) {
		if (stmt_int(row, 2) >= before) {
			stmt_end(row);
			return events;
		}
		*last = stmt_int(row, 0);
		events += stmt_int(row, 1);
	}
	return rc < 0 ? -1 : events;
}

int64_t
retention_remove_events(struct store *store, int64_t before, int most, struct err *err)
{
	int64_t last = 0, events = old_events(store, before, most, &last, err);

	if (events > 0 && stmt_run(store, err, sql_drop_events, "i", last) < 0)
		return -1;
	return events;
}

int64_t
retention_count_events(struct store *store, int64_t before, struct err *err)
{
	int64_t last;

	return old_events(store, before, -1, &last, err);
}

int
retention_remove_rest(struct store *store, int64_t before, struct err *err)
{
	int64_t day = clock_wall() - DAY;

	if (before > day)
		before = day;
	for (size_t i = 0; i < sizeof(sql_rest) / sizeof(*sql_rest); i++)
		if (stmt_run(store, err, sql_rest[i], "i", before) < 0)
			return -1;
	return 0;
}
