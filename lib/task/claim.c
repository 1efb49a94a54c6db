/* SPDX-License-Identifier: MIT */
/* claim: a worker takes executions, and gives them back ended or untouched. */
#include "task/claim.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "store/object.h"
#include "store/stmt.h"

static const char sql_due[] =
    "UPDATE execution SET status = 'queued', not_before = NULL WHERE id IN (SELECT id"
    " FROM execution INDEXED BY execution_due WHERE job = ? AND generation = ?"
    " AND status = 'retrying' AND not_before <= ? LIMIT 1000)";
static const char sql_take[] =
    "UPDATE execution SET status = 'running', worker = ?, attempts = attempts + 1, started = ?"
    " WHERE id IN (SELECT id FROM execution INDEXED BY execution_ready"
    " WHERE job = ? AND generation = ? AND status = 'queued' ORDER BY id LIMIT ?)"
    " RETURNING id, attempts, key";
static const char sql_timeouts[] =
    "SELECT count(*) FROM attempt WHERE execution = ? AND class = 'timeout'";
static const char sql_params[] = "SELECT data FROM params WHERE execution = ?";
static const char sql_end[] =
    "UPDATE execution SET status = ?, class = ?, worker = NULL, not_before = ?, started = ?,"
    " ended = ?, error = ?, metrics = ?"
    " WHERE id = ? AND worker = ? AND attempts = ? AND status = 'running'";
static const char sql_return[] =
    "UPDATE execution SET status = 'queued', worker = NULL, attempts = attempts - 1,"
    " started = NULL WHERE id = ? AND worker = ? AND attempts = ? AND status = 'running'";
static const char sql_result[] = "INSERT OR REPLACE INTO result (execution, data) VALUES (?, ?)";
static const char sql_attempt[] =
    "INSERT OR REPLACE INTO attempt (execution, number, worker, started, ended, exit_code,"
    " signal, class, reason, user_time, system_time, max_rss, stderr)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char sql_next_due[] =
    "SELECT min(not_before) FROM execution WHERE job = ? AND generation = ?"
    " AND status = 'retrying'";
static const char sql_queued[] =
    "SELECT 1 FROM execution WHERE job = ? AND generation = ? AND status = 'queued' LIMIT 1";

void
work_free(struct work *work)
{
	if (!work)
		return;
	free(work->key);
	free(work->params);
	free(work);
}

static int
promote(struct store *store, const struct job *job, struct tally *tally, struct err *err)
{
	int n = stmt_run(
	    store, err, sql_due, "iii", job->id, (int64_t)job->generation, clock_wall());

	if (n > 0) {
		tally_add(tally, job->id, job->generation, ST_RETRYING, FAIL_NONE, -n);
		tally_add(tally, job->id, job->generation, ST_QUEUED, FAIL_NONE, n);
	}
	return n;
}

static int
load_params(struct store *store, struct work *work, struct err *err)
{
	struct stmt *stmt = stmt_query(store, err, sql_params, "i", work->id);
	int rc = stmt ? stmt_next(stmt, err) : -1;
	struct buf text = BUF_INIT;
	const void *data;
	size_t len;

	if (rc <= 0)
		return rc < 0 ? -1
			      : err_set(err, ERR_STORE, "execution %lld has no parameters",
				    (long long)work->id);
	data = stmt_blob(stmt, 0, &len);
	rc = object_unpack(data, len, &text, err);
	stmt_end(stmt);
	work->params_len = text.len;
	work->params = buf_take(&text);
	return rc;
}

/* What the attempts before tell; nothing is asked at the first. */
static int
load_history(struct store *store, struct work *work, struct err *err)
{
	int64_t timeouts = 0;

	if (work->attempt > 1 &&
	    stmt_number(store, err, &timeouts, sql_timeouts, "i", work->id) < 0)
		return -1;
	work->timeouts = (int)timeouts;
	return 0;
}

static struct work *
work_of(struct stmt *stmt)
{
	struct work *work = xcalloc(1, sizeof(*work));

	work->id = stmt_int(stmt, 0);
	work->attempt = (int)stmt_int(stmt, 1);
	work->key = xstrdup(stmt_text(stmt, 2));
	return work;
}

int
claim_take(struct store *store, int64_t worker, const struct job *job, int most,
    struct tally *tally, struct work ***tail, struct err *err)
{
	struct work *first = NULL, **last = &first;
	struct stmt *stmt;
	int n = 0, rc = -1;

	if (promote(store, job, tally, err) < 0)
		return -1;
	stmt = stmt_query(store, err, sql_take, "iiiii", worker, clock_wall(), job->id,
	    (int64_t)job->generation, (int64_t)most);
	while (stmt && (rc = stmt_next(stmt, err)) > 0) {
		*last = work_of(stmt);
		last = &(*last)->next;
		n++;
	}
	for (struct work *w = first; w && rc == 0; w = w->next)
		rc = load_params(store, w, err) < 0 ? -1 : load_history(store, w, err);
	if (rc < 0) {
		while (first) {
			struct work *next = first->next;

			work_free(first);
			first = next;
		}
		return -1;
	}
	tally_add(tally, job->id, job->generation, ST_QUEUED, FAIL_NONE, -n);
	tally_add(tally, job->id, job->generation, ST_RUNNING, FAIL_NONE, n);
	if (n > 0) {
		**tail = first;
		*tail = last;
	}
	return n;
}

static int
insert_attempt(struct store *store, int64_t worker, const struct ending *end, struct err *err)
{
	int64_t code = end->code, signal = end->signal;
	struct buf packed = BUF_INIT;
	int rc;

	object_pack(end->errout, end->errout_len, &packed);
	rc = stmt_run(store, err, sql_attempt, "iiiiiIIttddib", end->id, (int64_t)end->attempt,
	    worker, end->started, end->ended, end->exited ? &code : NULL,
	    end->signal ? &signal : NULL, failure_name(end->class), end->reason, end->user_time,
	    end->system_time, end->max_rss, end->errout_len ? packed.data : NULL, packed.len);
	buf_clear(&packed);
	return rc < 0 ? -1 : 0;
}

static int
insert_result(struct store *store, const struct ending *end, struct err *err)
{
	struct buf packed = BUF_INIT;
	int rc;

	if (!end->result)
		return 0;
	object_pack(end->result, end->result_len, &packed);
	rc = stmt_run(store, err, sql_result, "ib", end->id, packed.data, packed.len);
	buf_clear(&packed);
	return rc < 0 ? -1 : 0;
}

int
claim_end(struct store *store, int64_t worker, const struct job *job, const struct ending *end,
    struct tally *tally, struct err *err)
{
	bool final = state_is_final(end->status);
	int rc;

	rc = stmt_run(store, err, sql_end, "ttIiIttiii", state_name(end->status),
	    failure_name(end->class), final ? NULL : &end->not_before, end->started,
	    final ? &end->ended : NULL, end->error, end->metrics, end->id, worker,
	    (int64_t)end->attempt);
	if (rc <= 0)
		return rc;
	if (insert_result(store, end, err) < 0 || insert_attempt(store, worker, end, err) < 0)
		return -1;
	tally_add(tally, job->id, job->generation, ST_RUNNING, FAIL_NONE, -1);
	tally_add(tally, job->id, job->generation, end->status, final ? end->class : FAIL_NONE, 1);
	return 1;
}

int
claim_return(struct store *store, int64_t worker, const struct job *job, int64_t id, int attempt,
    struct tally *tally, struct err *err)
{
	int rc = stmt_run(store, err, sql_return, "iii", id, worker, (int64_t)attempt);

	if (rc > 0) {
		tally_add(tally, job->id, job->generation, ST_RUNNING, FAIL_NONE, -1);
		tally_add(tally, job->id, job->generation, ST_QUEUED, FAIL_NONE, 1);
	}
	return rc;
}

int
claim_waiting(struct store *store, const struct job *job, int64_t *next_due, struct err *err)
{
	int64_t one = 0;
	int rc;

	*next_due = 0;
	rc = stmt_number(
	    store, err, next_due, sql_next_due, "ii", job->id, (int64_t)job->generation);
	if (rc < 0)
		return -1;
	return stmt_number(store, err, &one, sql_queued, "ii", job->id, (int64_t)job->generation);
}
