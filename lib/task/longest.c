/* SPDX-License-Identifier: MIT */
/* longest: which of what waits in a lane most likely takes longest, by what its task says. */
#include "task/longest.h"

#include <stdbool.h>
#include <stdlib.h>
#include <uthash.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/jq.h"
#include "base/json.h"
#include "base/vec.h"
#include "store/stmt.h"
#include "store/text.h"
#include "task/lane.h"
#include "task/task.h"

enum {
	FRESH = 256,   /* that are looked at in one transaction: 0.1 ms each, others wait for it */
	KEPT = 100000, /* costs in memory */
};

static const char sql_count[] = "SELECT ready FROM lane WHERE id = ?";
static const char sql_queued[] = "SELECT id FROM execution INDEXED BY execution_ready"
				 " WHERE lane = ? AND status = 'queued' ORDER BY id LIMIT ?";

/* The cost of an execution. */
struct known {
	int64_t id;
	double cost;
	UT_hash_handle hh;
};

/* What a task says. */
struct said {
	int64_t task;  /* its row */
	struct jq *jq; /* NULL: it is wrong */
	UT_hash_handle hh;
};

struct longest {
	struct known *costs;
	struct said *said;
	struct buf params;
};

/* One that waits. */
struct waiting {
	int64_t id;
	double cost;
};

struct longest *
longest_new(void)
{
	return xcalloc(1, sizeof(struct longest));
}

static void
forget_costs(struct longest *l)
{
	struct known *k, *next;

	HASH_ITER(hh, l->costs, k, next)
	{
		HASH_DEL(l->costs, k);
		free(k);
	}
}

void
longest_free(struct longest *l)
{
	struct said *s, *next;

	if (!l)
		return;
	forget_costs(l);
	HASH_ITER(hh, l->said, s, next)
	{
		HASH_DEL(l->said, s);
		jq_free(s->jq);
		free(s);
	}
	buf_clear(&l->params);
	free(l);
}

int
longest_is_time(struct store *store, const struct lane *lane, int among, struct err *err)
{
	int64_t ready = 0;

	if (!lane->task->rules.cost || among <= 0)
		return 0;
	if (stmt_number(store, err, &ready, sql_count, "i", lane->id) < 0)
		return -1;
	return ready <= (among < LONGEST_MOST ? among : LONGEST_MOST);
}

static struct jq *
program_of(struct longest *l, const struct task *task)
{
	struct said *s;

	HASH_FIND(hh, l->said, &task->row, sizeof(task->row), s);
	if (s)
		return s->jq;
	s = xcalloc(1, sizeof(*s));
	s->task = task->row;
	s->jq = jq_new(task->rules.cost, NULL);
	HASH_ADD(hh, l->said, task, sizeof(s->task), s);
	return s->jq;
}

/* What the task says of these parameters. */
static double
cost_by(struct jq *jq, const struct buf *params)
{
	json_t *input = jq ? json_parse(params->data, params->len, NULL) : NULL;
	json_t *out = input ? jq_one(jq, input, NULL) : NULL;
	double cost = json_number_value(out);

	json_decref(out);
	json_decref(input);
	return cost;
}

/* The cost of one; *fresh counts those that had to be looked at. 0 or -1. */
static int
cost_of(struct longest *l, struct store *store, const struct task *task, struct waiting *w,
    int *fresh, struct err *err)
{
	struct known *k;

	HASH_FIND(hh, l->costs, &w->id, sizeof(w->id), k);
	if (k)
		w->cost = k->cost;
	if (k || *fresh == FRESH)
		return 0;
	++*fresh;
	buf_reset(&l->params);
	if (text_get(store, TEXT_PARAMS, w->id, &l->params, err) < 0)
		return -1;
	w->cost = cost_by(program_of(l, task), &l->params);
	k = xcalloc(1, sizeof(*k));
	k->id = w->id;
	k->cost = w->cost;
	HASH_ADD(hh, l->costs, id, sizeof(k->id), k);
	return 0;
}

static int
compare(const void *a, const void *b)
{
	const struct waiting *x = a, *y = b;

	if (x->cost != y->cost)
		return x->cost < y->cost ? 1 : -1;
	return (x->id > y->id) - (x->id < y->id);
}

int
longest_pick(struct longest *l, struct store *store, const struct lane *lane, int most,
    int64_t *ids, struct err *err)
{
	struct stmt *row = stmt_query(
	    store, err, sql_queued, "ii", lane->id, (int64_t)LONGEST_MOST);
	VEC(struct waiting) all = VEC_INIT;
	int fresh = 0, rc = -1, n = 0;

	if (HASH_COUNT(l->costs) > KEPT)
		forget_costs(l);
	while (row && (rc = stmt_next(row, err)) > 0)
		vec_add(&all, ((struct waiting){ .id = stmt_int(row, 0) }));
	for (size_t i = 0; i < all.len && rc == 0; i++)
		rc = cost_of(l, store, lane->task, &all.at[i], &fresh, err);
	if (rc == 0) {
		qsort(all.at, all.len, sizeof(*all.at), compare);
		n = all.len < (size_t)most ? (int)all.len : most;
	}
	for (int i = 0; i < n; i++)
		ids[i] = all.at[i].id;
	vec_clear(&all);
	return rc < 0 ? -1 : n;
}
