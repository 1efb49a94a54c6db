/* SPDX-License-Identifier: MIT */
/*
 * workers: who works on this state, and who only seems to.
 *
 * A worker of this host is dead when its boot, pid and start time say so, at
 * once; one of another host when its heartbeat is a minute old.
 */
#ifndef TASK_WORKERS_H
#define TASK_WORKERS_H

#include <stdint.h>

#include "task/job.h"
#include "task/tally.h"

enum {
	WORKER_HEARTBEAT = 10 * 1000000, /* microseconds between heartbeats */
	WORKER_SILENCE = 60 * 1000000,   /* on another host: dead after so long */
	WORKER_MAX_LOST = 3, /* an execution that outlived so many workers is given up */
};

/* Enter this process, which works on a job; scratch is its folder (NULL: none). The id, or -1. In
 * a transaction. */
int64_t worker_enter(
    struct store *store, const struct job *job, const char *scratch, struct err *err);
int worker_beat(struct store *store, int64_t worker, struct err *err);

/* Say that it ended. One that still holds executions, because they could not be given back, is
 * left to be found dead. */
int worker_leave(struct store *store, int64_t worker, struct err *err);

/* Take from dead workers what they held: queued again, or failed with class lost after the third
 * time. removed gets each dead worker's scratch folder on this host. The number of executions
 * taken, or -1. In a transaction. */
typedef void worker_scratch_fn(const char *scratch, void *ctx);
int workers_reap(struct store *store, struct tally *tally, worker_scratch_fn *removed, void *ctx,
    struct err *err);

/* Is any worker dead? For looking before a transaction is begun. */
int workers_need_reaping(struct store *store, struct err *err);

/* How many living workers work on this job, or -1. */
int workers_of_job(struct store *store, const struct job *job, struct err *err);

#endif
