/* SPDX-License-Identifier: MIT */
/*
 * crew: what a worker runs: processes in slots, coprocesses, and the work that waits for them.
 *
 * The parts of the worker share this: worker.c (the loop), crew.c (processes
 * and the waiting work), streams.c (coprocesses), guard.c (what they must not
 * do). All on the main thread.
 */
#ifndef CLI_CREW_H
#define CLI_CREW_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "cli/app.h"
#include "cli/commit.h"
#include "cli/errand.h"
#include "cli/gpus.h"
#include "cli/inputs.h"
#include "cli/room.h"
#include "cli/slot.h"

struct begun;
struct board;
struct calls;
struct env_entry;
struct errands;
struct tree;

enum {
	CREW_SLOTS = 1000,
	CREW_CHILDREN = CREW_SLOTS + ERRANDS_MOST, /* at a time */
};

struct crew {
	struct app *app;
	struct commit *commit;
	const char *scratch;
	const char *note;            /* the file that says what has begun; NULL: one in scratch */
	const char *keep;            /* where work folders stay, NULL: they do not */
	int64_t log_cap;             /* bytes kept of what one execution wrote */
	struct inputs_source source; /* of objects in the place of paths */
	struct room capacity, free;  /* of all; not taken by what runs */
	struct gpus gpus;
	struct env_entry *envs;
	struct slot *slots;
	int nslots, most; /* slots; that there may be */
	int busy;         /* slots with a process or a coprocess */
	int streams;      /* of them, with a coprocess */
	int out;          /* executions that coprocesses or services have */
	int coprocesses;  /* started so far */
	struct begun *begun;
	struct board *board;              /* services */
	struct calls *calls;              /* of them; NULL: none yet */
	struct work *ready, **ready_tail; /* claimed, to be started in this order */
	int nready;
	double mean;     /* seconds between ends in a slot, 0: not known */
	bool full;       /* the machine runs no more processes now */
	int64_t refused; /* since when it runs none at all, by clock_boot; 0: it does */
	bool stopping;
	bool throttled;    /* nothing is begun for now */
	double hook_limit; /* seconds */
	struct errands *errands;
	bool hooked; /* something ended that hooks may be run for */
	struct tree *tree;
	int64_t looked, oom_kills; /* at memory, by clock_boot; of the kernel then */
	struct err err;            /* why it cannot go on */
};

/* Zero-initialised members app, commit, scratch, log_cap, capacity, hook_limit, source must be set.
 * -1: crew_clear all the same. */
int crew_init(struct crew *crew, struct err *err);
void crew_clear(struct crew *crew);

/* Work that was claimed waits to be started. */
void crew_add(struct crew *crew, struct work *list);
/* The first that waits; there is one. */
struct work *crew_take(struct crew *crew);
/* One that waits is taken out; NULL: it is not there. */
struct work *crew_pick(struct crew *crew, int64_t id);
/* It is the first again. */
void crew_put_back(struct crew *crew, struct work *work);

/* Start what waits, in order, while there is room. */
void crew_fill(struct crew *crew);

/* Take note of all children that ended. */
void crew_reap(struct crew *crew);

/* The slot that runs an execution in a process of its own; NULL: none does. */
struct slot *crew_slot(struct crew *crew, int64_t id);

/* What an execution takes, with the room that its tries before have shown it needs. */
void crew_need(const struct work *work, struct room *one);

/* For the parts: a free slot, opened if need be, with room and GPUs taken for the task; NULL: there
 * is none now. And it is free again. */
struct slot *crew_enter(struct crew *crew, const struct work *work);
void crew_leave(struct crew *crew, struct slot *slot);
struct slot_env *crew_env(struct crew *crew, const struct task *task);
/* The machine runs no more processes: wait until others have ended, or give up after a while. */
void crew_refused(struct crew *crew, const struct err *why);
/* An execution of the lane has ended, `elapsed` microseconds after the slot was free for it. */
void crew_learn(struct crew *crew, const struct lane *lane, int64_t elapsed);
/* It has ended, or is given back: hand it to the writer. */
void crew_ended(struct crew *crew, struct ended *ended);
void crew_return(struct crew *crew, struct work *work);

/* ---- coprocesses (streams.c) ---- */

/* Give work to a coprocess of its task, a new one if need be: false: not now. The work is theirs
 * then, or has ended. */
bool streams_give(struct crew *crew, struct work *work);
/* What to poll for: two for each coprocess. The number. */
int streams_fds(const struct crew *crew, struct pollfd *fds);
/* After poll: read answers, write requests. */
void streams_ready(struct crew *crew, const struct pollfd *fds);
/* The child of the slot has ended. */
void streams_reap(struct crew *crew, struct slot *slot);
/* Late requests; coprocesses that nobody needs. */
void streams_check(struct crew *crew, int64_t now);
int64_t streams_next_check(const struct crew *crew);
/* End those that have nothing to do: others need the room, or nothing is left to do. */
void streams_finish(struct crew *crew);
/* End them now; what they had is given back. */
void streams_stop(struct crew *crew, bool kill);
/* Somebody cancelled one that a coprocess has: true; it ends with its answer, or at once where the
 * coprocess has nothing else. */
bool streams_cancel(struct crew *crew, int64_t id);

/* ---- what must not be (guard.c) ---- */

int guard_init(struct crew *crew, struct err *err);
void guard_clear(struct crew *crew);
/* Time limits, memory, strays. */
void guard_check(struct crew *crew, int64_t now);
int64_t guard_next_check(const struct crew *crew);
/* A process has been reaped. Was it killed by the kernel for want of memory? */
void guard_ended(struct crew *crew);
bool guard_out_of_memory(struct crew *crew);
/* Before work is tried again: nothing may be left of the try before. */
void guard_clean(struct crew *crew);
/* Stop all processes of a slot, or let them go on. */
void guard_signal(struct crew *crew, const struct slot *slot, int signal);
/* TERM for what left the process groups of the slots, which got theirs. slot NULL: all. */
void guard_term(struct crew *crew, const struct slot *slot);

#endif
