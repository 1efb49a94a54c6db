/* SPDX-License-Identifier: MIT */
/*
 * slot: a place where one execution runs at a time.
 *
 * A slot keeps its files for its whole life: parameters in memory (the stdin
 * of the child), output and log in the scratch folder of the worker, and the
 * work folder for tasks that ask for one. The log survives the worker.
 */
#ifndef CLI_SLOT_H
#define CLI_SLOT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "cli/gpus.h"
#include "cli/room.h"
#include "cli/slot_env.h"
#include "exec/headway.h"
#include "exec/proc.h"
#include "exec/sink.h"
#include "task/claim.h"
#include "task/task.h"

enum slot_told { SLOT_NOTHING, SLOT_TERM, SLOT_KILL };

struct stream;

struct slot {
	int number;
	pid_t pid;             /* 0: free */
	struct work *work;     /* its own while busy; NULL with a coprocess */
	struct stream *stream; /* the coprocess, NULL: none */
	struct room room;      /* taken for it */
	struct gpu_share gpus;
	char **remove;          /* what removes its container, NULL: nothing need */
	struct headway headway; /* what it says of its progress */
	int64_t heard;          /* when that was looked at, by clock_boot */
	bool progressed;        /* and something was written */
	int in;
	struct sink out, err;
	bool clean;              /* they are empty, and nobody else writes to them */
	int64_t log_cap;         /* bytes kept of what one execution wrote */
	char *folder;            /* where its work folder is made, to be emptied afterwards */
	const char *keep;        /* or below this, to stay; NULL: it is not kept */
	char *kept;              /* the one that stays */
	const char *dir;         /* work folder, NULL: the task wants none */
	const struct task *task; /* of the work */
	int64_t started;         /* wall clock */
	double limit;            /* seconds it may run */
	int64_t soft, hard;      /* deadlines by clock_boot */
	int64_t up;              /* when its process was started, by clock_boot */
	int64_t begun, measured; /* the same of the work; when its output was last measured */
	enum slot_told told;
	bool before; /* what runs is not the work yet but what goes before it */
	bool timed_out, overflowed, interrupted, cancelled, out_of_memory;
	int64_t used;   /* bytes of memory when last looked at */
	int coprocess;  /* how many there were before it in this worker, from 1 */
	bool sole;      /* the coprocess has one request that no other may be out beside */
	bool ending;    /* it gets no more */
	int dropped;    /* of its requests: cancelled */
	bool noted;     /* that it runs stands in the state */
	int64_t paused; /* since when, by clock_boot; 0: it is not */
};

/* Make the files of slot number below scratch. */
int slot_open(struct slot *slot, int number, const char *scratch, struct err *err);
void slot_close(struct slot *slot);

/* Empty its files, before begun.h says whose slot it is: who follows that must not take for its
 * output what was written before. slot_start finds out where this failed. */
int slot_empty(struct slot *slot);

/* Start work in a free slot, which owns it from now on. -1: it could not be started (err says why;
 * the slot is free again and the work still the caller's). */
int slot_start(struct slot *slot, struct slot_env *env, struct work *work, struct err *err);

/* Start the hook that goes before the work, with its record, in the same way; its time is limited
 * to so many seconds. Of the task, the slot keeps the work folder for the work. */
int slot_start_before(struct slot *slot, const struct task *task, struct work *work,
    const char *org, const char *state, double limit, struct err *err);

/* It has ended: well, and nobody ended it, so that slot_start is next? */
bool slot_may_go_on(const struct slot *slot, const struct outcome *outcome);

/* Start a coprocess of the task in a free slot, the `number`th of this worker; the same otherwise.
 */
int slot_start_stream(struct slot *slot, struct slot_env *env, int number, struct err *err);

/* What ran there has ended: its work folder goes, unless it is kept. */
void slot_drop_folder(struct slot *slot);

/* The coprocess has ended: the slot is free again. */
void slot_end_stream(struct slot *slot);

/* It uses more memory than it may: KILL. */
void slot_out_of_memory(struct slot *slot);

/* Look after limits: TERM at soft, KILL at hard or when its output passes 64 MiB. */
void slot_check(struct slot *slot, int64_t now);

/* What a coprocess says on stderr is kept for as long as it lives, but not all of it: 1 MiB or
 * more.
 */
void slot_trim_log(struct slot *slot, int64_t now);

/* When to look again, by clock_boot. */
int64_t slot_next_check(const struct slot *slot);

/* End it because the worker was told to stop, or because somebody cancelled it. */
void slot_interrupt(struct slot *slot, bool kill);
void slot_cancel(struct slot *slot);

/* Stop its processes, and let them go on; the time between does not count against its limit. False:
 * it is being ended. */
bool slot_pause(struct slot *slot);
void slot_continue(struct slot *slot);

#endif
