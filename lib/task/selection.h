/* SPDX-License-Identifier: MIT */
/* selection: which executions somebody wants to see or change, found a page at a time. */
#ifndef TASK_SELECTION_H
#define TASK_SELECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "task/job.h"
#include "task/state.h"

struct err;
struct store;

/* Zero-initialised members do not restrict. Texts are borrowed. */
struct selection {
	const char *org;   /* must be set */
	struct job job;    /* id 0: any */
	int status;        /* enum status, -1: any */
	int account;       /* enum account, -1: any */
	unsigned statuses; /* some of enum status, as bits 1 << status */
	const char *class; /* of the failure */
	bool held;         /* only what a worker holds */
	const char *task;  /* name */
	const char *queue; /* name */
	const char *tag;   /* one of its tags */
	int64_t after;     /* ids above this */
	int64_t skip;      /* pass over so many of them first; counts down to 0 */
};

/* Does the selection take this status? */
bool selection_takes(const struct selection *sel, enum status status);

/* The ids of a selection in order, a page at a time: fills ids[0..room), the number or -1. The
 * next page starts after the last id. No snapshot is kept between pages, nor for long within one.
 * Within a job, those that run, wait for something but a worker, or ended not well are found
 * without passing by all others; so is what workers hold of all jobs.
 */
int execution_ids(
    struct store *store, struct selection *sel, int64_t *ids, int room, struct err *err);

/* The conditions of the indexes execution_unwell and execution_waiting. A statement that uses one
 * must say its condition in the same words. */
#define EXECUTION_UNWELL \
	"(status = 'failed' OR status = 'timeout' OR status = 'cancelled' OR status = 'skipped')"
#define EXECUTION_WAITING \
	"(status = 'submitted' OR status = 'scheduled' OR status = 'blocked'" \
	" OR status = 'held' OR status = 'retrying' OR status = 'paused')"

/* Is this execution one of the selection? 1, 0, -1. */
int selection_has(struct store *store, struct selection *sel, int64_t execution, struct err *err);

#endif
