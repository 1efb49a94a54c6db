/* SPDX-License-Identifier: MIT */
/* cluster_take: what is ready is taken for the elements of an array job. */
#include <limits.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/vec.h"
#include "cli/app.h"
#include "cli/cluster_parts.h"
#include "cli/config.h"
#include "store/store.h"
#include "task/claim.h"
#include "task/cluster.h"
#include "task/gate.h"
#include "task/history.h"
#include "task/task.h"
#include "task/workers.h"

/* While elements are filled. */
struct taking {
	struct cluster *c;
	struct claim_scope scope;
	struct tally tally;
	struct history *history;
	VEC(struct gate *) gates; /* to be written */
	double seconds;           /* what is left of the element, of one core */
	int count;                /* executions, likewise */
	int taken;
	int64_t pilot; /* the element is the pilot of this task; 0: of none */
	struct err err;
};

/* Calls to services need no cluster, and nobody there keeps count of a named limit. */
static bool
is_able(const struct lane *lane, void *ctx)
{
	(void)ctx;
	return !lane->task->remote && lane->task->rules.nlimits == 0;
}

/* Seconds that one execution takes of the cores of an element; below 0: nobody knows. */
static double
seconds_of(struct taking *t, const struct task *task)
{
	const struct estimate *known = history_of(t->history, t->c->store, task->row, &t->err);
	double left = known ? estimate_left(known, 1000, 1) : -1;

	return left < 0 ? -1 : left / 1000 * (task->cpus > 1 ? task->cpus : 1);
}

/* How many of a task that nobody knows: a pilot, alone in its element. */
static int
room_for_pilot(struct taking *t, const struct task *task)
{
	int out = cluster_has_pilot(t->c->store, task->row, &t->err);

	if (out != 0 || t->taken > 0)
		return 0;
	t->pilot = task->row;
	return CLUSTER_PILOT;
}

static int
room_by_time(struct taking *t, const struct task *task)
{
	double each = seconds_of(t, task), fit;

	if (t->pilot)
		return 0;
	if (each < 0)
		return room_for_pilot(t, task);
	fit = t->seconds / (each > 1e-4 ? each : 1e-4);
	if (fit < 1 && t->taken == 0)
		return 1;
	return fit < t->count ? (int)fit : t->count;
}

static int
room(const struct lane *lane, void *ctx)
{
	struct taking *t = ctx;
	struct gate *gate = lane->gate;
	int64_t next;
	int most, fit;

	if (gate_look(gate, t->c->store, store_version(t->c->store), &t->err) < 0)
		return 0;
	most = gate_room(gate, clock_wall(), &next);
	if (most == 0)
		return 0;
	fit = t->c->plan.chunk > 0 ? t->count : room_by_time(t, lane->task);
	return fit < most ? fit : most;
}

static void
took(const struct lane *lane, const struct work *first, int count, void *ctx)
{
	struct taking *t = ctx;

	t->taken += count;
	t->count -= count;
	if (t->c->plan.chunk == 0 && !t->pilot)
		t->seconds -= seconds_of(t, lane->task) * count;
	gate_take(lane->gate, first->id, count, clock_wall());
	if (lane->gate->changed)
		vec_add(&t->gates, lane->gate);
}

/* Fill one element: how many executions it got, or -1. */
static int
fill(struct taking *t, int64_t job, int element, struct err *err)
{
	const struct cluster_plan *plan = &t->c->plan;
	double cpus = t->c->batch->cpus > 0 ? t->c->batch->cpus : 1;
	struct work *first = NULL, **tail = &first;
	int n;

	t->seconds = (plan->chunk_seconds > 0 ? plan->chunk_seconds : CLUSTER_SECONDS) * cpus;
	t->count = plan->chunk > 0 ? plan->chunk : CLUSTER_CHUNK;
	t->taken = 0;
	t->pilot = 0;
	t->scope.worker = worker_stand_in(t->c->store, t->c->app->org, err);
	if (t->scope.worker < 0)
		return -1;
	t->tally.worker = t->scope.worker;
	n = claim_take(t->c->store, &t->scope, t->count, &t->tally, &tail, err);
	while (first) {
		struct work *next = first->next;

		work_free(first);
		first = next;
	}
	if (n >= 0 && t->err.kind != ERR_NONE) {
		*err = t->err;
		return -1;
	}
	if (n <= 0)
		return n;
	if (tally_write(&t->tally, t->c->store, err) < 0 ||
	    cluster_add(t->c->store, job, element, t->scope.worker, n, t->pilot, err) < 0)
		return -1;
	return n;
}

/* Within the transaction: the job, 0: nothing is ready, -1. */
static int64_t
fill_all(struct taking *t, const char *name, int elements, int *count, struct err *err)
{
	struct cluster_entry entry = { .org = t->c->app->org,
		.name = name,
		.profile = t->c->plan.profile,
		.options = t->c->options,
		.submitter = t->c->worker };
	int64_t job = cluster_enter(t->c->store, &entry, err);
	int n = 1;

	*count = 0;
	for (int i = 0; i < elements && job > 0 && n > 0; i++) {
		n = fill(t, job, i, err);
		*count += n > 0;
	}
	for (size_t i = 0; i < t->gates.len && n >= 0; i++)
		if (gate_write(t->gates.at[i], t->c->store, err) < 0)
			n = -1;
	if (job < 0 || n < 0)
		return -1;
	return *count > 0 ? job : 0;
}

/* How the gate of its task stands. */
static enum claim_door
door(const struct lane *lane, int64_t *when, void *ctx)
{
	struct taking *t = ctx;
	struct gate *gate = lane->gate;

	*when = 0;
	if (gate_look(gate, t->c->store, store_version(t->c->store), &t->err) < 0 ||
	    gate_room(gate, clock_wall(), when) > 0)
		return CLAIM_OPEN;
	return gate_is_hopeless(gate) ? CLAIM_HOPELESS : CLAIM_SHUT;
}

int64_t
cluster_take(
    struct cluster *c, const char name[BATCH_UUID], int elements, int *count, struct err *err)
{
	struct taking t = { .c = c,
		.tally = TALLY_INIT,
		.history = history_new(),
		.scope = { .org = c->app->org,
		    .job = c->plan.job,
		    .queues = c->plan.queues,
		    .book = lane_book_new(),
		    .able = is_able,
		    .room = room,
		    .took = took } };
	int64_t job = -1;

	t.scope.ctx = &t;
	if (store_begin(c->store, err) == 0) {
		job = fill_all(&t, name, elements, count, err);
		if (job <= 0)
			store_rollback(c->store);
		else if (store_commit(c->store, err) < 0)
			job = -1;
	}
	vec_clear(&t.gates);
	tally_clear(&t.tally);
	history_free(t.history);
	lane_book_free(t.scope.book);
	return job;
}

int
cluster_is_drained(struct cluster *c, struct err *err)
{
	struct taking t = { .c = c,
		.scope = { .org = c->app->org,
		    .job = c->plan.job,
		    .queues = c->plan.queues,
		    .book = lane_book_new(),
		    .able = is_able } };
	struct claim_waits waits;
	int rc;

	if (c->out > 0) {
		lane_book_free(t.scope.book);
		return 0;
	}
	t.scope.ctx = &t;
	t.scope.door = door;
	rc = claim_waiting(c->store, &t.scope, &waits, err);
	lane_book_free(t.scope.book);
	if (rc < 0)
		return -1;
	if (waits.doors[CLAIM_OPEN] || waits.doors[CLAIM_SOON] || waits.doors[CLAIM_SHUT])
		return 0;
	return waits.doors[CLAIM_HOPELESS] ? !waits.moving : !waits.coming;
}
