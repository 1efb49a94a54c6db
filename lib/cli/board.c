/* SPDX-License-Identifier: MIT */
/* board: the services of the tasks that a worker has met. */
#include "cli/board.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/num.h"
#include "cli/app.h"
#include "cli/board_parts.h"
#include "task/service.h"
#include "task/task.h"

enum {
	MOMENT = 500000, /* microseconds until a probe is looked for again */
	AHEAD_MOST = 500,
	PROBES = 3, /* that fail in a row: nobody should go on waiting */
};

struct board *
board_new(struct app *app, bool attended)
{
	struct board *b = xcalloc(1, sizeof(*b));

	pthread_mutex_init(&b->lock, NULL);
	b->app = app;
	b->attended = attended;
	return b;
}

void
board_free(struct board *b)
{
	if (!b)
		return;
	for (size_t i = 0; i < b->desks.len; i++) {
		service_free(b->desks.at[i]->service);
		free(b->desks.at[i]->fault);
		free(b->desks.at[i]);
	}
	for (size_t i = 0; i < b->tasks.len; i++)
		free(b->tasks.at[i]);
	vec_clear(&b->desks);
	vec_clear(&b->tasks);
	pthread_mutex_destroy(&b->lock);
	free(b);
}

const struct service *
board_service(const struct desk *desk)
{
	return desk->service;
}

static bool
serves(const struct desk *desk, const struct task *task)
{
	return !desk->gone && strcmp(desk->service->task, task->name) == 0;
}

/* ---- what is open ---- */

/* Why a desk gets nothing now. */
enum obstacle { OPEN, FULL, SHUT };

/* *when is lowered to the time when it should be looked at again. */
static enum obstacle
obstacle(const struct desk *desk, int64_t now, int64_t *when)
{
	const struct service *s = desk->service;
	struct breaker breaker = s->state.breaker;
	int64_t next = 0;

	if (s->state.health == SERVICE_UNHEALTHY)
		next = (s->state.checked ? s->state.checked : now) + s->endpoint.interval;
	else if (breaker_ask(&breaker, &s->breaker, 0, now, &next) != BREAKER_WAIT)
		next = 0;
	else if (next == 0)
		next = now + MOMENT; /* when its probe has ended */
	if (next == 0 && s->state.rests > now) {
		*when = s->state.rests < *when ? s->state.rests : *when;
		return FULL;
	}
	if (next == 0)
		return desk->out < s->endpoint.max_in_flight ? OPEN : FULL;
	*when = next < *when ? next : *when;
	return SHUT;
}

static bool
is_hopeless(const struct desk *desk)
{
	return desk->openings > PROBES;
}

enum claim_door
board_door(struct board *b, const struct task *task, int64_t *when)
{
	int64_t now = clock_wall();
	bool any = false, open = false, hopeless = true;

	*when = INT64_MAX;
	pthread_mutex_lock(&b->lock);
	for (size_t i = 0; i < b->desks.len; i++) {
		const struct desk *desk = b->desks.at[i];

		if (!serves(desk, task))
			continue;
		any = true;
		open |= obstacle(desk, now, when) != SHUT;
		hopeless &= is_hopeless(desk);
	}
	pthread_mutex_unlock(&b->lock);
	if (*when == INT64_MAX)
		*when = 0;
	if (open || !any) /* without services they fail, and say so */
		return CLAIM_OPEN;
	return hopeless ? CLAIM_HOPELESS : CLAIM_SHUT;
}

static bool
is_served(const struct board *b, const struct task *task)
{
	for (size_t i = 0; i < b->desks.len; i++)
		if (serves(b->desks.at[i], task))
			return true;
	return false;
}

int
board_room(struct board *b, const struct task *task)
{
	int64_t now = clock_wall(), when = INT64_MAX;
	int room = 0, ahead;

	pthread_mutex_lock(&b->lock);
	for (size_t i = 0; i < b->desks.len; i++)
		if (serves(b->desks.at[i], task) && obstacle(b->desks.at[i], now, &when) != SHUT)
			room += b->desks.at[i]->service->endpoint.max_in_flight;
	if (room == 0 && !is_served(b, task))
		room = ENDPOINT_IN_FLIGHT;
	pthread_mutex_unlock(&b->lock);
	ahead = room / 2;
	return room + (ahead < AHEAD_MOST ? ahead : AHEAD_MOST);
}

/* ---- asking ---- */

static bool
was_tried(const struct board_wish *wish, const struct desk *desk)
{
	for (size_t i = 0; i < wish->ntried; i++)
		if (wish->tried[i] == desk)
			return true;
	return false;
}

/* Does it come before the other? */
static bool
is_better(const struct desk *desk, const struct desk *than)
{
	int64_t mine, other;

	if (!than)
		return true;
	mine = (int64_t)(desk->out + 1) * than->service->endpoint.weight;
	other = (int64_t)(than->out + 1) * desk->service->endpoint.weight;
	return mine < other || (mine == other && desk->picked < than->picked);
}

static bool
has_token(struct desk *desk)
{
	if (desk->service->rate.limit == 0 || desk->tokens > 0)
		return true;
	desk->wanted = desk->service->rate.burst;
	return false;
}

/* It gets a request. */
static void
give(struct board *b, struct desk *desk, int64_t execution, int64_t now)
{
	struct service *s = desk->service;

	desk->out++;
	desk->picked = ++b->picks;
	desk->tokens -= s->rate.limit > 0;
	if (breaker_ask(&s->state.breaker, &s->breaker, execution, now, NULL) == BREAKER_PROBE)
		desk->changed = true;
}

enum board_answer
board_pick(struct board *b, const struct board_wish *wish, struct desk **out, int64_t *when)
{
	int64_t now = clock_wall();
	struct desk *best = NULL;
	bool full = false, any = false;

	*when = INT64_MAX;
	pthread_mutex_lock(&b->lock);
	for (size_t i = 0; i < b->desks.len; i++) {
		struct desk *desk = b->desks.at[i];
		enum obstacle what;

		if (!serves(desk, wish->task) || !service_offers(desk->service, wish->requires))
			continue;
		any = true;
		if (was_tried(wish, desk))
			continue;
		what = obstacle(desk, now, when);
		if (what == OPEN && !has_token(desk))
			what = FULL;
		full |= what == FULL;
		if (what == OPEN && is_better(desk, best))
			best = desk;
	}
	if (best)
		give(b, best, wish->execution, now);
	pthread_mutex_unlock(&b->lock);
	*out = best;
	if (*when == INT64_MAX)
		*when = 0;
	if (best)
		return BOARD_PICKED;
	return !any ? BOARD_NONE : full ? BOARD_FULL : BOARD_SHUT;
}

bool
board_has_other(struct board *b, const struct task *task, const struct desk *desk)
{
	bool has = false;

	pthread_mutex_lock(&b->lock);
	for (size_t i = 0; i < b->desks.len; i++)
		has |= b->desks.at[i] != desk && serves(b->desks.at[i], task);
	pthread_mutex_unlock(&b->lock);
	return has;
}

int64_t
board_changes(struct board *b)
{
	int64_t changes;

	pthread_mutex_lock(&b->lock);
	changes = b->changes;
	pthread_mutex_unlock(&b->lock);
	return changes;
}

/* ---- telling ---- */

/* Nobody should wait for any service of its task. */
static bool
is_end(const struct board *b, const char *task)
{
	for (size_t i = 0; i < b->desks.len; i++)
		if (!b->desks.at[i]->gone && strcmp(b->desks.at[i]->service->task, task) == 0 &&
		    !is_hopeless(b->desks.at[i]))
			return false;
	return b->attended;
}

static void
tell_people(const struct board *b, const struct desk *desk, enum breaker_state was)
{
	const struct service *s = desk->service;
	char pause[NUM_TEXT];

	if (was == s->state.breaker.state)
		return;
	if (s->state.breaker.state == BREAKER_CLOSED)
		app_say(b->app, "service '%s' works again", s->name);
	else if (s->state.breaker.state == BREAKER_OPEN && is_end(b, s->task))
		app_fail(b->app, EXIT_NO, "'%s': no service works, the rest is not tried: %s",
		    s->task, s->state.cause);
	else if (s->state.breaker.state == BREAKER_OPEN && desk->openings == PROBES + 1)
		app_warn(b->app,
		    "service '%s' fails whenever it is tried, of which no more is said: %s",
		    s->name, s->state.cause);
	else if (s->state.breaker.state == BREAKER_OPEN && !is_hopeless(desk))
		app_warn(b->app, "service '%s' failed %d times in a row and rests for %s: %s",
		    s->name, s->state.breaker.failures,
		    num_span((double)s->breaker.pause / 1e6, pause), s->state.cause);
}

void
board_end(struct board *b, struct desk *desk, int64_t execution, enum board_news news,
    const char *why, int64_t rests)
{
	static const enum breaker_event events[] = { [BOARD_ANSWERED] = BREAKER_SUCCESS,
		[BOARD_FAILED] = BREAKER_FAILURE,
		[BOARD_RESTS] = BREAKER_NOTHING,
		[BOARD_NOTHING] = BREAKER_NOTHING };
	struct service *s = desk->service;
	struct breaker_end end = {
		.execution = execution, .at = clock_wall(), .event = events[news]
	};
	enum breaker_state was;

	pthread_mutex_lock(&b->lock);
	was = s->state.breaker.state;
	desk->out--;
	s->state.answered += news == BOARD_ANSWERED;
	s->state.failed += news == BOARD_FAILED;
	if (news == BOARD_RESTS && rests > s->state.rests) {
		s->state.rests = rests;
		desk->changed = true;
	}
	if (news == BOARD_FAILED)
		snprintf(s->state.cause, sizeof(s->state.cause), "%s", why);
	if (breaker_tell(&s->state.breaker, &s->breaker, &end))
		desk->changed = true;
	if (was != BREAKER_OPEN && s->state.breaker.state == BREAKER_OPEN)
		desk->openings++;
	if (was != BREAKER_CLOSED && s->state.breaker.state == BREAKER_CLOSED) {
		desk->openings = 0;
		*s->state.cause = '\0';
	}
	tell_people(b, desk, was);
	pthread_mutex_unlock(&b->lock);
}

/* ---- health ---- */

struct desk *
board_next_check(struct board *b)
{
	struct desk *found = NULL;

	pthread_mutex_lock(&b->lock);
	for (size_t i = 0; i < b->desks.len && !found; i++)
		if (b->desks.at[i]->due)
			found = b->desks.at[i];
	if (found) {
		found->due = false;
		found->checking = true;
	}
	pthread_mutex_unlock(&b->lock);
	return found;
}

bool
board_wants_check(struct board *b)
{
	bool wants = false;

	if (b->desks.len == 0)
		return false;
	pthread_mutex_lock(&b->lock);
	for (size_t i = 0; i < b->desks.len; i++)
		wants |= b->desks.at[i]->due;
	pthread_mutex_unlock(&b->lock);
	return wants;
}

void
board_checked(struct board *b, struct desk *desk, const char *why, json_t *models)
{
	struct service *s = desk->service;
	bool news;

	pthread_mutex_lock(&b->lock);
	news = service_checked(s, why);
	desk->checking = false;
	free(desk->fault);
	desk->fault = why ? xstrdup(why) : NULL;
	desk->changed = true;
	if (news && s->state.health == SERVICE_UNHEALTHY)
		app_warn(b->app, "service '%s' is unhealthy: %s", s->name, why);
	else if (news)
		app_detail(b->app, "service '%s' is healthy", s->name);
	if (s->state.health == SERVICE_UNHEALTHY)
		desk->openings++;
	else if (s->state.breaker.state == BREAKER_CLOSED)
		desk->openings = 0;
	if (models) {
		json_decref(s->state.models);
		s->state.models = json_incref(models);
	}
	pthread_mutex_unlock(&b->lock);
}

void
board_each(struct board *b, board_fn *fn, void *ctx)
{
	pthread_mutex_lock(&b->lock);
	for (size_t i = 0; i < b->desks.len; i++)
		fn(b->desks.at[i]->service, b->desks.at[i]->fault, ctx);
	pthread_mutex_unlock(&b->lock);
}
