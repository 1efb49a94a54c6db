/* SPDX-License-Identifier: MIT */
/* statistics: how long executions waited and ran, and what they used. */
#include "task/statistics.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "store/stmt.h"
#include "task/journal.h"
#include "task/selection.h"
#include "task/tally.h"
#include "task/task.h"

enum {
	PAGE = 512,
	EVENTS = 20000, /* the newest, looked at for what happened lately */
};

static const char sql_execution[] = "SELECT task, status, created FROM execution WHERE id = ?";
static const char sql_attempts[] =
    "SELECT started, ended, class, user_time + system_time, max_rss FROM attempt"
    " WHERE execution = ? ORDER BY number";
static const char sql_whose[] = "SELECT task, job, generation FROM execution WHERE id = ?";

/* Being gathered: the task met last is most often met next. */
struct gathering {
	struct store *store;
	const struct selection *sel;
	struct statistics *s;
	size_t last;
	int64_t now;
	struct account_sums sums; /* unless a task is selected */
	struct err *err;
};

/* The place of a task; NULL: there are too many already. */
static struct statistics_task *
place_of(struct gathering *g, int64_t row)
{
	struct statistics *s = g->s;

	if (g->last < s->len && s->at[g->last].row == row)
		return &s->at[g->last];
	for (size_t i = 0; i < s->len; i++)
		if (s->at[i].row == row)
			return &s->at[g->last = i];
	if (s->len == STATISTICS_TASKS)
		return NULL;
	if ((s->len & (s->len - 1)) == 0)
		s->at = xreallocarray(s->at, s->len ? s->len * 2 : 1, sizeof(*s->at));
	s->at[s->len] = (struct statistics_task){ .row = row };
	return &s->at[g->last = s->len++];
}

/* ---- executions and their attempts ---- */

static void
add_attempt(struct statistics_task *t, struct stmt *row)
{
	int64_t started = stmt_int(row, 0), ended = stmt_int(row, 1);
	double elapsed = (double)(ended - started) / 1e6;

	if (!t->first || started < t->first)
		t->first = started;
	if (ended > t->last)
		t->last = ended;
	histogram_add(&t->run, elapsed);
	if (stmt_is_null(row, 2))
		estimate_add(&t->done, elapsed, stmt_double(row, 3), stmt_int(row, 4));
}

static int
add_attempts(struct gathering *g, struct statistics_task *t, int64_t id, int64_t created)
{
	struct stmt *row = stmt_query(g->store, g->err, sql_attempts, "i", id);
	int rc = -1, n = 0;

	while (row && (rc = stmt_next(row, g->err)) > 0) {
		if (stmt_is_null(row, 0)) /* it could not be started */
			continue;
		if (n++ == 0)
			histogram_add(&t->wait, (double)(stmt_int(row, 0) - created) / 1e6);
		add_attempt(t, row);
	}
	return rc;
}

static int
look_at(struct gathering *g, int64_t id)
{
	struct stmt *row = stmt_query(g->store, g->err, sql_execution, "i", id);
	int rc = row ? stmt_next(row, g->err) : -1;
	struct statistics_task *t;
	int64_t created;
	int status;

	if (rc <= 0)
		return rc; /* gone since */
	t = place_of(g, stmt_int(row, 0));
	status = state_find(stmt_text(row, 1));
	created = stmt_int(row, 2);
	stmt_end(row);
	if (!t || status < 0)
		return 0;
	t->looked++;
	t->by[state_account((enum status)status)]++;
	return add_attempts(g, t, id, created);
}

/* Every step-th execution of the selection. */
static int
look_at_all(struct gathering *g)
{
	struct selection sel = *g->sel;
	int64_t ids[PAGE];
	int room = g->s->step > 1 ? 1 : PAGE, n;

	do {
		sel.skip = g->s->step - 1;
		n = execution_ids(g->store, &sel, ids, room, g->err);
		for (int i = 0; i < n; i++)
			if (look_at(g, ids[i]) < 0)
				return -1;
		if (n > 0)
			sel.after = ids[n - 1];
	} while (n > 0);
	return n;
}

/* How many executions the selection has. */
static int
count_all(struct gathering *g)
{
	struct selection sel = *g->sel;
	int64_t ids[PAGE];
	int n;

	if (!sel.task) {
		n = tally_read(g->store, sel.org, sel.job.id, sel.job.generation, &g->sums, g->err);
		g->s->executions = g->sums.submitted;
		return n;
	}
	while ((n = execution_ids(g->store, &sel, ids, PAGE, g->err)) > 0) {
		g->s->executions += n;
		sel.after = ids[n - 1];
	}
	return n;
}

/* ---- what happened lately ---- */

static int
note(const struct happening *h, void *ctx)
{
	struct gathering *g = ctx;
	struct statistics_task *t = NULL;
	struct stmt *row;
	int rc;

	if (h->execution <= 0)
		return 0;
	row = stmt_query(g->store, g->err, sql_whose, "i", h->execution);
	rc = row ? stmt_next(row, g->err) : -1;
	if (rc <= 0)
		return rc;
	if (!g->sel->job.id ||
	    (stmt_int(row, 1) == g->sel->job.id && stmt_int(row, 2) == g->sel->job.generation))
		for (size_t i = 0; i < g->s->len; i++)
			if (g->s->at[i].row == stmt_int(row, 0))
				t = &g->s->at[i];
	stmt_end(row);
	if (!t || h->event == EV_READY)
		return 0;
	if (!t->ended_since)
		t->ended_since = h->time;
	t->ended += h->from != h->to && state_is_final(h->to);
	return 0;
}

static int
look_back(struct gathering *g)
{
	int64_t end = journal_end(g->store, g->err);
	int64_t from = journal_before(
	    g->store, g->now - STATISTICS_LATELY * INT64_C(1000000), g->err);

	if (end < 0 || from < 0)
		return -1;
	if (from < end - EVENTS)
		from = end - EVENTS;
	return journal_each(g->store, from, note, g, g->err) < 0 ? -1 : 0;
}

double
statistics_lately(const struct statistics_task *t, int64_t now)
{
	double seconds = (double)(now - t->ended_since) / 1e6;

	return t->ended && seconds > 0 ? (double)t->ended * 60 / seconds : 0;
}

double
statistics_overall(const struct statistics_task *t)
{
	int64_t ended = t->by[ACC_COMPLETED] + t->by[ACC_FAILED];
	double seconds = (double)(t->last - t->first) / 1e6;

	return seconds > 0 ? (double)ended * 60 / seconds : 0;
}

/* ---- the whole ---- */

static int
by_number(const void *a, const void *b)
{
	const struct statistics_task *x = a, *y = b;

	if (x->looked != y->looked)
		return x->looked < y->looked ? 1 : -1;
	return x->row < y->row ? -1 : x->row > y->row;
}

/* Of one step in many that are alike in turns none would be seen: prime numbers have no such luck.
 */
static int64_t
step_for(int64_t executions)
{
	int64_t step = executions / STATISTICS_LOOKED + 1;

	for (int64_t i = 2; i * i <= step; i++)
		if (step % i == 0) {
			step++;
			i = 1;
		}
	return step;
}

/* From those looked at to those there are. */
static void
scale(struct gathering *g)
{
	bool alone = g->s->len == 1 && !g->sel->task;

	for (size_t i = 0; i < g->s->len; i++) {
		struct statistics_task *t = &g->s->at[i];

		t->exact = alone || g->s->step == 1;
		t->executions = alone ? g->sums.submitted : t->looked * g->s->step;
		for (int k = 0; k < ACC_COUNT; k++)
			t->by[k] = alone ? g->sums.by[k] : t->by[k] * g->s->step;
	}
}

static int
load_tasks(struct gathering *g)
{
	for (size_t i = 0; i < g->s->len; i++) {
		g->s->at[i].task = task_at(g->store, g->s->at[i].row, g->err);
		if (!g->s->at[i].task)
			return -1;
	}
	return 0;
}

int
statistics_gather(
    struct store *store, const struct selection *sel, struct statistics *s, struct err *err)
{
	struct gathering g = {
		.store = store, .sel = sel, .s = s, .now = clock_wall(), .err = err
	};

	*s = (struct statistics){ 0 };
	if (count_all(&g) < 0)
		return -1;
	s->step = step_for(s->executions);
	if (look_at_all(&g) < 0 || look_back(&g) < 0)
		goto fail;
	if (s->len > 0)
		qsort(s->at, s->len, sizeof(*s->at), by_number);
	scale(&g);
	if (load_tasks(&g) == 0)
		return 0;
fail:
	statistics_clear(s);
	return -1;
}

void
statistics_clear(struct statistics *s)
{
	for (size_t i = 0; i < s->len; i++)
		task_free(s->at[i].task);
	free(s->at);
	*s = (struct statistics){ 0 };
}
