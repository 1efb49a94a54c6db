/* SPDX-License-Identifier: MIT */
/* claimer: which of what waits a worker takes. */
#include "cli/claimer.h"

#include "base/clock.h"
#include "base/num.h"
#include "cli/app.h"
#include "cli/board.h"
#include "store/store.h"
#include "task/gate.h"
#include "task/history.h"
#include "task/longest.h"
#include "task/task.h"

enum {
	AHEAD = 50000,    /* microseconds of work claimed ahead */
	AHEAD_MAX = 2000, /* executions claimed ahead */
	SLOTS_MAX = 1000,
	MOMENTS =
	    60000000, /* a rate that lets nothing through for longer is no matter of waiting */
};

void
claimer_clear(struct claimer *c)
{
	vec_clear(&c->changed);
	longest_free(c->longest);
}

/* ---- gates ---- */

/* The gate of a lane as it stands in the state. NULL: err. */
static struct gate *
gate_of(struct claimer *c, const struct lane *lane, struct err *err)
{
	struct gate *gate = lane->gate;
	bool first = gate->version == 0;

	if (gate_look(gate, c->store, c->version, err) < 0)
		return NULL;
	if (first && c->attended)
		gate_hurry(gate, clock_wall());
	return gate;
}

/* To be written with this transaction. */
static void
note(struct claimer *c, struct gate *gate)
{
	if (!gate->changed)
		return;
	for (size_t i = 0; i < c->changed.len; i++)
		if (c->changed.at[i] == gate)
			return;
	vec_add(&c->changed, gate);
}

/* It is no use to wait for this one, and whoever waits should know. */
static void
tell_end(const struct claimer *c, const struct gate *gate, const char *name, enum gate_news news)
{
	if (news == GATE_OPENED)
		app_fail(c->app, EXIT_NO,
		    "'%s' failed %d times in a row, the rest is not tried: %s", name,
		    gate->breaker.failures, gate_reason(gate));
	else
		app_fail(c->app, EXIT_NO, "'%s' fails whenever it is tried, the rest is not: %s",
		    name, gate_reason(gate));
}

static void
tell_people(const struct claimer *c, const struct gate *gate, enum gate_news news)
{
	const struct task *task = gate->task;
	const char *name = task->origin == TASK_ADHOC ? task->argv[0] : task->name;
	char pause[NUM_TEXT];

	num_span((double)task->rules.breaker.pause / 1e6, pause);
	if (news == GATE_CLOSED)
		app_say(c->app, "'%s' works again", name);
	else if (news != GATE_NOTHING && c->attended && gate_is_hopeless(gate))
		tell_end(c, gate, name, news);
	else if (news == GATE_OPENED)
		app_warn(c->app, "'%s' failed %d times in a row and rests for %s: %s", name,
		    gate->breaker.failures, pause, gate_reason(gate));
	else if (news == GATE_REOPENED)
		app_detail(c->app, "'%s' failed again and rests for %s: %s", name, pause,
		    gate_reason(gate));
}

int
claimer_ended(struct claimer *c, const struct ending *end, struct err *err)
{
	struct gate *gate = gate_of(c, end->lane, err);

	if (!gate)
		return -1;
	tell_people(c, gate, gate_tell(gate, end));
	note(c, gate);
	return 0;
}

int
claimer_returned(struct claimer *c, const struct lane *lane, int64_t id, struct err *err)
{
	struct gate *gate = gate_of(c, lane, err);

	if (!gate)
		return -1;
	gate_forget(gate, id);
	note(c, gate);
	return 0;
}

int
claimer_write(struct claimer *c, struct err *err)
{
	for (size_t i = 0; i < c->changed.len; i++)
		if (gate_write(c->changed.at[i], c->store, err) < 0)
			return -1;
	c->changed.len = 0;
	return 0;
}

/* ---- claiming ---- */

/* Would an execution most likely end before our time is over? */
static bool
is_in_time(struct claimer *c, const struct task *task)
{
	double left = (double)(c->deadline - clock_boot()) / 1e6;
	const struct estimate *known;

	if (!c->deadline)
		return true;
	known = history_of(c->history, c->store, task->row, &c->err);
	if (!known || estimate_fits(known, left))
		return true;
	if (!c->late)
		app_detail(
		    c->app, "executions of '%s' would most likely take too long", task->name);
	c->late = true;
	return false;
}

/* Could we ever run an execution of the lane? */
static bool
is_able(const struct lane *lane, void *ctx)
{
	struct claimer *c = ctx;
	struct room one;

	if (c->at_home && task_travels(lane->task))
		return false;
	room_of_task(lane->task, 0, &one);
	return room_fits(&c->capacity, &one, 1) > 0 && is_in_time(c, lane->task);
}

/* How many of a lane may be taken: what fits, and 50 ms of work ahead. A task that waits for cores,
 * memory or GPUs goes before what is behind it, or small ones would keep it waiting for ever
 * (negative); one that waits for a named limit does not. */
static int
room_for(const struct claimer *c, const struct lane *lane)
{
	int64_t mean = *lane->mean;
	struct room one;
	int fit, ahead = 0;

	room_of_task(lane->task, 0, &one);
	if (lane->task->window > 0) /* what coprocesses have room for; streams.c needs some more */
		fit = room_fits(&c->capacity, &one, SLOTS_MAX) *
			(lane->task->window + 2 * lane->task->turns) -
		    (int)*lane->held;
	else
		fit = room_fits(&c->want.free, &one, c->want.most);
	if (mean > 0 && mean < AHEAD) {
		ahead = (int)(room_fits(&c->capacity, &one, SLOTS_MAX) * AHEAD / mean);
		ahead = (ahead < AHEAD_MAX ? ahead : AHEAD_MAX) - c->want.waiting;
	}
	if (fit < 0)
		fit = 0;
	if (ahead > 0)
		fit += ahead;
	if (fit > 0)
		return fit;
	if (lane->task->window > 0)
		return 0;
	one.nlimits = 0;
	return room_fits(&c->want.free, &one, 1) > 0 ? 0 : -1;
}

/* What its services have room for, and a little that waits for them; limits hold there, too. */
static int
room_at_services(struct claimer *c, const struct lane *lane)
{
	struct room one;
	int room, fit;

	if (board_meet(c->board, c->store, lane->task, &c->err) < 0)
		return 0;
	room_of_task(lane->task, 0, &one);
	room = board_room(c->board, lane->task) - (int)*lane->held;
	fit = room_fits(&c->want.free, &one, room > 0 ? room : 0);
	return fit;
}

/* The same, and what its gate lets through; one whose gate is shut holds up nobody. */
static int
room_behind_gate(const struct lane *lane, void *ctx)
{
	struct claimer *c = ctx;
	struct gate *gate = gate_of(c, lane, &c->err);
	int64_t next;
	int most, room;

	if (!gate)
		return 0;
	most = gate_room(gate, clock_wall(), &next);
	if (most == 0 || (c->barred && !lane->task->remote))
		return 0;
	room = lane->task->remote ? room_at_services(c, lane) : room_for(c, lane);
	c->barred |= room < 0;
	if (room < 0)
		return 0;
	return room < most ? room : most;
}

/* When slots run out of what waits, the longest goes first. */
static int
tail(const struct lane *lane, void *ctx)
{
	struct claimer *c = ctx;
	struct room one;

	room_of_task(lane->task, 0, &one);
	return LONGEST_EACH * room_fits(&c->capacity, &one, SLOTS_MAX);
}

static void
took(const struct lane *lane, const struct work *first, int count, void *ctx)
{
	struct claimer *c = ctx;
	struct room one;
	int fit;

	room_of_task(lane->task, 0, &one);
	fit = room_fits(&c->want.free, &one, count);
	room_take(&c->want.free, &one, fit);
	c->want.waiting += count - fit;
	c->want.most -= count;
	*lane->held += count;
	gate_take(lane->gate, first->id, count, clock_wall());
	note(c, lane->gate);
}

static enum claim_door
door(const struct lane *lane, int64_t *when, void *ctx)
{
	struct claimer *c = ctx;
	struct gate *gate = gate_of(c, lane, &c->err);
	int64_t now = clock_wall();

	*when = 0;
	if (!gate || board_meet(c->board, c->store, lane->task, &c->err) < 0)
		return CLAIM_OPEN;
	if (gate_room(gate, now, when) > 0)
		return lane->task->remote ? board_door(c->board, lane->task, when) : CLAIM_OPEN;
	if (gate_is_hopeless(gate))
		return CLAIM_HOPELESS;
	if (gate->breaker.state == BREAKER_CLOSED && *when - now <= MOMENTS)
		return CLAIM_SOON;
	return CLAIM_SHUT;
}

void
claimer_serve(struct claimer *c, struct claim_scope *scope)
{
	scope->able = is_able;
	scope->room = room_behind_gate;
	c->longest = longest_new();
	scope->tail = tail;
	scope->longest = c->longest;
	scope->took = took;
	scope->door = door;
	scope->ctx = c;
}

void
claimer_begin(struct claimer *c)
{
	c->version = store_version(c->store);
}

/* What a callback came upon. */
static int
failed(struct claimer *c, struct err *err)
{
	if (c->err.kind == ERR_NONE)
		return 0;
	*err = c->err;
	return -1;
}

int
claimer_take(struct claimer *c, const struct claim_scope *scope, const struct want *want,
    struct tally *tally, struct work ***tail, struct err *err)
{
	int n;

	c->want = *want;
	c->barred = false;
	n = claim_take(c->store, scope, want->most, tally, tail, err);
	return n < 0 || failed(c, err) < 0 ? -1 : n;
}

int
claimer_look(
    struct claimer *c, const struct claim_scope *scope, struct claim_waits *waits, struct err *err)
{
	claimer_begin(c);
	return claim_waiting(c->store, scope, waits, err) < 0 ? -1 : failed(c, err);
}
