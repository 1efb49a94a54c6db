/* SPDX-License-Identifier: MIT */
/* cache: results by the fingerprint of what made them. */
#include "task/cache.h"

#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/err.h"
#include "store/stmt.h"
#include "store/text.h"
#include "task/artifact.h"
#include "task/claim.h"
#include "task/dependency.h"

enum { SHORT = 16 }; /* bytes of a digest that are kept */

static const char sql_find[] =
    "SELECT c.execution FROM cache c JOIN execution e ON e.id = c.execution"
    " WHERE c.digest = ? AND e.status = 'completed'";
static const char sql_of[] = "SELECT c.digest, m.parts FROM cache c JOIN cache_made m ON m.id = "
			     "c.made WHERE c.execution = ?";
static const char sql_made[] = "SELECT id FROM cache_made WHERE parts = ?";
static const char sql_make[] = "INSERT INTO cache_made (parts) VALUES (?)";
static const char sql_put[] =
    "INSERT OR REPLACE INTO cache (digest, execution, made) VALUES (?, ?, ?)";
static const char sql_newest[] = "UPDATE OR REPLACE cache SET execution = ? WHERE digest = ?";
static const char sql_task[] = "SELECT task FROM execution WHERE id = ?";
static const char sql_fill[] =
    "UPDATE execution SET cached = (SELECT ifnull(cached, id) FROM execution WHERE id = ?1),"
    " metrics = (SELECT metrics FROM execution WHERE id = ?1) WHERE id = ?2";
static const char sql_complete[] =
    "UPDATE execution SET status = 'completed', class = NULL, error = NULL, worker = NULL,"
    " request = NULL, attempts = attempts - 1, started = NULL, ended = ?"
    " WHERE id = ? AND worker = ? AND attempts = ? AND status = 'preparing'";
static const char sql_each[] =
    "SELECT c.execution, m.parts, p.data FROM cache c CROSS JOIN execution e ON e.id = c.execution"
    " CROSS JOIN job j ON j.id = e.job CROSS JOIN task t ON t.id = e.task"
    " CROSS JOIN cache_made m ON m.id = c.made CROSS JOIN params p ON p.execution = e.id"
    " WHERE j.org = ? AND t.name = ? ORDER BY c.execution DESC LIMIT ?";

int
cache_find(struct store *store, const char *digest, int64_t *execution, struct err *err)
{
	unsigned char raw[DIGEST_RAW];

	digest_raw(digest, raw);
	return stmt_number(store, err, execution, sql_find, "b", raw, (size_t)SHORT);
}

int
cache_of(
    struct store *store, int64_t execution, char digest[DIGEST_HEX], char **parts, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_of, "i", execution);
	unsigned char raw[DIGEST_RAW] = { 0 };
	int rc = row ? stmt_next(row, err) : -1;
	const void *kept;
	size_t len;

	if (rc <= 0)
		return rc;
	kept = stmt_blob(row, 0, &len);
	memcpy(raw, kept, len < sizeof(raw) ? len : sizeof(raw));
	digest_text(raw, digest);
	*parts = xstrdup(stmt_text(row, 1));
	stmt_end(row);
	return 1;
}

/* The row of what it was made from. */
static int
made_of(struct store *store, const char *parts, int64_t *made, struct err *err)
{
	int rc = stmt_number(store, err, made, sql_made, "t", parts);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (stmt_run(store, err, sql_make, "t", parts) < 0)
		return -1;
	*made = stmt_last_id(store);
	return 0;
}

int
cache_put(
    struct store *store, const char *digest, const char *parts, int64_t execution, struct err *err)
{
	unsigned char raw[DIGEST_RAW];
	int64_t made;

	digest_raw(digest, raw);
	if (made_of(store, parts, &made, err) < 0)
		return -1;
	return stmt_run(store, err, sql_put, "bii", raw, (size_t)SHORT, execution, made) < 0 ? -1
											     : 0;
}

static int
put_result(struct store *store, int64_t execution, const struct buf *result, struct err *err)
{
	int64_t task;
	int rc = stmt_number(store, err, &task, sql_task, "i", execution);

	if (rc > 0 && result->len)
		rc = text_put(store, TEXT_RESULT, execution, task, result->data, result->len, err);
	return rc < 0 ? -1 : 0;
}

int
cache_fill(struct store *store, const char *digest, int64_t execution, int64_t from,
    const struct buf *result, struct err *err)
{
	unsigned char raw[DIGEST_RAW];

	digest_raw(digest, raw);
	if (stmt_run(store, err, sql_fill, "ii", from, execution) < 0 ||
	    put_result(store, execution, result, err) < 0 ||
	    artifact_copy_outputs(store, execution, from, err) < 0)
		return -1;
	return stmt_run(store, err, sql_newest, "ib", execution, raw, (size_t)SHORT) < 0 ? -1 : 0;
}

int
cache_complete(struct store *store, int64_t worker, const struct work *work, const char *digest,
    int64_t from, const struct buf *result, struct tally *tally, struct err *err)
{
	struct place place = { work->id, work->lane->job, work->lane->id };
	int rc = stmt_run(store, err, sql_complete, "iiii", clock_wall(), work->id, worker,
	    (int64_t)work->attempt);

	if (rc <= 0)
		return rc;
	if (cache_fill(store, digest, work->id, from, result, err) < 0)
		return -1;
	tally_move(tally, &place, ST_PREPARING, FAIL_NONE, EV_COMPLETE, FAIL_NONE);
	return dependency_settle(store, work->id, ST_COMPLETED, tally, err) < 0 ? -1 : 1;
}

int
cache_each(struct store *store, const char *org, const char *task, int most, cache_fn *fn,
    void *ctx, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_each, "tti", org, task, (int64_t)most);
	struct buf params = BUF_INIT;
	int rc = -1;

	while (row && (rc = stmt_next(row, err)) > 0) {
		buf_reset(&params);
		rc = text_column(store, row, 2, NULL, &params, err);
		if (rc == 0)
			rc = fn(stmt_int(row, 0), stmt_text(row, 1), buf_str(&params), ctx);
		if (rc != 0) {
			stmt_end(row);
			break;
		}
	}
	buf_clear(&params);
	return rc < 0 ? -1 : 0;
}
