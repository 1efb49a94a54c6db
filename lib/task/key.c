/* SPDX-License-Identifier: MIT */
/* key: who stands under a key. */
#include "task/key.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/err.h"
#include "store/place.h"
#include "store/stmt.h"
#include "task/execution.h"

static const char sql_look[] =
    "SELECT e.id, e.digest, e.status, e.job = ? AND e.generation = ? AND e.task = ? AND e.key = ?"
    " FROM execution_key k LEFT JOIN execution e ON e.id = k.execution WHERE k.place = ?";
static const char sql_take[] =
    "INSERT INTO execution_key (place, execution) VALUES (?, ?) ON CONFLICT DO NOTHING";
static const char sql_last[] = "SELECT seq FROM sqlite_sequence WHERE name = 'execution'";
static const char sql_of[] = "SELECT job, generation, task, key FROM execution WHERE id = ?";
static const char sql_whose[] = "SELECT execution FROM execution_key WHERE place = ?";
static const char sql_mark[] = "UPDATE execution_key SET execution = NULL WHERE place = ?";
static const char sql_leave[] = "DELETE FROM execution_key WHERE place = ?";

/* Who stands at a place: 0 *standing, who has the key; 1 nobody; 2 somebody else, or it is reserved
 * or marked; -1. */
static int
look(struct store *store, const struct submission *sub, int64_t place, struct standing *standing,
    struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_look, "iiiti", sub->job.id,
	    (int64_t)sub->job.generation, sub->task, sub->key, place);
	int rc = row ? stmt_next(row, err) : -1;

	if (rc <= 0)
		return rc < 0 ? -1 : 1;
	rc = 2;
	if (stmt_int(row, 3)) {
		rc = 0;
		standing->id = stmt_int(row, 0);
		standing->digest = stmt_int(row, 1);
		standing->status = (enum status)state_find(stmt_text(row, 2));
	}
	stmt_end(row);
	return rc;
}

int
key_find(struct store *store, const struct submission *sub, int64_t *place,
    struct standing *standing, struct err *err)
{
	int rc;

	*place = place_of(sub->job.id, sub->job.generation, sub->task, sub->key);
	while ((rc = look(store, sub, *place, standing, err)) == 2)
		*place = place_next(*place);
	return rc;
}

int
key_take(struct store *store, int64_t place, int64_t execution, struct err *err)
{
	return stmt_run(store, err, sql_take, "ii", place, execution) < 0 ? -1 : 0;
}

/* Whose is a place: 1 and *execution (0: it is marked), 0 when it is free, -1. */
static int
whose(struct store *store, int64_t place, int64_t *execution, struct err *err)
{
	return stmt_number(store, err, execution, sql_whose, "i", place);
}

/* ---- many ---- */

struct seat {
	int64_t place;
	struct wish *wish;
};

static int
compare_seats(const void *a, const void *b)
{
	const struct seat *x = a, *y = b;

	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	return x->wish < y->wish ? -1 : x->wish > y->wish;
}

static bool
are_mixed(const struct wish *wishes, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (wishes[i].derived != wishes[0].derived)
			return true;
	return false;
}

/* Take the seats that are free. Mostly all are, or, for what was submitted before, none. */
static int
take_seats(struct store *store, struct seat *seats, size_t count, struct err *err)
{
	int64_t taken, other = 0;
	int rc = stmt_added(store, err, sql_take) < 0 ? -1 : 0;

	for (size_t i = 0; i < count && rc == 0; i++)
		rc = stmt_add(store, err, sql_take, "ii", seats[i].place, seats[i].wish->id);
	taken = rc < 0 ? -1 : stmt_added(store, err, sql_take);
	if (taken < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (taken > 0 && taken < (int64_t)count &&
		    whose(store, seats[i].place, &other, err) < 0)
			return -1;
		seats[i].wish->taken = taken == (int64_t)count ||
		    (taken > 0 && other == seats[i].wish->id);
	}
	return 0;
}

int
key_reserve(
    struct store *store, const struct job *job, struct wish *wishes, size_t count, struct err *err)
{
	struct seat *seats;
	int64_t last = 0;
	int rc;

	if (are_mixed(wishes, count))
		return 0;
	if (stmt_number(store, err, &last, sql_last, "") < 0)
		return -1;
	seats = xcalloc(count + 1, sizeof(*seats));
	for (size_t i = 0; i < count; i++) {
		struct wish *w = &wishes[i];

		w->id = ++last;
		seats[i] = (struct seat){ place_of(job->id, job->generation, w->task, w->key), w };
	}
	qsort(seats, count, sizeof(*seats), compare_seats);
	rc = take_seats(store, seats, count, err);
	free(seats);
	return rc;
}

/* ---- leaving ---- */

/* Where an execution stands. -1 on error. */
static int
find_place(struct store *store, int64_t execution, int64_t *place, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_of, "i", execution);
	int rc = row ? stmt_next(row, err) : -1;
	int64_t other;

	if (rc > 0) {
		*place = place_of(
		    stmt_int(row, 0), stmt_int(row, 1), stmt_int(row, 2), stmt_text(row, 3));
		stmt_end(row);
	}
	while (rc > 0 && (rc = whose(store, *place, &other, err)) > 0 && other != execution)
		*place = place_next(*place);
	if (rc == 0)
		err_set(err, ERR_STORE, "execution %lld has no key", (long long)execution);
	return rc > 0 ? 0 : -1;
}

int
key_leave(struct store *store, int64_t execution, struct err *err)
{
	int64_t place, other;
	int rc;

	if (find_place(store, execution, &place, err) < 0)
		return -1;
	rc = whose(store, place_next(place), &other, err);
	if (rc >= 0)
		rc = stmt_run(store, err, rc > 0 ? sql_mark : sql_leave, "i", place);
	return rc < 0 ? -1 : 0;
}
