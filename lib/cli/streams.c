/* SPDX-License-Identifier: MIT */
/*
 * streams: coprocesses that answer the requests of many executions.
 *
 * A coprocess takes the room of one execution of its task and up to a window
 * of requests. When it dies, those that were not answered and are not to blame
 * go first again, each to a coprocess started for it alone.
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

/* The coprocess of a task with the fewest requests that takes one more; NULL: there is none. */
static struct slot *
find(struct crew *crew, const struct task *task)
{
	struct slot *best = NULL;

	for (int i = 0; i < crew->nslots; i++) {
		struct slot *slot = &crew->slots[i];

		if (!slot->stream || slot->task != task || slot->sole || slot->ending ||
		    stream_room(slot->stream) == 0)
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
	if (slot_start_stream(slot, crew_env(crew, work->lane->task), &why) == 0) {
		crew->streams++;
		slot->sole = work->alone;
		*out = slot;
		return 1;
	}
	crew_leave(crew, slot);
	if (why.kind != ERR_SYSTEM) {
		crew_ended(crew, verdict_unstarted(work, &why));
		return -1;
	}
	if (crew->busy == 0)
		crew->err = why;
	crew->full = true;
	return 0;
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
		.limit = limit * retry_room(&task->retry, FAIL_TIMEOUT, work->timeouts),
		.owner = work };
	int64_t now = clock_boot();

	if (stream_out(slot->stream) == 0)
		slot->begun = now;
	if (work->alone)
		begun_set(crew->begun, slot->number, work->id);
	work->begun = clock_wall();
	stream_send(slot->stream, &request, now);
	crew->out++;
}

bool
streams_give(struct crew *crew, struct work *work)
{
	struct slot *slot = work->alone ? NULL : find(crew, work->lane->task), *other;

	if (!slot || stream_out(slot->stream) > 0) {
		int rc = start(crew, work, &other);

		if (rc < 0)
			return true;
		if (rc > 0)
			slot = other;
	}
	if (!slot)
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
		crew->out--;
		begun_set(crew->begun, slot->number, 0);
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
		}
		n += 2;
	}
}

/* What a dead coprocess did not answer. */
static void
take_rest(struct crew *crew, struct slot *slot)
{
	struct work *again = NULL, **tail = &again, *work;
	bool blamed;
	void *owner;
	int64_t id;

	while (stream_take(slot->stream, &id, &owner, &blamed)) {
		work = owner;
		crew->out--;
		if (work->cancelled) {
			crew_ended(crew, verdict_unstarted(work, NULL));
		} else if (crew->stopping && !blamed) {
			crew_return(crew, work);
		} else if (blamed || (slot->out_of_memory && work->alone)) {
			crew_ended(crew, verdict_of_death(work, slot));
		} else {
			work->alone = true;
			work->next = NULL;
			*tail = work;
			tail = &work->next;
		}
	}
	if (!again)
		return;
	*tail = crew->ready;
	if (!crew->ready)
		crew->ready_tail = tail;
	crew->ready = again;
	for (work = again; work != *tail; work = work->next)
		crew->nready++;
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
		if (!slot->ending && stream_out(slot->stream) == 0 &&
		    (slot->sole || now - slot->begun >= LINGER))
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
			at = slot->sole ? 0 : slot->begun + LINGER;
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
		work->cancelled = true;
		return true;
	}
	return false;
}
