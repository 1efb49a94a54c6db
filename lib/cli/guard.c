/* SPDX-License-Identifier: MIT */
/* guard: limits of time and memory, and nothing left behind. */
#include <signal.h>
#include <stdlib.h>

#include "base/clock.h"
#include "cli/crew.h"
#include "cli/errand.h"
#include "exec/memory.h"
#include "exec/tree.h"
#include "task/task.h"

enum {
	NOTE = 100000,          /* microseconds after which it is written that an execution runs */
	MEMORY_AFTER = 200000,  /* and from when on its memory is looked at */
	MEMORY_PAUSE = 1000000, /* between looks, at most */
	HEAR = 1000000,         /* between looks at what it says of its progress */
	FINISH = 2,             /* seconds for strays at the end */
};

int
guard_init(struct crew *crew, struct err *err)
{
	crew->tree = tree_new(err);
	crew->oom_kills = memory_oom_kills("");
	crew->looked = clock_boot();
	return crew->tree ? 0 : -1;
}

void
guard_clear(struct crew *crew)
{
	if (crew->tree)
		tree_finish(crew->tree, NULL, 0, FINISH);
	tree_free(crew->tree);
}

/* Those that run, in tasks[]; slots[] says which is which, NULL: an errand. The number. */
static size_t
running(const struct crew *crew, struct tree_task *tasks, struct slot **slots)
{
	size_t n = 0;

	for (int i = 0; i < crew->nslots; i++) {
		struct slot *slot = &crew->slots[i];

		if (slot->pid == 0)
			continue;
		tasks[n] = (struct tree_task){ .pid = slot->pid,
			.execution = slot->work ? slot->work->id : 0,
			.attempt = slot->work ? slot->work->attempt : slot->coprocess };
		slots[n++] = slot;
	}
	for (size_t more = errands_running(crew->errands, tasks + n); more > 0; more--)
		slots[n++] = NULL;
	return n;
}

void
guard_ended(struct crew *crew)
{
	tree_ended(crew->tree);
}

bool
guard_out_of_memory(struct crew *crew)
{
	int64_t was = crew->oom_kills;

	crew->oom_kills = memory_oom_kills("");
	return was >= 0 && crew->oom_kills > was;
}

void
guard_clean(struct crew *crew)
{
	struct tree_task tasks[CREW_CHILDREN];
	struct slot *slots[CREW_CHILDREN];
	size_t n = running(crew, tasks, slots);

	tree_clear(crew->tree, tasks, n, true);
}

void
guard_signal(struct crew *crew, const struct slot *slot, int signal)
{
	struct tree_task tasks[CREW_CHILDREN];
	struct slot *slots[CREW_CHILDREN];
	size_t n = running(crew, tasks, slots);

	for (size_t i = 0; i < n; i++)
		if (slots[i] == slot)
			tree_signal(crew->tree, tasks, n, i, signal);
}

void
guard_term(struct crew *crew, const struct slot *slot)
{
	struct tree_task tasks[CREW_CHILDREN];
	struct slot *slots[CREW_CHILDREN];
	size_t n = running(crew, tasks, slots);
	int which = -1;

	for (size_t i = 0; slot && i < n; i++)
		if (slots[i] == slot)
			which = (int)i;
	if (crew->tree && n > 0 && (!slot || which >= 0))
		tree_signal_escaped(crew->tree, tasks, n, which, SIGTERM);
}

/* Does anything that runs have a limit of memory, and runs long enough to be looked at? */
static bool
has_limits(const struct crew *crew, int64_t now)
{
	for (int i = 0; i < crew->nslots; i++) {
		const struct slot *slot = &crew->slots[i];

		if (slot->pid != 0 && slot->room.memory > 0 && now - slot->up >= MEMORY_AFTER)
			return true;
	}
	return false;
}

static void
look_at_memory(struct crew *crew, int64_t now)
{
	struct tree_task tasks[CREW_CHILDREN];
	struct memory_use use[CREW_CHILDREN];
	struct slot *slots[CREW_CHILDREN];
	size_t n = running(crew, tasks, slots);
	int64_t pause = MEMORY_PAUSE;

	for (size_t i = 0; i < n; i++)
		use[i] = (struct memory_use){ .limit = slots[i] ? slots[i]->room.memory : 0 };
	if (memory_look(crew->tree, tasks, n, use) == 0)
		for (size_t i = 0; i < n && slots[i]; i++) {
			if (memory_pause(&use[i]) < pause)
				pause = memory_pause(&use[i]);
			if (slots[i]->out_of_memory)
				continue; /* what it still has tells nothing of why */
			slots[i]->used = use[i].now;
			if (use[i].limit > 0 && use[i].now > use[i].limit)
				slot_out_of_memory(slots[i]);
		}
	crew->looked = now + pause;
}

/* How far does it say it is? */
static void
hear(struct crew *crew, struct slot *slot, int64_t now)
{
	if (slot->heard + HEAR > now || slot->begun + HEAR > now)
		return;
	slot->heard = now;
	if (headway_look(&slot->headway) <= 0)
		return;
	slot->progressed = true;
	commit_progress(crew->commit, slot->work, slot->headway.percent, slot->headway.message);
}

/* Of a process of its own. */
static void
check_slot(struct crew *crew, struct slot *slot, int64_t now)
{
	enum slot_told told = slot->told;

	slot_check(slot, now);
	if (told == SLOT_NOTHING && slot->told == SLOT_TERM)
		guard_term(crew, slot);
	if (slot->before)
		return;
	if (!slot->noted && now - slot->begun >= NOTE) {
		slot->noted = true;
		commit_change(crew->commit, slot->work, EV_START);
	}
	hear(crew, slot, now);
}

void
guard_check(struct crew *crew, int64_t now)
{
	for (int i = 0; i < crew->nslots; i++) {
		struct slot *slot = &crew->slots[i];

		if (slot->stream)
			slot_trim_log(slot, now);
		else if (slot->pid != 0)
			check_slot(crew, slot, now);
	}
	errands_check(crew->errands, now);
	if (now >= crew->looked && has_limits(crew, now))
		look_at_memory(crew, now);
	if (crew->tree && now >= tree_next_check(crew->tree)) {
		struct tree_task tasks[CREW_CHILDREN];
		struct slot *slots[CREW_CHILDREN];
		size_t n = running(crew, tasks, slots);

		tree_clear(crew->tree, tasks, n, false);
	}
}

int64_t
guard_next_check(const struct crew *crew)
{
	int64_t next = crew->tree ? tree_next_check(crew->tree) : INT64_MAX;
	int64_t errands = errands_next_check(crew->errands);

	next = errands < next ? errands : next;
	for (int i = 0; i < crew->nslots; i++) {
		const struct slot *slot = &crew->slots[i];
		int64_t at;

		if (slot->pid == 0)
			continue;
		if (slot->room.memory > 0) {
			at = slot->up + MEMORY_AFTER;
			at = at > crew->looked ? at : crew->looked;
			next = at < next ? at : next;
		}
		if (slot->stream)
			continue;
		at = slot_next_check(slot);
		next = at < next ? at : next;
		if (!slot->noted && !slot->before && slot->begun + NOTE < next)
			next = slot->begun + NOTE;
	}
	return next;
}
