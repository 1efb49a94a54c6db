/* SPDX-License-Identifier: MIT */
/* cluster_need: what an element gets so that executions can run in it. */
#include <math.h>

#include "cli/cluster_parts.h"
#include "cli/crew.h"
#include "task/claim.h"
#include "task/retry.h"
#include "task/task.h"

#define OWN_MEMORY (INT64_C(64) << 20) /* of the worker on the node, beside its executions */

static double
larger(double a, double b)
{
	return a > b ? a : b;
}

/* How often an amount goes into what there is, at most `most`. */
static double
fit(double slots, double amount, double there)
{
	double n = amount > 0 && there > 0 ? floor(there / amount + 1e-9) : slots;

	return n < slots ? larger(n, 1) : slots;
}

/* An element for these: with the cores that were ordered, and as much else as so many of them take
 * at once. 1; 0: there is no such room. */
static int
cut(const struct cluster *c, struct cluster_need *n, struct err *err)
{
	const struct batch_need *given = &c->batch->given;
	int64_t least = n->one.memory > 0 ? n->one.memory + OWN_MEMORY : 0;
	struct batch_need *e = &n->element, most;

	*e = (struct batch_need){ .cpus = larger(given->cpus, larger(ceil(n->one.cpus), 1)),
		.gpus = larger(given->gpus, ceil(n->one.gpus)),
		.memory = (int64_t)larger((double)given->memory, (double)least),
		.seconds = given->seconds };
	if (batch_fits(c->batch, e, &most, err) == 0)
		return 0;
	n->slots = fit(e->cpus, n->one.cpus, e->cpus);
	n->slots = fit(n->slots, n->one.gpus, e->gpus);
	if (n->one.memory <= 0)
		return 1;
	n->slots = fit(n->slots, (double)n->one.memory,
	    (double)((given->memory > 0 ? e->memory : most.memory) - OWN_MEMORY));
	if (given->memory <= 0)
		e->memory = (int64_t)n->slots * n->one.memory + OWN_MEMORY;
	return 1;
}

int
cluster_need(
    const struct cluster *c, const struct work *work, struct cluster_need *need, struct err *err)
{
	const struct task *task = work->lane->task;
	struct cluster_need base;
	struct batch_need most;
	struct room one;

	crew_need(work, &one);
	*need = (struct cluster_need){ .one = one,
		.limit = (work->timeout > 0 ? work->timeout : task->hard) *
		    retry_room(&task->retry, FAIL_TIMEOUT, work->past[FAIL_TIMEOUT].all) };
	if (cut(c, need, err) > 0)
		return 1;
	/* it grew beyond all that there is: it gets that */
	need->one.memory = work->memory ? work->memory : task->memory;
	if (need->one.memory >= one.memory || cut(c, need, err) == 0 ||
	    batch_fits(c->batch, &need->element, &most, err) == 0)
		return 0;
	base = *need;
	need->one.memory = most.memory - OWN_MEMORY;
	if (most.memory <= base.element.memory || cut(c, need, NULL) == 0)
		*need = base;
	return 1;
}

bool
cluster_need_is(const struct cluster_need *a, const struct cluster_need *b)
{
	return a->one.cpus == b->one.cpus && a->one.gpus == b->one.gpus &&
	    a->one.memory == b->one.memory && a->limit == b->limit;
}

/* Twice what an element is to take, and one execution that takes all it may: where it is known how
 * long it may be. */
void
cluster_need_time(const struct cluster *c, struct cluster_need *need, double longest)
{
	struct batch_need *e = &need->element, most;
	bool timed = false;

	for (size_t i = 0; i < c->batch->rooms.len; i++)
		timed |= c->batch->rooms.at[i].timed;
	if (e->seconds > 0 || !timed || batch_fits(c->batch, e, &most, NULL) == 0)
		return;
	e->seconds = ceil(2 * longest + need->limit);
	if (most.seconds > 0 && most.seconds < e->seconds)
		e->seconds = most.seconds;
}
