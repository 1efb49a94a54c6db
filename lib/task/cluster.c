/* SPDX-License-Identifier: MIT */
/* cluster: array jobs that were given executions, and how their elements stand. */
#include "task/cluster.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/vec.h"
#include "store/stmt.h"
#include "task/claim.h"
#include "task/control.h"
#include "task/lane.h"
#include "task/tally.h"

static const char sql_any[] =
    "SELECT 1 FROM cluster_job INDEXED BY cluster_job_open WHERE ended IS NULL LIMIT 1";
static const char sql_list[] =
    "SELECT c.id, c.org, c.name, c.profile, c.options, c.state, c.batch, c.elements, c.submitter,"
    " w.ended, c.need FROM cluster_job c INDEXED BY cluster_job_open JOIN worker w ON w.id = "
    "c.submitter"
    " WHERE c.ended IS NULL ORDER BY c.id";
static const char sql_find[] = "SELECT id, ended FROM cluster_job WHERE name = ?";
static const char sql_elements[] =
    "SELECT element, worker, state, reason, node, known, over, handed, cancelled,"
    " (SELECT count(*) FROM execution e INDEXED BY execution_held WHERE e.worker = c.worker),"
    " rests, EXISTS (SELECT 1 FROM execution e INDEXED BY execution_held"
    " JOIN lane l ON l.id = e.lane JOIN job j ON j.id = e.job"
    " WHERE e.worker = c.worker AND e.status <> 'paused'" LANE_AWAKE ")"
    " FROM cluster_element c INDEXED BY cluster_element_open"
    " WHERE job = ? AND ended IS NULL ORDER BY element";
static const char sql_count[] =
    "SELECT (SELECT count(*) FROM cluster_job WHERE ended IS NULL),"
    " (SELECT count(*) FROM cluster_element INDEXED BY cluster_element_open WHERE ended IS NULL)";
static const char sql_last[] =
    "SELECT c.profile, c.options FROM cluster_job c JOIN worker w ON w.id = c.submitter"
    " WHERE w.job = ? AND w.generation = ? ORDER BY c.id DESC LIMIT 1";
static const char sql_count_out[] =
    "SELECT count(*) FROM cluster_element c INDEXED BY cluster_element_open"
    " JOIN cluster_job j ON j.id = c.job WHERE c.ended IS NULL AND j.profile = ?";
static const char sql_pilot[] = "SELECT 1 FROM cluster_element INDEXED BY cluster_element_open"
				" WHERE ended IS NULL AND task = ? LIMIT 1";
static const char sql_enter[] =
    "INSERT INTO cluster_job (org, name, profile, options, state, elements, submitter, created)"
    " VALUES (?, ?, ?, ?, 'packing', 0, ?, ?)";
static const char sql_add[] =
    "INSERT INTO cluster_element (job, element, worker, task, executions, known)"
    " VALUES (?, ?, ?, ?, ?, ?)";
static const char sql_added[] = "UPDATE cluster_job SET elements = ? WHERE id = ?";
static const char sql_drop[] = "DELETE FROM cluster_job WHERE id = ?";
static const char sql_need[] = "UPDATE cluster_job SET need = ? WHERE id = ?";
static const char sql_advance[] =
    "UPDATE cluster_job SET state = ?1, batch = ifnull(?2, batch), submitted = CASE WHEN ?1 ="
    " 'submitted' THEN ?3 END WHERE id = ?4";
static const char sql_adopt[] =
    "UPDATE cluster_job SET submitter = ? WHERE id = ? AND submitter = ? AND ended IS NULL";
static const char sql_tell[] =
    "UPDATE cluster_element SET state = ?1, batch = ifnull(?2, batch), node = ifnull(?3, node),"
    " reason = ?4, restarts = ?5, known = CASE WHEN ?6 THEN ?7 ELSE known END,"
    " over = CASE WHEN ?8 THEN ifnull(over, ?7) END WHERE job = ?9 AND element = ?10"
    " AND ended IS NULL";
static const char sql_host[] =
    "UPDATE worker SET host = ? WHERE id = (SELECT worker FROM cluster_element"
    " WHERE job = ? AND element = ?)";
static const char sql_ran_on[] = "UPDATE worker SET host = ? WHERE id = ? AND host = ''";
static const char sql_tell_cancelled[] =
    "UPDATE cluster_element SET cancelled = 1 WHERE job = ? AND element = ?";
static const char sql_file[] =
    "INSERT INTO cluster_file (name, job, element) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
static const char sql_known[] = "SELECT 1 FROM cluster_file WHERE name = ?";
static const char sql_worker[] =
    "SELECT worker FROM cluster_element WHERE job = ? AND element = ? AND ended IS NULL";
static const char sql_handed[] =
    "UPDATE cluster_element SET handed = max(handed, ?) WHERE job = ? AND element = ?";
static const char sql_end[] =
    "UPDATE cluster_element SET ended = ? WHERE job = ? AND element = ? AND ended IS NULL";
static const char sql_no_files[] = "DELETE FROM cluster_file WHERE job = ? AND element = ?";
static const char sql_end_job[] =
    "UPDATE cluster_job SET ended = ?1 WHERE id = ?2 AND ended IS NULL AND NOT EXISTS"
    " (SELECT 1 FROM cluster_element INDEXED BY cluster_element_open"
    " WHERE job = ?2 AND ended IS NULL)";
static const char sql_tell_rests[] =
    "UPDATE cluster_element SET rests = ? WHERE job = ? AND element = ?";
/* has it not begun, where it can be held? */
#define PENDING "(c.node IS NULL AND g.profile <> 'local')"
static const char sql_orders[] =
    "SELECT e.id, e.attempts, e.worker, e.job, e.generation, e.lane, e.request, " PENDING
    " FROM cluster_element c INDEXED BY cluster_element_open JOIN cluster_job g ON g.id = c.job"
    " JOIN execution e INDEXED BY execution_held ON e.worker = c.worker"
    " WHERE c.ended IS NULL AND e.request IN ('cancel', 'pause', 'resume')";
/* those that rest in an element that would begin, or has begun */
static const char sql_resting[] =
    "SELECT e.id, e.attempts, e.worker, e.job, e.generation, e.lane, 'pause', 0"
    " FROM cluster_element c INDEXED BY cluster_element_open JOIN cluster_job g ON g.id = c.job"
    " JOIN execution e INDEXED BY execution_held ON e.worker = c.worker AND e.status = 'paused'"
    " WHERE c.ended IS NULL AND (NOT " PENDING " OR EXISTS (SELECT 1 FROM execution o"
    " INDEXED BY execution_held WHERE o.worker = c.worker AND o.status <> 'paused'))";
static const char sql_ordered[] = "UPDATE execution SET request = NULL WHERE id = ?";
static const char sql_ask[] =
    "INSERT INTO cluster (profile, asked, calls) VALUES (?1, ?2, 0) ON CONFLICT (profile)"
    " DO UPDATE SET asked = ?2 WHERE asked <= ?2 - ?3 OR asked > ?2";
static const char sql_called[] =
    "INSERT INTO cluster (profile, asked, calls) VALUES (?1, 0, ?2) ON CONFLICT (profile)"
    " DO UPDATE SET calls = calls + ?2";

/* ---- looking ---- */

static char *
text(struct stmt *row, int column)
{
	return stmt_is_null(row, column) ? NULL : xstrdup(stmt_text(row, column));
}

int
cluster_any(struct store *store, struct err *err)
{
	int64_t one;

	return stmt_number(store, err, &one, sql_any, "");
}

int
cluster_list(struct store *store, struct cluster_jobs *jobs, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_list, "");
	int rc = -1;

	while (row && (rc = stmt_next(row, err)) > 0) {
		struct cluster_job job = { .id = stmt_int(row, 0),
			.org = text(row, 1),
			.name = text(row, 2),
			.profile = text(row, 3),
			.options = text(row, 4),
			.state = text(row, 5),
			.batch = text(row, 6),
			.elements = (int)stmt_int(row, 7),
			.submitter = stmt_int(row, 8),
			.abandoned = !stmt_is_null(row, 9),
			.need = text(row, 10) };

		vec_add(jobs, job);
	}
	return rc;
}

void
cluster_jobs_clear(struct cluster_jobs *jobs)
{
	for (size_t i = 0; i < jobs->len; i++) {
		struct cluster_job *job = &jobs->at[i];

		free(job->org);
		free(job->name);
		free(job->profile);
		free(job->options);
		free(job->state);
		free(job->batch);
		free(job->need);
	}
	vec_clear(jobs);
}

int
cluster_find(struct store *store, const char *name, int64_t *job, bool *ended, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_find, "t", name);
	int rc = row ? stmt_next(row, err) : -1;

	if (rc <= 0)
		return rc;
	*job = stmt_int(row, 0);
	*ended = !stmt_is_null(row, 1);
	stmt_end(row);
	return 1;
}

int
cluster_list_elements(
    struct store *store, int64_t job, struct cluster_elements *elements, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_elements, "i", job);
	int rc = -1;

	while (row && (rc = stmt_next(row, err)) > 0) {
		struct cluster_element one = { .job = job,
			.element = (int)stmt_int(row, 0),
			.worker = stmt_int(row, 1),
			.state = text(row, 2),
			.reason = text(row, 3),
			.node = text(row, 4),
			.known = stmt_int(row, 5),
			.over = stmt_int(row, 6),
			.handed = (int)stmt_int(row, 7),
			.cancelled = stmt_int(row, 8) != 0,
			.held = stmt_int(row, 9),
			.rests = stmt_int(row, 10) != 0,
			.awake = stmt_int(row, 11) != 0 };

		vec_add(elements, one);
	}
	return rc;
}

void
cluster_elements_clear(struct cluster_elements *elements)
{
	for (size_t i = 0; i < elements->len; i++) {
		free(elements->at[i].state);
		free(elements->at[i].reason);
		free(elements->at[i].node);
	}
	vec_clear(elements);
}

bool
cluster_is_unwanted(const struct cluster_element *e)
{
	return e->held == 0 && e->handed < CLUSTER_ALL && !e->over && !e->cancelled;
}

bool
cluster_is_misled(const struct cluster_element *e)
{
	return e->held > 0 && !e->node && !e->over && !e->cancelled && e->rests == e->awake;
}

int
cluster_count(struct store *store, int64_t *jobs, int64_t *elements, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_count, "");

	if (!row || stmt_next(row, err) <= 0)
		return -1;
	*jobs = stmt_int(row, 0);
	*elements = stmt_int(row, 1);
	stmt_end(row);
	return 0;
}

int64_t
cluster_count_out(struct store *store, const char *profile, struct err *err)
{
	int64_t n;

	return stmt_number(store, err, &n, sql_count_out, "t", profile) > 0 ? n : -1;
}

int
cluster_has_pilot(struct store *store, int64_t task, struct err *err)
{
	int64_t one;

	return stmt_number(store, err, &one, sql_pilot, "i", task);
}

int
cluster_last(
    struct store *store, const struct job *of, char **profile, char **options, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_last, "ii", of->id, (int64_t)of->generation);
	int rc = row ? stmt_next(row, err) : -1;

	if (rc <= 0)
		return rc;
	*profile = text(row, 0);
	*options = text(row, 1);
	stmt_end(row);
	return 1;
}

/* ---- making one ---- */

int64_t
cluster_enter(struct store *store, const struct cluster_entry *entry, struct err *err)
{
	if (stmt_run(store, err, sql_enter, "ttttii", entry->org, entry->name, entry->profile,
		entry->options, entry->submitter, clock_wall()) < 0)
		return -1;
	return stmt_last_id(store);
}

int
cluster_add(struct store *store, int64_t job, int element, int64_t worker, int executions,
    int64_t task, struct err *err)
{
	if (stmt_run(store, err, sql_add, "iiiIii", job, (int64_t)element, worker,
		task ? &task : NULL, (int64_t)executions, clock_wall()) < 0)
		return -1;
	return stmt_run(store, err, sql_added, "ii", (int64_t)element + 1, job) < 0 ? -1 : 0;
}

int
cluster_drop(struct store *store, int64_t job, struct err *err)
{
	return stmt_run(store, err, sql_drop, "i", job) < 0 ? -1 : 0;
}

int
cluster_set_need(struct store *store, int64_t job, const char *need, struct err *err)
{
	return stmt_run(store, err, sql_need, "ti", need, job) < 0 ? -1 : 0;
}

int
cluster_advance(
    struct store *store, int64_t job, const char *state, const char *batch, struct err *err)
{
	return stmt_run(store, err, sql_advance, "ttii", state, batch, clock_wall(), job) < 0 ? -1
											      : 0;
}

int
cluster_adopt(
    struct store *store, const struct cluster_job *job, int64_t submitter, struct err *err)
{
	return stmt_run(store, err, sql_adopt, "iii", submitter, job->id, job->submitter);
}

/* ---- hearing of it ---- */

int
cluster_tell(
    struct store *store, int64_t job, int element, const struct cluster_news *news, struct err *err)
{
	if (stmt_run(store, err, sql_tell, "ttttiiiiii", news->state, news->batch, news->node,
		news->reason, (int64_t)news->restarts, (int64_t)news->known, clock_wall(),
		(int64_t)news->over, job, (int64_t)element) < 0)
		return -1;
	if (news->node &&
	    stmt_run(store, err, sql_host, "tii", news->node, job, (int64_t)element) < 0)
		return -1;
	return 0;
}

int
cluster_tell_cancelled(struct store *store, int64_t job, int element, struct err *err)
{
	return stmt_run(store, err, sql_tell_cancelled, "ii", job, (int64_t)element) < 0 ? -1 : 0;
}

int
cluster_tell_rests(struct store *store, int64_t job, int element, bool rests, struct err *err)
{
	return stmt_run(store, err, sql_tell_rests, "iii", (int64_t)rests, job, (int64_t)element) <
		0
	    ? -1
	    : 0;
}

int
cluster_note_file(struct store *store, const char *name, int64_t job, int element, struct err *err)
{
	return stmt_run(store, err, sql_file, "tii", name, job, (int64_t)element);
}

bool
cluster_knows_file(struct store *store, const char *name)
{
	int64_t one;

	return stmt_number(store, NULL, &one, sql_known, "t", name) > 0;
}

int
cluster_worker(struct store *store, int64_t job, int element, int64_t *worker, struct err *err)
{
	return stmt_number(store, err, worker, sql_worker, "ii", job, (int64_t)element);
}

int
cluster_ran_on(struct store *store, int64_t worker, const char *node, struct err *err)
{
	return stmt_run(store, err, sql_ran_on, "ti", node, worker) < 0 ? -1 : 0;
}

int
cluster_handed(
    struct store *store, int64_t job, int element, enum cluster_handed what, struct err *err)
{
	int rc = stmt_run(store, err, sql_handed, "iii", (int64_t)what, job, (int64_t)element);

	return rc < 0 ? -1 : 0;
}

int
cluster_end(struct store *store, int64_t job, int element, struct err *err)
{
	if (stmt_run(store, err, sql_end, "iii", clock_wall(), job, (int64_t)element) < 0 ||
	    stmt_run(store, err, sql_no_files, "ii", job, (int64_t)element) < 0)
		return -1;
	return cluster_end_job(store, job, err);
}

int
cluster_end_job(struct store *store, int64_t job, struct err *err)
{
	return stmt_run(store, err, sql_end_job, "ii", clock_wall(), job);
}

/* An execution about which something was ordered. */
struct ordered {
	struct lane lane;
	int64_t id, worker;
	int attempt;
	enum event event;
};

struct ordered_list {
	struct ordered *at;
	size_t len, room;
};

static enum event
event_of(const char *request, bool pending)
{
	if (strcmp(request, "resume") == 0)
		return EV_CONTINUE;
	return pending && strcmp(request, "pause") == 0 ? EV_PAUSE : EV_RETURN;
}

static int
find_ordered(struct store *store, const char *sql, struct ordered_list *found, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql, "");
	int rc = -1;

	while (row && (rc = stmt_next(row, err)) > 0) {
		struct ordered one = { .id = stmt_int(row, 0),
			.attempt = (int)stmt_int(row, 1),
			.worker = stmt_int(row, 2),
			.event = event_of(stmt_text(row, 6), stmt_int(row, 7) != 0) };

		one.lane.job = (struct job){ stmt_int(row, 3), (int)stmt_int(row, 4) };
		one.lane.id = stmt_int(row, 5);
		vec_add(found, one);
	}
	return rc;
}

/* What rests in its element has followed its order. */
static int
obey_one(struct store *store, const struct ordered *one, struct tally *tally, struct err *err)
{
	int rc = claim_change(
	    store, one->worker, &one->lane, one->id, one->attempt, one->event, tally, err);

	if (rc < 0 || one->event == EV_RETURN)
		return rc;
	return stmt_run(store, err, sql_ordered, "i", one->id);
}

static int
obey_all(struct store *store, const char *sql, struct tally *tally, struct err *err)
{
	struct ordered_list found = VEC_INIT;
	int rc = find_ordered(store, sql, &found, err), n = (int)found.len;

	for (size_t i = 0; i < found.len && rc >= 0; i++)
		rc = obey_one(store, &found.at[i], tally, err);
	vec_clear(&found);
	return rc < 0 ? -1 : n;
}

int
cluster_obey(struct store *store, struct tally *tally, struct err *err)
{
	int n = obey_all(store, sql_orders, tally, err);

	return n < 0 || obey_all(store, sql_resting, tally, err) < 0 ? -1 : n;
}

int
cluster_has_orders(struct store *store, struct err *err)
{
	int64_t one;
	int rc = stmt_number(store, err, &one, sql_orders, "");

	return rc != 0 ? rc : stmt_number(store, err, &one, sql_resting, "");
}

/* ---- asking ---- */

int
cluster_may_ask(struct store *store, const char *profile, int64_t interval, struct err *err)
{
	return stmt_run(store, err, sql_ask, "tii", profile, clock_wall(), interval);
}

int
cluster_called(struct store *store, const char *profile, int64_t calls, struct err *err)
{
	return stmt_run(store, err, sql_called, "ti", profile, calls) < 0 ? -1 : 0;
}
