/* SPDX-License-Identifier: MIT */
/* cluster_take: what is ready is taken for the elements of an array job. */
#include <limits.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/buf.h"
#include "base/vec.h"
#include "cli/app.h"
#include "cli/cluster_parts.h"
#include "cli/config.h"
#include "cli/precedent.h"
#include "store/store.h"
#include "task/cache.h"
#include "task/claim.h"
#include "task/cluster.h"
#include "task/fingerprint.h"
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
	struct cluster_need need; /* of all executions of the job, once the first was taken */
	bool begun;               /* it was */
	double left;              /* part of the time of the element that is left */
	double longest;           /* seconds that the longest element most likely takes */
	int count;                /* how many executions it may get still */
	int taken;
	int64_t pilot;     /* the element is the pilot of this task; 0: of none */
	bool cached;       /* the cache had something of what was taken last */
	int64_t completed; /* by it, in all */
	struct err err;
};

/* ---- what may go ---- */

static void
tell_unfit(struct cluster *c, const struct task *task, const struct err *why)
{
	const char *name = task->origin == TASK_ADHOC ? task->argv[0] : task->name;

	if (json_object_get(c->told, name))
		return;
	json_object_set_new(c->told, name, json_true());
	app_fail(
	    c->app, EXIT_NO, "'%s' is not submitted to %s: %s", name, c->plan.profile, why->text);
}

static bool
is_able(const struct lane *lane, void *ctx)
{
	struct taking *t = ctx;
	const struct work one = { .lane = lane };
	struct cluster_need need;
	struct err why = { 0 };

	if (!task_travels(lane->task))
		return false;
	if (cluster_need(t->c, &one, &need, &why) > 0)
		return true;
	tell_unfit(t->c, lane->task, &why);
	return false;
}

/* ---- how many ---- */

static double
seconds_wanted(const struct taking *t)
{
	return t->c->plan.chunk_seconds > 0 ? t->c->plan.chunk_seconds : CLUSTER_SECONDS;
}

/* Seconds that one execution takes of a slot; below 0: nobody knows. */
static double
seconds_of(struct taking *t, const struct task *task)
{
	const struct estimate *known = history_of(t->history, t->c->store, task->row, &t->err);
	double left = known ? estimate_left(known, 1000, 1) : -1;

	return left < 0 ? -1 : left / 1000;
}

/* Which part of an element's time one takes. */
static double
part_of(struct taking *t, const struct lane *lane, const struct cluster_need *need)
{
	double each = seconds_of(t, lane->task);

	if (each < 0)
		return -1;
	return (each > 1e-4 ? each : 1e-4) / need->slots / seconds_wanted(t);
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
room_by_time(struct taking *t, const struct lane *lane, const struct cluster_need *need)
{
	double each = part_of(t, lane, need), fit;

	if (t->pilot)
		return 0;
	if (each < 0)
		return room_for_pilot(t, lane->task);
	fit = t->left / each + 1e-9;
	if (fit < 1 && t->taken == 0)
		return 1;
	return fit < t->count ? (int)fit : t->count;
}

/* Could executions of which this is said be like those, or grow to be? */
static bool
may_be_alike(const struct cluster_need *need, const struct cluster_need *those)
{
	if (cluster_need_is(need, those))
		return true;
	return need->one.cpus == those->one.cpus && need->one.gpus == those->one.gpus &&
	    (need->one.memory < those->one.memory || need->limit < those->limit);
}

/* Lanes that want something else wait for a job of their own. */
static int
room(const struct lane *lane, void *ctx)
{
	struct taking *t = ctx;
	const struct work one = { .lane = lane };
	struct gate *gate = lane->gate;
	struct cluster_need need;
	int64_t next;
	int most, fit;

	if (cluster_need(t->c, &one, &need, &t->err) <= 0)
		return 0;
	if (t->begun && !may_be_alike(&need, &t->need))
		return 0;
	if (gate_look(gate, t->c->store, store_version(t->c->store), &t->err) < 0)
		return 0;
	most = gate_room(gate, clock_wall(), &next);
	if (most == 0)
		return 0;
	fit = t->c->plan.chunk > 0 ? t->count : room_by_time(t, lane, &need);
	return fit < most ? fit : most;
}

static void
took(const struct lane *lane, const struct work *first, int count, void *ctx)
{
	struct taking *t = ctx;

	t->taken += count;
	t->count -= count;
	gate_take(lane->gate, first->id, count, clock_wall());
	if (lane->gate->changed)
		vec_add(&t->gates, lane->gate);
}

/* ---- what was taken ---- */

/* It is not for this element after all. */
static void
untake(struct taking *t, const struct work *work)
{
	struct gate *gate = work->lane->gate;

	t->taken--;
	t->count++;
	gate_forget(gate, work->id);
	if (gate->changed)
		vec_add(&t->gates, gate);
}

/* Where the cache has its result it is completed with that: 1, 0, -1. */
static int
complete(struct taking *t, const struct work *work, struct err *err)
{
	struct cluster *c = t->c;
	struct fingerprint print;
	struct buf result = BUF_INIT;
	int64_t from;
	int rc;

	if (!c->precedent)
		c->precedent = precedent_new(c->app->org, NULL);
	if (work->uncached || !precedent_print(c->precedent, work, &print))
		return 0;
	rc = precedent_find(c->precedent, c->store, work, print.digest, &from, &result, err);
	if (rc > 0) {
		rc = cache_complete(
		    c->store, t->scope.worker, work, print.digest, from, &result, &t->tally, err);
		t->cached |= rc > 0;
		t->completed += rc > 0;
	}
	buf_clear(&result);
	free(print.parts);
	return rc;
}

/* The first decides what all executions of the job are like; of others it is queued again: 1, and
 * it is not ours any more; 0; -1. */
static int
sort_out(struct taking *t, const struct work *work, struct err *err)
{
	struct cluster_need need;
	int rc = complete(t, work, err);

	if (rc != 0)
		return rc;
	if (cluster_need(t->c, work, &need, err) <= 0)
		return -1;
	if (!t->begun)
		t->need = need;
	t->begun = true;
	if (cluster_need_is(&need, &t->need))
		return 0;
	rc = claim_change(t->c->store, t->scope.worker, work->lane, work->id, work->attempt,
	    EV_RETURN, &t->tally, err);
	return rc < 0 ? -1 : 1;
}

/* Frees them. How many stay, or -1. */
static int
sort_all(struct taking *t, struct work *first, struct err *err)
{
	int rc = 0, stay = 0;

	for (struct work *work = first, *next; work; work = next) {
		double part;

		next = work->next;
		if (rc >= 0)
			rc = sort_out(t, work, err);
		if (rc > 0)
			untake(t, work);
		stay += rc == 0;
		if (rc == 0 && (part = part_of(t, work->lane, &t->need)) > 0)
			t->left -= part;
		work_free(work);
	}
	return rc < 0 ? -1 : stay;
}

/* ---- elements ---- */

/* Take executions for it until it has enough: where the cache had some there may be more. How many,
 * or -1. */
static int
take_some(struct taking *t, struct err *err)
{
	int got = 0, n = 1, stay = 0;

	t->cached = true;
	while (t->cached && n > 0 && t->count > 0) {
		struct work *first = NULL, **tail = &first;

		t->cached = false;
		n = claim_take(t->c->store, &t->scope, t->count, &t->tally, &tail, err);
		stay = n < 0 ? -1 : sort_all(t, first, err);
		if (stay < 0)
			return -1;
		got += stay;
	}
	if (t->err.kind == ERR_NONE)
		return got;
	*err = t->err;
	return -1;
}

/* Fill one element: how many executions it got, or -1. */
static int
fill(struct taking *t, int64_t job, int element, struct err *err)
{
	int n;

	t->left = 1;
	t->count = t->c->plan.chunk > 0 ? t->c->plan.chunk : CLUSTER_CHUNK;
	t->taken = 0;
	t->pilot = 0;
	t->scope.worker = worker_stand_in(t->c->store, t->c->app->org, err);
	if (t->scope.worker < 0)
		return -1;
	t->tally.worker = t->scope.worker;
	n = take_some(t, err);
	if (n < 0 || tally_write(&t->tally, t->c->store, err) < 0)
		return -1;
	if (n > 0 && cluster_add(t->c->store, job, element, t->scope.worker, n, t->pilot, err) < 0)
		return -1;
	if ((1 - t->left) * seconds_wanted(t) > t->longest)
		t->longest = (1 - t->left) * seconds_wanted(t);
	return n;
}

static int
note_need(struct taking *t, struct cluster_taken *taken, struct err *err)
{
	struct batch_need *e = &t->need.element;
	json_t *json;
	char *text;
	int rc;

	if (t->longest < seconds_wanted(t))
		t->longest = seconds_wanted(t);
	cluster_need_time(t->c, &t->need, t->longest);
	json = json_pack("{s:f, s:f, s:I, s:f}", "cpus", e->cpus, "gpus", e->gpus, "memory",
	    (json_int_t)e->memory, "seconds", e->seconds);
	text = json_dumps(json, JSON_COMPACT);
	rc = cluster_set_need(t->c->store, taken->job, text, err);
	taken->need = *e;
	free(text);
	json_decref(json);
	return rc;
}

/* 1; 0: nothing is ready for it; -1. */
static int
fill_all(struct taking *t, const char *name, int most, struct cluster_taken *taken, struct err *err)
{
	struct cluster_entry entry = { .org = t->c->app->org,
		.name = name,
		.profile = t->c->plan.profile,
		.options = t->c->options,
		.submitter = t->c->worker };
	int n = 1;

	*taken = (struct cluster_taken){ .job = cluster_enter(t->c->store, &entry, err) };
	if (taken->job < 0)
		return -1;
	while (taken->elements < most && n > 0) {
		n = fill(t, taken->job, taken->elements, err);
		taken->elements += n > 0;
		taken->executions += n > 0 ? n : 0;
	}
	for (size_t i = 0; i < t->gates.len && n >= 0; i++)
		if (gate_write(t->gates.at[i], t->c->store, err) < 0)
			n = -1;
	if (n >= 0 && note_need(t, taken, err) < 0)
		return -1;
	if (n >= 0 && taken->elements == 0)
		n = cluster_drop(t->c->store, taken->job, err);
	taken->cached = t->completed;
	return n < 0 ? -1 : taken->elements > 0;
}

static void
set_defaults(struct task *task, void *ctx)
{
	config_task(ctx, task);
}

static struct lane_book *
book_of(const struct cluster *c)
{
	struct lane_book *book = lane_book_new();

	lane_book_prepare(book, set_defaults, c->config);
	return book;
}

int
cluster_fill(struct cluster *c, const char name[BATCH_UUID], int elements,
    struct cluster_taken *taken, struct err *err)
{
	struct taking t = { .c = c,
		.tally = TALLY_INIT,
		.history = history_new(),
		.scope = { .org = c->app->org,
		    .job = c->plan.job,
		    .queues = c->plan.queues,
		    .book = book_of(c),
		    .able = is_able,
		    .room = room,
		    .took = took } };
	int rc;

	t.scope.ctx = &t;
	rc = fill_all(&t, name, elements, taken, err);
	vec_clear(&t.gates);
	tally_clear(&t.tally);
	history_free(t.history);
	lane_book_free(t.scope.book);
	return rc;
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

int
cluster_is_drained(struct cluster *c, struct err *err)
{
	struct taking t = { .c = c,
		.scope = { .org = c->app->org,
		    .job = c->plan.job,
		    .queues = c->plan.queues,
		    .able = is_able,
		    .door = door } };
	struct claim_waits waits;
	int rc;

	if (c->out > 0)
		return 0;
	t.scope.ctx = &t;
	t.scope.book = book_of(c);
	rc = claim_waiting(c->store, &t.scope, &waits, err);
	lane_book_free(t.scope.book);
	if (rc < 0)
		return -1;
	if (waits.doors[CLAIM_OPEN] || waits.doors[CLAIM_SOON] || waits.doors[CLAIM_SHUT])
		return 0;
	return waits.doors[CLAIM_HOPELESS] ? !waits.moving : !waits.coming;
}
