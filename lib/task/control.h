/* SPDX-License-Identifier: MIT */
/*
 * control: what people decide about executions.
 *
 * What no worker holds is changed at once; for what one holds an order is
 * left, which the worker follows within moments (claim_orders). All functions
 * are called within a transaction.
 */
#ifndef TASK_CONTROL_H
#define TASK_CONTROL_H

#include <stdint.h>

#include "task/job.h"
#include "task/state.h"

struct err;
struct store;
struct tally;

enum control {
	CONTROL_CANCEL,  /* whatever has not ended */
	CONTROL_PAUSE,   /* what waits in the queue or for its time, or runs (its processes stop) */
	CONTROL_RESUME,  /* what was paused */
	CONTROL_RETRY,   /* what has ended, but not well: queued again, all tries before it */
	CONTROL_APPROVE, /* what is held */
	CONTROL_REJECT,  /* what is held: it is cancelled */
	CONTROL_COUNT,
};

const char *control_name(enum control control);
/* The control of a word, or -1. */
int control_find(const char *name);

/* What came of it. */
enum controlled {
	CONTROLLED_NONE,    /* there is no such execution of the org */
	CONTROLLED_NOT,     /* it is not in a status where that can be done */
	CONTROLLED_DONE,    /* done */
	CONTROLLED_ORDERED, /* the worker that holds it was told */
};

/* Why, and with what: zero-initialised members mean nothing special. */
struct control_options {
	const char *reason; /* of cancel and reject, kept in the error of the record; NULL: none */
	double timeout;     /* of retry: seconds instead of the task's, 0: the task's */
	int64_t memory;     /* of retry: bytes instead of the task's, 0: the task's */
};

/* Do it to one execution: an enum controlled with *status the status it was found in, or -1. */
int control_execution(struct store *store, const char *org, int64_t id, enum control control,
    const struct control_options *options, struct tally *tally, enum status *status,
    struct err *err);

/* Move what waits to another priority: as above. */
int control_priority(struct store *store, const char *org, int64_t id, int priority,
    struct tally *tally, enum status *status, struct err *err);

/* Let rest, or wake, everything (name NULL), a queue, a job or a task: 1 changed, 0 it was so. */
enum pause_kind { PAUSE_ALL, PAUSE_QUEUE, PAUSE_JOB, PAUSE_TASK };
int control_pause(struct store *store, const char *org, enum pause_kind kind, const char *name,
    const char *who, struct err *err);
int control_wake(
    struct store *store, const char *org, enum pause_kind kind, const char *name, struct err *err);

/* Put the failed executions of a job back into the queue; the number, or -1. */
int64_t control_retry_failed(struct store *store, const char *org, const struct job *job,
    struct tally *tally, struct err *err);

/* Cancel what waits in a job and nobody holds; the number, or -1. */
int64_t control_cancel_waiting(struct store *store, const char *org, const struct job *job,
    struct tally *tally, struct err *err);

#endif
