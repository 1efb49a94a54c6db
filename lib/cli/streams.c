/* SPDX-License-Identifier: MIT */
/*
 * streams: coprocesses that answer the requests of many executions.
 *
 * A coprocess takes the room of one execution of its task and up to a window
 * of requests. When it dies, those that were not answered and are not to blame
 * go first again, each while its coprocess has no other. What is out alone when
 * that one dies, too, gets a coprocess of its own: then it is to blame.
 *
 * One that takes its requests in turn gets the next before it has answered the
 * last, so that it need not wait, but only while enough is left that no other
 * one will have nothing to do.
 */
#include <signal.h>
#include <stdlib.h>

#include "base/clock.h"
#include "cli/crew.h"
#include "cli/verdict.h"
#include "exec/answer.h"
#include "exec/stream.h"
#include "task/begun.h"
#include "task/retry.h"
#include "task/task.h"

enum { LINGER = 1000000 }; /* microseconds that a coprocess waits for more work */

/* Does a coprocess take one more request, and this one? */
static bool
takes(const struct slot *slot, const struct work *work, int64_t memory)
{
	if (slot->task != work->lane->task || slot->ending || slot->sole || slot->dropped)
		return false;
	if (memory > slot->room.memory || (work->alone && stream_out(slot->stream) > 0))
		return false;
	return stream_room(slot->stream) > 0;
}

/* May it wait behind what the coprocess works on? Not where the others would run out of work. */
static bool
may_wait(const struct crew *crew, const struct work *work)
{
	return !work->lane->task->turns || crew->nready >= crew->busy - 1;
}

/* The coprocess with the fewest requests that takes one more; NULL: there is none. */
static struct slot *
find(struct crew *crew, const struct work *work)
{
	struct slot *best = NULL;
	struct room one;

	if (work->fresh)
		return NULL;
	crew_need(work, &one);
	for (int i = 0; i < crew->nslots; i++) {
		struct slot *slot = &crew->slots[i];

		if (!slot->stream || !takes(slot, work, one.memory))
			continue;
		if (!best || stream_out(slot->stream) < stream_out(best->stream))
			best = slot;
	}
	return best;
}

/* Start a coprocess for work. 1; 0: there is no room now; -1: it cannot be started, work ended. */
static int
start(struct crew *crew, struct work *work, struct slot **out)
{
	struct slot *slot = crew_enter(crew, work);
	struct err why = { 0 };

	if (!slot)
		return 0;
	if (slot_start_stream(
		slot, crew_env(crew, work->lane->task), crew->coprocesses + 1, &why) == 0) {
		crew->refused = 0;
		crew->streams++;
		crew->coprocesses++;
		*out = slot;
		return 1;
	}
	crew_leave(crew, slot);
	if (why.kind != ERR_SYSTEM) {
		crew_ended(crew, verdict_unstarted(work, &why));
		return -1;
	}
	crew_refused(crew, &why);
	return 0;
}

/* Who is to blame if we die now? Nobody knows, unless only one is out. */
static void
note(struct crew *crew, const struct slot *slot, const struct work *work)
{
	begun_set(crew->begun, slot->number, stream_out(slot->stream) == 1 ? work->id : 0);
}

static void
send(struct crew *crew, struct slot *slot, struct work *work)
{
	const struct task *task = work->lane->task;
	double limit = work->timeout > 0 ? work->timeout : task->soft;
	struct stream_request request = { .id = work->id,
		.attempt = work->attempt,
		.params = work->params,
		.params_len = work->params_len,
		.limit = limit *
		    retry_room(&task->retry, FAIL_TIMEOUT, work->past[FAIL_TIMEOUT].all),
		.owner = work };
	int64_t now = clock_boot();

	if (stream_out(slot->stream) == 0)
		slot->begun = now;
	slot->sole = work->alone;
	work->begun = clock_wall();
	work->since = now;
	stream_send(slot->stream, &request, now);
	crew->out++;
	note(crew, slot, work);
}

bool
streams_give(struct crew *crew, struct work *work)
{
	struct slot *slot = find(crew, work), *other;
	struct err why = { 0 };

	if (inputs_place(&crew->source, work, crew->scratch, &why) < 0) {
		if (why.kind == ERR_SYSTEM) {
			crew_refused(crew, &why);
			return false;
		}
		crew_ended(crew, verdict_unstarted(work, &why));
		return true;
	}
	if (!slot || stream_out(slot->stream) > 0) {
		int rc = start(crew, work, &other);

		if (rc < 0)
			return true;
		if (rc > 0)
			slot = other;
	}
	if (!slot || (stream_out(slot->stream) > 0 && !may_wait(crew, work)))
		return false;
	send(crew, slot, work);
	return true;
}

int
streams_fds(const struct crew *crew, struct pollfd *fds)
{
	int n = 0;

	for (int i = 0; crew->streams > 0 && i < crew->nslots; i++) {
		struct slot *slot = &crew->slots[i];

		if (!slot->stream)
			continue;
		stream_flush(slot->stream);
		stream_fds(slot->stream, fds + n);
		n += 2;
	}
	return n;
}

/* It is not out any more. */
static void
forget(struct crew *crew, struct slot *slot, const struct work *work)
{
	crew->out--;
	slot->sole = false;
	slot->dropped -= work->cancelled;
}

/* Does it work on something that somebody still wants? */
static bool
is_wanted(const struct slot *slot)
{
	const struct work *oldest = stream_oldest(slot->stream);

	if (slot->task->turns)
		return !oldest || !oldest->cancelled;
	return (size_t)slot->dropped < stream_out(slot->stream);
}

/* Nobody wants what it still works on: end it. */
static void
end_dropped(struct slot *slot, int64_t now)
{
	if (slot->dropped == 0 || is_wanted(slot))
		return;
	slot->ending = true;
	stream_stop(slot->stream, false, now);
}

static void
take_answers(struct crew *crew, struct slot *slot)
{
	struct answer answer;
	void *owner;

	while (stream_next(slot->stream, &answer, &owner)) {
		struct work *work = owner;
		int64_t now = clock_boot();

		crew_learn(crew, work->lane, now - slot->begun);
		slot->begun = now;
		begun_set(crew->begun, slot->number, 0);
		forget(crew, slot, work);
		crew_ended(crew, verdict_of_answer(work, slot, &answer));
		json_decref(answer.message);
	}
}

void
streams_ready(struct crew *crew, const struct pollfd *fds)
{
	int64_t now = clock_boot();
	int n = 0;

	for (int i = 0; crew->streams > 0 && i < crew->nslots; i++) {
		struct slot *slot = &crew->slots[i];

		if (!slot->stream)
			continue;
		if (fds[n].revents || fds[n + 1].revents) {
			stream_ready(slot->stream, fds + n, now);
			take_answers(crew, slot);
			end_dropped(slot, now);
		}
		n += 2;
	}
}

/* Back to the front of what waits, in this order. */
static void
put_first(struct crew *crew, struct work *first, struct work **tail)
{
	if (!first)
		return;
	*tail = crew->ready;
	if (!crew->ready)
		crew->ready_tail = tail;
	crew->ready = first;
	for (struct work *work = first; work != *tail; work = work->next)
		crew->nready++;
}

/* What a dead coprocess did not answer. */
static void
take_rest(struct crew *crew, struct slot *slot)
{
	bool ours = stream_end(slot->stream) == STREAM_TOLD && !slot->out_of_memory, blamed;
	struct work *again = NULL, **tail = &again;
	void *owner;
	int64_t id;

	while (stream_take(slot->stream, &id, &owner, &blamed)) {
		struct work *work = owner;

		forget(crew, slot, work);
		if (work->cancelled) {
			crew_ended(crew, verdict_unstarted(work, NULL));
		} else if (blamed && !ours) {
			crew_ended(crew, verdict_of_death(work, slot));
		} else if (crew->stopping) {
			crew_return(crew, work);
		} else {
			work->fresh = work->alone;
			work->alone = true;
			work->next = NULL;
			*tail = work;
			tail = &work->next;
		}
	}
	put_first(crew, again, tail);
}

void
streams_reap(struct crew *crew, struct slot *slot)
{
	if (!stream_reap(slot->stream))
		return;
	guard_ended(crew);
	if (stream_outcome(slot->stream)->signal == SIGKILL && !slot->ending &&
	    guard_out_of_memory(crew))
		slot->out_of_memory = true;
	take_answers(crew, slot);
	take_rest(crew, slot);
	begun_set(crew->begun, slot->number, 0);
	slot_end_stream(slot);
	crew->streams--;
	crew_leave(crew, slot);
}

static void
finish(struct slot *slot, int64_t now)
{
	slot->ending = true;
	stream_finish(slot->stream, now);
}

void
streams_check(struct crew *crew, int64_t now)
{
	for (int i = 0; crew->streams > 0 && i < crew->nslots; i++) {
		struct slot *slot = &crew->slots[i];

		if (!slot->stream)
			continue;
		stream_check(slot->stream, now);
		if (!slot->ending && stream_out(slot->stream) == 0 && now - slot->begun >= LINGER)
			finish(slot, now);
	}
}

int64_t
streams_next_check(const struct crew *crew)
{
	int64_t next = INT64_MAX;

	for (int i = 0; crew->streams > 0 && i < crew->nslots; i++) {
		const struct slot *slot = &crew->slots[i];
		int64_t at;

		if (!slot->stream)
			continue;
		at = stream_next_check(slot->stream);
		if (!slot->ending && stream_out(slot->stream) == 0)
			at = slot->begun + LINGER;
		next = at < next ? at : next;
	}
	return next;
}

void
streams_finish(struct crew *crew)
{
	int64_t now = clock_boot();

	for (int i = 0; crew->streams > 0 && i < crew->nslots; i++) {
		struct slot *slot = &crew->slots[i];

		if (slot->stream && !slot->ending && stream_out(slot->stream) == 0)
			finish(slot, now);
	}
}

void
streams_stop(struct crew *crew, bool kill)
{
	int64_t now = clock_boot();

	for (int i = 0; crew->streams > 0 && i < crew->nslots; i++) {
		struct slot *slot = &crew->slots[i];

		if (!slot->stream)
			continue;
		slot->ending = true;
		stream_stop(slot->stream, kill, now);
	}
}

bool
streams_cancel(struct crew *crew, int64_t id)
{
	for (int i = 0; crew->streams > 0 && i < crew->nslots; i++) {
		struct slot *slot = &crew->slots[i];
		struct work *work = slot->stream ? stream_owner(slot->stream, id) : NULL;

		if (!work)
			continue;
		slot->dropped += !work->cancelled;
		work->cancelled = true;
		end_dropped(slot, clock_boot());
		return true;
	}
	return false;
}
