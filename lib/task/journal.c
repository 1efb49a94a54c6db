/* SPDX-License-Identifier: MIT */
/* journal: every change of a status, in the order of the commits. */
#include "task/journal.h"

#include <assert.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "store/stmt.h"
#include "task/tally.h"

static const char sql_end[] = "SELECT seq + count - 1 FROM event ORDER BY seq DESC LIMIT 1";
static const char sql_at[] =
    "SELECT seq, seq + count - 1, time FROM event WHERE seq <= ? ORDER BY seq DESC LIMIT 1";
static const char sql_write[] =
    "INSERT INTO event (seq, count, time, worker, who, command, correlation, changes)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
/* the row that holds the event after ?1, and those behind it */
static const char sql_each[] =
    "SELECT seq, count, time, worker, who, command, correlation, changes FROM event"
    " WHERE seq >= ifnull((SELECT max(seq) FROM event WHERE seq <= ?1 + 1), 0) ORDER BY seq";

static const char sql_execution[] =
    "SELECT j.org, j.name, t.name, e.key FROM execution e JOIN job j ON j.id = e.job"
    " JOIN task t ON t.id = e.task WHERE e.id = ?";
static const char sql_job[] = "SELECT org, name, NULL, NULL FROM job WHERE id = ?";

static_assert(ST_COUNT <= 16, "a status fits into half a byte");

void
journal_add(struct buf *row, int64_t difference, enum event event, enum status from, enum status to)
{
	uint64_t bits = (uint64_t)difference << 1;

	if (difference < 0)
		bits = ~bits;

	for (; bits >= 0x80; bits >>= 7)
		buf_add_char(row, (char)(bits | 0x80));
	buf_add_char(row, (char)bits);
	buf_add_char(row, (char)event);
	buf_add_char(row, (char)((unsigned)from << 4 | (unsigned)to));
}

/* The next change of a row: 1, 0 at its end, -1 when it is damaged. */
static int
unpack(const unsigned char **at, const unsigned char *end, struct happening *h)
{
	const unsigned char *p = *at;
	uint64_t bits = 0;
	int shift = 0;

	if (p == end)
		return 0;
	for (; p < end && *p & 0x80 && shift < 63; shift += 7)
		bits |= (uint64_t)(*p++ & 0x7f) << shift;
	if (end - p < 3)
		return -1;
	bits |= (uint64_t)*p++ << shift;
	h->execution += (int64_t)(bits >> 1) ^ -(int64_t)(bits & 1);
	h->event = (enum event)p[0];
	h->from = (enum status)(p[1] >> 4);
	h->to = (enum status)(p[1] & 15);
	*at = p + 2;
	return h->event < EV_COUNT && h->from < ST_COUNT && h->to < ST_COUNT ? 1 : -1;
}

int64_t
journal_end(struct store *store, struct err *err)
{
	int64_t end = 0;

	return stmt_number(store, err, &end, sql_end, "") < 0 ? -1 : end;
}

int
journal_write(const struct tally *t, struct store *store, struct err *err)
{
	int64_t end = journal_end(store, err);

	if (end < 0)
		return -1;
	return stmt_run(store, err, sql_write, "iiiItttb", end + 1, t->events, clock_wall(),
		   t->worker ? &t->worker : NULL, t->who, t->command, t->correlation,
		   t->journal.data, t->journal.len) < 0
	    ? -1
	    : 0;
}

/* Give the changes of a row to fn: 0, or what fn returned, or -1. */
static int
each_of_row(
    struct stmt *row, int64_t after, int64_t *last, journal_fn *fn, void *ctx, struct err *err)
{
	struct happening h = { .seq = stmt_int(row, 0),
		.time = stmt_int(row, 2),
		.worker = stmt_int(row, 3),
		.who = stmt_text(row, 4),
		.command = stmt_text(row, 5),
		.correlation = stmt_text(row, 6) };
	size_t len;
	const unsigned char *at = stmt_blob(row, 7, &len), *end = at + len;
	int rc;

	for (; (rc = unpack(&at, end, &h)) > 0; h.seq++) {
		if (h.seq <= after)
			continue;
		*last = h.seq;
		rc = fn(&h, ctx);
		if (rc != 0)
			return rc;
	}
	if (rc < 0)
		return err_set(err, ERR_STORE, "event %lld is damaged", (long long)h.seq);
	return 0;
}

int64_t
journal_each(struct store *store, int64_t after, journal_fn *fn, void *ctx, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_each, "i", after);
	int64_t last = after;
	int rc = -1;

	while (row && (rc = stmt_next(row, err)) > 0) {
		rc = each_of_row(row, after, &last, fn, ctx, err);
		if (rc != 0) {
			stmt_end(row);
			break;
		}
	}
	return rc < 0 ? -1 : last;
}

static char *
text_of(struct stmt *row, int column)
{
	return stmt_is_null(row, column) ? NULL : xstrdup(stmt_text(row, column));
}

int
journal_subject(struct store *store, int64_t execution, struct subject *subject, struct err *err)
{
	struct stmt *row;
	int rc;

	*subject = (struct subject){ 0 };
	if (execution == 0)
		return 0;
	row = stmt_query(store, err, execution > 0 ? sql_execution : sql_job, "i",
	    execution > 0 ? execution : -execution);
	rc = row ? stmt_next(row, err) : -1;
	if (rc <= 0)
		return rc;
	*subject = (struct subject){ text_of(row, 0), text_of(row, 1), text_of(row, 2),
		text_of(row, 3) };
	stmt_end(row);
	return 1;
}

void
subject_clear(struct subject *subject)
{
	free(subject->org);
	free(subject->job);
	free(subject->task);
	free(subject->key);
	*subject = (struct subject){ 0 };
}

int64_t
journal_before(struct store *store, int64_t time, struct err *err)
{
	int64_t before = 0, last = journal_end(store, err);

	/* events up to `before` are, those behind `last` are not */
	while (before < last) {
		int64_t middle = before + (last - before + 1) / 2;
		struct stmt *row = stmt_query(store, err, sql_at, "i", middle);
		int rc = row ? stmt_next(row, err) : -1;

		if (rc < 0)
			return -1;
		if (rc == 0) { /* removed */
			before = middle;
			continue;
		}
		if (stmt_int(row, 2) < time)
			before = stmt_int(row, 1) > middle ? stmt_int(row, 1) : middle;
		else
			last = stmt_int(row, 0) - 1;
		stmt_end(row);
	}
	return last < 0 ? -1 : before;
}
