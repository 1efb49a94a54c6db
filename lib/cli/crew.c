/* SPDX-License-Identifier: MIT */
/* crew: what a worker runs: processes in slots, and the work that waits for them. */
#include "cli/crew.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <uthash.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "cli/calls.h"
#include "cli/errand.h"
#include "task/begun.h"
#include "task/gate.h"
#include "task/task.h"

enum {
	OUR_FILES = 64, /* open at a time, beside those of slots */
	SLOT_FILES = 6,
	STUCK = 10000000, /* microseconds that nothing can be started until the worker gives up */
};

/* What the processes of a task get. */
struct env_entry {
	const struct task *task;
	struct slot_env env;
	UT_hash_handle hh;
};

/* So many slots have room for their files, and the worker for its own. */
static int
most_slots(void)
{
	long n = (proc_raise_files() - OUR_FILES) / SLOT_FILES;

	return n < 1 ? 1 : n < CREW_SLOTS ? (int)n : CREW_SLOTS;
}

int
crew_init(struct crew *crew, struct err *err)
{
	crew->ready_tail = &crew->ready;
	crew->free = crew->capacity;
	crew->slots = xcalloc(CREW_SLOTS, sizeof(*crew->slots));
	gpus_init(&crew->gpus, crew->capacity.gpus);
	crew->errands = errands_new(crew->app, crew->source.state, crew->hook_limit);
	if (!crew->scratch)
		return 0;
	crew->most = most_slots();
	crew->begun = crew->note ? begun_new_at(crew->note, CREW_SLOTS, err)
				 : begun_new(crew->scratch, CREW_SLOTS, err);
	return crew->begun ? guard_init(crew, err) : -1;
}

void
crew_clear(struct crew *crew)
{
	struct env_entry *entry, *next;

	errands_free(crew->errands);
	guard_clear(crew);
	calls_free(crew->calls);
	for (int i = 0; i < crew->nslots; i++)
		slot_close(&crew->slots[i]);
	free(crew->slots);
	HASH_ITER(hh, crew->envs, entry, next)
	{
		HASH_DEL(crew->envs, entry);
		slot_env_clear(&entry->env);
		free(entry);
	}
	begun_free(crew->begun);
	inputs_source_clear(&crew->source);
}

/* ---- what waits ---- */

void
crew_add(struct crew *crew, struct work *list)
{
	*crew->ready_tail = list;
	while (*crew->ready_tail) {
		crew->ready_tail = &(*crew->ready_tail)->next;
		crew->nready++;
	}
}

struct work *
crew_take(struct crew *crew)
{
	struct work *work = crew->ready;

	crew->ready = work->next;
	if (!crew->ready)
		crew->ready_tail = &crew->ready;
	crew->nready--;
	work->next = NULL;
	return work;
}

struct work *
crew_pick(struct crew *crew, int64_t id)
{
	for (struct work **at = &crew->ready; *at; at = &(*at)->next) {
		struct work *work = *at;

		if (work->id != id)
			continue;
		*at = work->next;
		if (!work->next)
			crew->ready_tail = at;
		crew->nready--;
		work->next = NULL;
		return work;
	}
	return NULL;
}

void
crew_put_back(struct crew *crew, struct work *work)
{
	work->next = crew->ready;
	crew->ready = work;
	if (!work->next)
		crew->ready_tail = &work->next;
	crew->nready++;
}

/* ---- room ---- */

void
crew_need(const struct work *work, struct room *one)
{
	const struct task *task = work->lane->task;
	int64_t memory = work->memory ? work->memory : task->memory;

	memory = (int64_t)((double)memory *
	    retry_room(&task->retry, FAIL_MEMORY, work->past[FAIL_MEMORY].all));
	room_of_task(task, memory, one);
}

struct slot_env *
crew_env(struct crew *crew, const struct task *task)
{
	struct env_entry *entry;

	HASH_FIND_PTR(crew->envs, &task, entry);
	if (!entry) {
		entry = xcalloc(1, sizeof(*entry));
		entry->task = task;
		slot_env_init(&entry->env, task, crew->app->org);
		HASH_ADD_PTR(crew->envs, task, entry);
	}
	return &entry->env;
}

/* No more slots than there are: it goes on with these. */
static void
stop_at(struct crew *crew, const char *why)
{
	if (crew->nslots < CREW_SLOTS && crew->most > 0)
		app_warn(crew->app, "no more than %d at once: %s", crew->nslots, why);
	crew->most = 0;
}

/* A free slot, opened if need be; NULL: there can be no more, or err. */
static struct slot *
free_slot(struct crew *crew)
{
	struct err why = { 0 };
	struct slot *slot;

	for (int i = 0; crew->busy < crew->nslots && i < crew->nslots; i++)
		if (crew->slots[i].pid == 0)
			return &crew->slots[i];
	if (crew->nslots >= crew->most) {
		stop_at(crew, "the limit of open files (ulimit -n)");
		return NULL;
	}
	slot = &crew->slots[crew->nslots];
	if (slot_open(slot, crew->nslots, crew->scratch, &why) < 0) {
		slot_close(slot);
		if (crew->nslots == 0)
			crew->err = why;
		else
			stop_at(crew, why.text);
		return NULL;
	}
	slot->keep = crew->keep;
	crew->nslots++;
	return slot;
}

struct slot *
crew_enter(struct crew *crew, const struct work *work)
{
	struct slot *slot;
	struct room one;

	crew_need(work, &one);
	if (crew->busy > 0 && room_fits(&crew->free, &one, 1) == 0)
		return NULL;
	slot = free_slot(crew);
	if (!slot || !gpus_take(&crew->gpus, one.gpus, &slot->gpus))
		return NULL;
	room_take(&crew->free, &one, 1);
	slot->room = one;
	slot->log_cap = crew->log_cap;
	crew->busy++;
	return slot;
}

void
crew_leave(struct crew *crew, struct slot *slot)
{
	room_give(&crew->free, &slot->room, 1);
	gpus_give(&crew->gpus, &slot->gpus);
	crew->busy--;
}

void
crew_learn(struct crew *crew, const struct lane *lane, int64_t elapsed)
{
	double seconds = (double)elapsed / 1e6;
	int64_t mean = *lane->mean;

	crew->mean = crew->mean > 0 ? 0.9 * crew->mean + 0.1 * seconds : seconds;
	*lane->mean = mean > 0 ? (9 * mean + elapsed) / 10 + 1 : elapsed + 1;
}

void
crew_ended(struct crew *crew, struct ended *ended)
{
	const struct rules *rules = &ended->end.lane->task->rules;

	crew->hooked |= rules->hooks.after || rules->hooks.on_failure;
	--*ended->end.lane->held;
	commit_ended(crew->commit, ended);
}

void
crew_return(struct crew *crew, struct work *work)
{
	--*work->lane->held;
	inputs_remove(work);
	commit_return(crew->commit, work);
}

void
crew_refused(struct crew *crew, const struct err *why)
{
	int64_t now = clock_boot();

	crew->full = true;
	if (crew->busy > 0 || crew->refused == 0)
		crew->refused = now;
	else if (now - crew->refused >= STUCK)
		crew->err = *why;
}

/* ---- processes ---- */

/* What could not be started in a slot ends here, and true; where the machine refused it is not to
 * blame: it waits until others have ended. */
static bool
leave_unstarted(struct crew *crew, struct slot *slot, struct work *work, const struct err *why)
{
	begun_set(crew->begun, slot->number, 0);
	crew_leave(crew, slot);
	if (why->kind != ERR_SYSTEM) {
		crew_ended(crew, verdict_unstarted(work, why));
		return true;
	}
	crew_refused(crew, why);
	return false;
}

/* Start work in a slot of its own, or what its task wants to be run before. False: not now. */
static bool
start(struct crew *crew, struct work *work)
{
	const struct task *task = work->lane->task;
	struct slot *slot = crew_enter(crew, work);
	struct err why = { 0 };
	int rc;

	if (!slot)
		return false;
	if (work->attempt > 1)
		guard_clean(crew);
	slot_empty(slot);
	begun_set(crew->begun, slot->number, work->id);
	rc = inputs_place(&crew->source, work, crew->scratch, &why);
	if (rc == 0 && task->rules.hooks.before)
		rc = slot_start_before(
		    slot, task, work, crew->app->org, crew->source.state, crew->hook_limit, &why);
	else if (rc == 0)
		rc = slot_start(slot, crew_env(crew, task), work, &why);
	if (rc < 0)
		return leave_unstarted(crew, slot, work, &why);
	crew->refused = 0;
	return true;
}

/* What was to be run before has ended well: now the work itself, in the same slot. */
static void
go_on(struct crew *crew, struct slot *slot)
{
	struct work *work = slot->work;
	struct err why = { 0 };

	if (slot_start(slot, crew_env(crew, work->lane->task), work, &why) == 0)
		return;
	slot_drop_folder(slot);
	if (!leave_unstarted(crew, slot, work, &why))
		crew_put_back(crew, work);
}

/* Start work in the way of its task. False: not now. */
static bool
begin(struct crew *crew, struct work *work)
{
	const struct task *task = work->lane->task;

	if (task->remote)
		return calls_give(crew, work);
	return task->window ? streams_give(crew, work) : start(crew, work);
}

void
crew_fill(struct crew *crew)
{
	crew->full = false;
	while (crew->ready && !crew->stopping && !crew->throttled && !crew->full &&
	    !errands_are_many(crew->errands) && crew->err.kind == ERR_NONE) {
		struct work *work = crew_take(crew);

		if (work->lane->gate->shut) {
			crew_return(crew, work);
			continue;
		}
		if (begin(crew, work))
			continue;
		crew_put_back(crew, work);
		streams_finish(crew);
		return;
	}
}

static void
reap(struct crew *crew, struct slot *slot)
{
	struct outcome outcome = { 0 };

	if (proc_reap(slot->pid, &outcome) == 0)
		return;
	guard_ended(crew);
	if (slot->before && slot_may_go_on(slot, &outcome)) {
		go_on(crew, slot);
		return;
	}
	slot->out_of_memory |= !outcome.exited && outcome.signal == SIGKILL &&
	    slot->told != SLOT_KILL && guard_out_of_memory(crew);
	crew_learn(crew, slot->work->lane, clock_boot() - slot->begun);
	crew_leave(crew, slot);
	crew_ended(crew, verdict_of(slot, &outcome));
	begun_set(crew->begun, slot->number, 0);
}

void
crew_reap(struct crew *crew)
{
	siginfo_t info;

	/* the usual case is one child: find it without asking for each */
	info.si_pid = 0;
	while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0) {
		int i = 0;

		while (i < crew->nslots && crew->slots[i].pid != info.si_pid)
			i++;
		if (i == crew->nslots && errands_reap(crew->errands, info.si_pid))
			guard_ended(crew);
		else if (i == crew->nslots)
			waitpid(info.si_pid, NULL, WNOHANG); /* a stray */
		else if (crew->slots[i].stream)
			streams_reap(crew, &crew->slots[i]);
		else
			reap(crew, &crew->slots[i]);
		crew_fill(crew);
		info.si_pid = 0;
	}
}

struct slot *
crew_slot(struct crew *crew, int64_t id)
{
	for (int i = 0; i < crew->nslots; i++)
		if (crew->slots[i].work && crew->slots[i].work->id == id)
			return &crew->slots[i];
	return NULL;
}
