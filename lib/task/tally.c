/* SPDX-License-Identifier: MIT */
/* tally: what a transaction changes in the lives of executions. */
#include "task/tally.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/vec.h"
#include "store/stmt.h"
#include "task/journal.h"

static const char sql_add[] =
    "INSERT INTO tally (job, generation, status, class, count) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT DO UPDATE SET count = count + excluded.count";
static const char sql_ready[] = "UPDATE lane SET ready = ready + ? WHERE id = ?";
static const char sql_of_job[] =
    "SELECT status, class, count FROM tally WHERE job = ? AND generation = ?";
static const char sql_nameless[] =
    "SELECT status, class, sum(count) FROM job CROSS JOIN tally ON tally.job = job.id"
    " WHERE org = ? AND name IS NULL GROUP BY status, class";
static const char sql_of_org[] =
    "SELECT status, class, sum(count) FROM tally JOIN job ON job.id = tally.job WHERE org = ?"
    " GROUP BY status, class";

static void
count(struct tally *tally, const struct job *job, enum status status, enum failure class,
    int64_t delta)
{
	struct tally_change change = { job->id, job->generation, status, class, delta };

	for (size_t i = 0; i < tally->counts.len; i++) {
		struct tally_change *c = &tally->counts.at[i];

		if (c->job == job->id && c->generation == job->generation && c->status == status &&
		    c->class == class) {
			c->delta += delta;
			return;
		}
	}
	vec_add(&tally->counts, change);
}

static void
count_ready(struct tally *tally, int64_t lane, int64_t delta)
{
	struct tally_lane change = { lane, delta };

	for (size_t i = 0; i < tally->lanes.len; i++)
		if (tally->lanes.at[i].lane == lane) {
			tally->lanes.at[i].delta += delta;
			return;
		}
	vec_add(&tally->lanes, change);
}

static void
add_event(struct tally *tally, int64_t id, enum event event, enum status from, enum status to)
{
	journal_add(&tally->journal, id - tally->last, event, from, to);
	tally->last = id;
	tally->events++;
}

enum status
tally_move(struct tally *tally, const struct place *place, enum status from,
    enum failure from_class, enum event event, enum failure to_class)
{
	int to = state_next(from, event);

	if (to < 0)
		BUG("execution %lld: no %s while %s", (long long)place->id, event_name(event),
		    state_name(from));
	if (from != ST_SUBMITTED)
		count(tally, &place->job, from, from_class, -1);
	count(tally, &place->job, (enum status)to, to_class, 1);
	if (from == ST_QUEUED)
		count_ready(tally, place->lane, -1);
	if (to == ST_QUEUED)
		count_ready(tally, place->lane, 1);
	if (to == ST_SKIPPED && from != ST_SUBMITTED)
		vec_add(&tally->skipped, place->id);
	add_event(tally, place->id, event, from, (enum status)to);
	return (enum status)to;
}

void
tally_note(struct tally *tally, int64_t id, enum event event, enum status status)
{
	add_event(tally, id, event, status, status);
}

void
tally_forget(struct tally *tally, const struct place *place, enum status status, enum failure class)
{
	count(tally, &place->job, status, class, -1);
}

static const char *class_word(enum failure class)
{
	return class == FAIL_NONE ? "" : failure_name(class);
}

void
tally_to_lane(struct tally *tally, int64_t from, int64_t to)
{
	count_ready(tally, from, -1);
	count_ready(tally, to, 1);
}

static int
write_counts(struct tally *tally, struct store *store, struct err *err)
{
	for (size_t i = 0; i < tally->counts.len; i++) {
		const struct tally_change *c = &tally->counts.at[i];

		if (c->delta != 0 &&
		    stmt_run(store, err, sql_add, "iitti", c->job, (int64_t)c->generation,
			state_name(c->status), class_word(c->class), c->delta) < 0)
			return -1;
	}
	return 0;
}

int
tally_write_lanes(struct tally *tally, struct store *store, struct err *err)
{
	for (size_t i = 0; i < tally->lanes.len; i++) {
		const struct tally_lane *l = &tally->lanes.at[i];

		if (l->delta != 0 && stmt_run(store, err, sql_ready, "ii", l->delta, l->lane) < 0)
			return -1;
	}
	tally->lanes.len = 0;
	return 0;
}

int
tally_write(struct tally *tally, struct store *store, struct err *err)
{
	if (write_counts(tally, store, err) < 0 || tally_write_lanes(tally, store, err) < 0 ||
	    (tally->events > 0 && journal_write(tally, store, err) < 0))
		return -1;
	tally_reset(tally);
	return 0;
}

void
tally_reset(struct tally *tally)
{
	tally->counts.len = 0;
	tally->lanes.len = 0;
	tally->skipped.len = 0;
	buf_reset(&tally->journal);
	tally->events = 0;
	tally->last = 0;
}

void
tally_clear(struct tally *tally)
{
	vec_clear(&tally->counts);
	vec_clear(&tally->lanes);
	vec_clear(&tally->skipped);
	buf_clear(&tally->journal);
}

static void
add_row(struct account_sums *sums, const char *status_word, const char *class_text, int64_t count)
{
	int status = state_find(status_word), class = failure_find(class_text);

	if (status < 0)
		return;
	sums->submitted += count;
	sums->by[state_account(status)] += count;
	sums->by_status[status] += count;
	if (state_account(status) == ACC_FAILED)
		sums->failed_by[class < 0 ? FAIL_NONE : class] += count;
}

/* Sum up the rows of a query. */
static int
read_rows(struct stmt *stmt, struct account_sums *sums, struct err *err)
{
	int rc = -1;

	*sums = (struct account_sums){ 0 };
	while (stmt && (rc = stmt_next(stmt, err)) > 0)
		add_row(sums, stmt_text(stmt, 0), stmt_text(stmt, 1), stmt_int(stmt, 2));
	return rc;
}

int
tally_read(struct store *store, const char *org, int64_t job, int generation,
    struct account_sums *sums, struct err *err)
{
	struct stmt *stmt;

	if (job)
		stmt = stmt_query(store, err, sql_of_job, "ii", job, (int64_t)generation);
	else
		stmt = stmt_query(store, err, sql_of_org, "t", org);
	return read_rows(stmt, sums, err);
}

int
tally_read_nameless(
    struct store *store, const char *org, struct account_sums *sums, struct err *err)
{
	return read_rows(stmt_query(store, err, sql_nameless, "t", org), sums, err);
}
