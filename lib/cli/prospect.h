/* SPDX-License-Identifier: MIT */
/*
 * prospect: who there is to run what taskrun or pipeline submits, said at submission and not found
 * out by waiting for ever.
 */
#ifndef CLI_PROSPECT_H
#define CLI_PROSPECT_H

#include <stdbool.h>

#include "cli/demand.h"
#include "cli/room.h"

struct app;
struct err;
struct store;

struct prospect {
	struct app *app;
	struct store *store;
	struct demands tasks;
	/* The queues they go to, as tasks are given; NULL: those that the run itself serves. */
	const char *(*queue)(const void *of, size_t *at);
	const char *job; /* its name, NULL: none */
};

/* A run that works itself: -1 with ERR_USAGE where neither what it has nor a worker that is alive
 * is enough for one execution of a task. */
int prospect_judge(const struct prospect *p, const struct room *own, struct err *err);

/* A run that only submits: warn where neither a worker that is alive nor one with all that this
 * host has would be enough, or none of them serves a queue. *workers is how many are alive that
 * work on the job. 0 or -1. */
int prospect_warn(const struct prospect *p, int *workers, struct err *err);

/* Start a worker that outlives us and ends when nothing waits any more; jobs: for its -j, 0: none
 * is said. 0 or -1. */
int prospect_hire(const struct prospect *p, int jobs, struct err *err);

#endif
