/* SPDX-License-Identifier: MIT */
/* timeline: the tries of executions in the order in which they were begun. */
#include "task/timeline.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/sorter.h"
#include "store/stmt.h"
#include "task/selection.h"

enum { PAGE = 512 };

static const char sql_tries[] =
    "SELECT started, ended, worker, number, class FROM attempt"
    " WHERE execution = ? AND started IS NOT NULL AND worker IS NOT NULL ORDER BY number";
static const char sql_running[] =
    "SELECT started, worker, attempts FROM execution WHERE id = ? AND worker IS NOT NULL"
    " AND status != 'preparing' AND started IS NOT NULL";
static const char sql_execution[] =
    "SELECT e.key, t.name, e.status, e.created FROM execution e JOIN task t ON t.id = e.task"
    " WHERE e.id = ?";
static const char sql_worker[] = "SELECT host, pid FROM worker WHERE id = ?";

struct timeline {
	struct store *store;
	struct sorter *sorter;
	int64_t now;
};

static int
by_start(const void *a, const void *b)
{
	const struct timeline_try *x = a, *y = b;

	if (x->started != y->started)
		return x->started < y->started ? -1 : 1;
	if (x->execution != y->execution)
		return x->execution < y->execution ? -1 : 1;
	return x->number - y->number;
}

static int
add_tries(struct timeline *t, int64_t execution, struct err *err)
{
	struct stmt *row = stmt_query(t->store, err, sql_tries, "i", execution);
	int rc = -1;

	while (row && (rc = stmt_next(row, err)) > 0) {
		const char *word = stmt_text(row, 4);
		int class = word ? failure_find(word) : FAIL_NONE;
		struct timeline_try one = { .started = stmt_int(row, 0),
			.ended = stmt_int(row, 1),
			.execution = execution,
			.worker = stmt_int(row, 2),
			.number = (int)stmt_int(row, 3),
			.class = (short)(class < 0 ? FAIL_NONE : class),
			.failed = word != NULL };

		if (sorter_add(t->sorter, &one, err) < 0) {
			stmt_end(row);
			return -1;
		}
	}
	return rc;
}

static int
add_running(struct timeline *t, int64_t execution, struct err *err)
{
	struct stmt *row = stmt_query(t->store, err, sql_running, "i", execution);
	int rc = row ? stmt_next(row, err) : -1;
	struct timeline_try one;

	if (rc <= 0)
		return rc;
	one = (struct timeline_try){ .started = stmt_int(row, 0),
		.ended = t->now,
		.execution = execution,
		.worker = stmt_int(row, 1),
		.number = (int)stmt_int(row, 2),
		.running = true };
	stmt_end(row);
	return sorter_add(t->sorter, &one, err);
}

struct timeline *
timeline_open(struct store *store, struct selection *sel, struct err *err)
{
	struct timeline *t = xcalloc(1, sizeof(*t));
	int64_t ids[PAGE];
	int n, rc = 0;

	t->store = store;
	t->now = clock_wall();
	t->sorter = sorter_new(sizeof(struct timeline_try), by_start);
	while ((n = execution_ids(store, sel, ids, PAGE, err)) > 0) {
		for (int i = 0; i < n && rc == 0; i++) {
			rc = add_tries(t, ids[i], err);
			if (rc == 0)
				rc = add_running(t, ids[i], err);
		}
		if (rc < 0)
			break;
		sel->after = ids[n - 1];
	}
	if (n == 0)
		return t;
	timeline_close(t);
	return NULL;
}

void
timeline_close(struct timeline *t)
{
	if (!t)
		return;
	sorter_free(t->sorter);
	free(t);
}

int
timeline_next(struct timeline *t, struct timeline_try *one, struct err *err)
{
	return sorter_next(t->sorter, one, err);
}

int
timeline_of(struct store *store, int64_t execution, struct timeline_execution *of, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_execution, "i", execution);
	int rc = row ? stmt_next(row, err) : -1;

	if (rc <= 0)
		return rc;
	*of = (struct timeline_execution){ xstrdup(stmt_text(row, 0)), xstrdup(stmt_text(row, 1)),
		(enum status)state_find(stmt_text(row, 2)), stmt_int(row, 3) };
	stmt_end(row);
	return 1;
}

void
timeline_clear(struct timeline_execution *of)
{
	free(of->key);
	free(of->task);
	*of = (struct timeline_execution){ 0 };
}

int
timeline_worker(struct store *store, int64_t worker, char **host, int64_t *pid, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_worker, "i", worker);
	int rc = row ? stmt_next(row, err) : -1;

	if (rc <= 0)
		return rc;
	*host = xstrdup(stmt_text(row, 0));
	*pid = stmt_int(row, 1);
	stmt_end(row);
	return 1;
}
