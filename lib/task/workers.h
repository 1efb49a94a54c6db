/* SPDX-License-Identifier: MIT */
/*
 * workers: who works on this state, and who only seems to.
 *
 * A worker of this host is dead when its boot, pid and start time say so, at
 * once; one of another host when it was silent for a minute while we looked,
 * or, for who looks but once, for a day.
 */
#ifndef TASK_WORKERS_H
#define TASK_WORKERS_H

#include <stdbool.h>
#include <stdint.h>

#include "task/job.h"
#include "task/tally.h"

enum {
	WORKER_HEARTBEAT = 10 * 1000000, /* microseconds between heartbeats */
	WORKER_SILENCE = 60 * 1000000,   /* on another host: dead after so long, see vigil.h */
	WORKER_MAX_LOST = 3, /* an execution that outlived so many workers is given up */
};

/* Microseconds that no clock is wrong by. */
#define WORKER_FORGOTTEN (INT64_C(24) * 3600 * 1000000)

struct begun;
struct vigil;

/* A worker that enters. Texts are borrowed. */
struct worker_entry {
	const char *org;
	struct job job;      /* what it works on; id 0: any */
	const char *scratch; /* its folder, NULL: none */
	const char *room;    /* JSON, see the column room of worker; NULL: not said */
	int64_t ends;        /* its own deadline, 0: none */
};

/* Enter this process. The id, or -1. In a transaction. */
int64_t worker_enter(struct store *store, const struct worker_entry *entry, struct err *err);

/* Enter a worker that is no process of ours, but an element of an array job (task/cluster.h): it is
 * never found dead, however long it is silent. The id, or -1. In a transaction. */
int64_t worker_stand_in(struct store *store, const char *org, struct err *err);

/* Take all that such a worker holds from it: queued again as if it had not begun (lost NULL), or
 * lost for this reason, as by workers_reap, where the note says that it had begun (NULL: all had).
 * The number, or -1. In a transaction. */
int worker_release(struct store *store, int64_t worker, const char *lost, const struct begun *begun,
    struct tally *tally, struct err *err);

/* Say that it is alive, and how many attempts it ended so far. */
int worker_beat(struct store *store, int64_t worker, int64_t done, struct err *err);

/* Say that it ended. One that still holds executions, because they could not be given back, is
 * left to be found dead. */
int worker_leave(struct store *store, int64_t worker, struct err *err);

/* Gets the scratch folder of a dead worker, if that was on this host. */
typedef void worker_scratch_fn(const char *scratch, void *ctx);

struct worker_reaping {
	struct vigil *vigil; /* of who looks again and again; NULL: once */
	struct tally *tally;
	worker_scratch_fn *removed; /* NULL: not wanted */
	void *ctx;
};

/* Take from dead workers what they held: queued again, or failed with class lost after the third
 * time that it ran when its worker died (begun.h: what had not begun is not to blame). The number
 * of executions taken, or -1. In a transaction. */
int workers_reap(struct store *store, const struct worker_reaping *reaping, struct err *err);

/* Is any worker dead? For looking before a transaction is begun. vigil and removed as above. */
int workers_need_reaping(struct store *store, struct vigil *vigil, worker_scratch_fn *removed,
    void *ctx, struct err *err);

/* Who holds an execution: 1, the number of the try, and (scratch not NULL) the worker's folder for
 * the caller to free, NULL where it is on another host; 0: nobody does; -1. */
int worker_of_execution(
    struct store *store, int64_t execution, int *attempt, char **scratch, struct err *err);

/* How many living workers of the org work on this job (id 0: on anything), or elements of array
 * jobs of the org on whatever they were given; or -1. */
int workers_of_job(struct store *store, const char *org, const struct job *job, struct err *err);

/* A worker that has not left, or died and was not noticed. Texts are borrowed until the callback
 * returns. */
struct worker_seen {
	int64_t id;
	const char *host;
	int64_t pid;
	struct job job;                   /* what it works on; id 0: any */
	const char *job_name;             /* NULL: any, or one without a name */
	const char *room;                 /* as it was entered, NULL: not said */
	int64_t started, heartbeat, ends; /* ends 0: not said */
	int64_t done;                     /* attempts that it ended */
	int64_t running, claimed;         /* executions that it holds: begun, and not yet */
	bool dead;                        /* on another host: it seems so, by our clock */
};

/* Each of them that works for the org, the oldest first, until fn returns other than 0: what it
 * returned, or 0, or -1. */
typedef int worker_seen_fn(const struct worker_seen *worker, void *ctx);
int workers_each(
    struct store *store, const char *org, worker_seen_fn *fn, void *ctx, struct err *err);

#endif
