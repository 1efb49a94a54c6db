/* SPDX-License-Identifier: MIT */
/*
 * census: sums over the whole state, for whoever watches it.
 *
 * All is kept or indexed: what it costs depends on the number of jobs, lanes and
 * tasks, not of executions. Callbacks borrow texts until they return; they return
 * 0 to go on.
 */
#ifndef TASK_CENSUS_H
#define TASK_CENSUS_H

#include <stdint.h>

#include "task/breaker.h"
#include "task/estimate.h"
#include "task/job.h"

struct err;
struct store;

/* Executions of all generations of a job that stand alike. */
struct census_count {
	const char *job;  /* name, "": without one */
	const char *task; /* that the job was started with, "adhoc" for all programs without one */
	const char *status; /* word */
	const char *class;  /* word, "": none */
	int64_t count;
};

typedef int census_count_fn(const struct census_count *count, void *ctx);
int census_counts(
    struct store *store, const char *org, census_count_fn *fn, void *ctx, struct err *err);

/* A generation of a job of which something has not ended; the newest job first. */
struct census_job {
	struct job job;
	const char *name; /* NULL: none */
};

typedef int census_job_fn(const struct census_job *job, void *ctx);
int census_live(
    struct store *store, const char *org, census_job_fn *fn, void *ctx, struct err *err);

/* A queue that was ever used. */
struct census_queue {
	const char *name;
	int64_t ready;  /* executions that could be claimed */
	int64_t oldest; /* when the first of each lane was submitted: the earliest; 0: none */
};

typedef int census_queue_fn(const struct census_queue *queue, void *ctx);
int census_queues(
    struct store *store, const char *org, census_queue_fn *fn, void *ctx, struct err *err);

/* What is queued and may be claimed: nothing of it rests. */
int census_awake(
    struct store *store, const char *org, int64_t *ready, int64_t *oldest, struct err *err);

/* A task of which more is known than its definition. */
struct census_task {
	const char *name, *version;
	enum breaker_state breaker;
	struct estimate history; /* of executions that completed; empty: not known */
};

typedef int census_task_fn(const struct census_task *task, void *ctx);
int census_tasks(
    struct store *store, const char *org, census_task_fn *fn, void *ctx, struct err *err);

/* Attempts that workers of the org have ended, or -1. */
int64_t census_attempts(struct store *store, const char *org, struct err *err);

/* How the newest executions ended, at most so many, since a time; and when the last one was begun
 * since then, 0: none was. */
struct census_lately {
	int most;
	int64_t completed, failed;
	int64_t begun;
};

int census_lately(
    struct store *store, int64_t since, struct census_lately *lately, struct err *err);

#endif
