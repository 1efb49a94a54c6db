/* SPDX-License-Identifier: MIT */
/*
 * timeline: the tries of executions in the order in which they were begun.
 *
 * Memory does not grow with their number (base/sorter.h).
 */
#ifndef TASK_TIMELINE_H
#define TASK_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "task/failure.h"
#include "task/state.h"

struct err;
struct selection;
struct store;
struct timeline;

/* A try. */
struct timeline_try {
	int64_t started, ended; /* microseconds since 1970; one that still runs ends now */
	int64_t execution, worker;
	int number;  /* counted from 1 */
	short class; /* enum failure, FAIL_NONE: it completed, or runs */
	bool running;
	bool failed; /* also where the class is not said */
};

/* The execution of a try; texts are the caller's to free (timeline_clear). */
struct timeline_execution {
	char *key, *task;
	enum status status;
	int64_t created;
};

/* Collect the tries of a selection (which moves along), those that run too; what never began is
 * passed over. NULL on error. */
struct timeline *timeline_open(struct store *store, struct selection *sel, struct err *err);
void timeline_close(struct timeline *timeline);

/* The next one: 1, 0, -1. */
int timeline_next(struct timeline *timeline, struct timeline_try *one, struct err *err);

/* Whose it is: 1, 0: it is gone, -1. */
int timeline_of(
    struct store *store, int64_t execution, struct timeline_execution *of, struct err *err);
void timeline_clear(struct timeline_execution *of);

/* The host and pid of a worker: 1 (host is the caller's to free), 0, -1. */
int timeline_worker(
    struct store *store, int64_t worker, char **host, int64_t *pid, struct err *err);

#endif
