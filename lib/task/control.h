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

#include <stdbool.h>
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
	CONTROL_RETRY,   /* what has ended, but not well: queued again with all its tries, or
			    blocked or held where it was so */
	CONTROL_APPROVE, /* what is held */
	CONTROL_REJECT,  /* what is held: it is cancelled */
	CONTROL_COUNT,
};

const char *control_name(enum control control);
/* The control of a word, or -1. */
int control_find(const char *name);

/* SQL: the order for the worker that holds an execution. It hears of it once; that it is to cancel
 * the execution is forgotten only when that has ended: until then the reason stands in `error`,
 * which is that of a failure otherwise, and has a class. */
#define CONTROL_ORDER \
	"CASE WHEN request = 'cancel' OR (error IS NOT NULL AND json_extract(error, '$.class')" \
	" IS NULL) THEN 'cancel' ELSE request END"

/* What came of it. */
enum controlled {
	CONTROLLED_NONE,    /* there is no such execution of the org */
	CONTROLLED_NOT,     /* it is not in a status where that can be done */
	CONTROLLED_ENDING,  /* its worker was told to cancel it */
	CONTROLLED_BROKEN,  /* what it waits for ended otherwise than asked */
	CONTROLLED_UNFIT,   /* its parameters were refused when it was submitted */
	CONTROLLED_DONE,    /* done */
	CONTROLLED_ORDERED, /* the worker that holds it was told */
};

/* Why, and with what: zero-initialised members mean nothing special. */
struct control_options {
	const char *reason; /* of cancel and reject, kept in the error of the record; NULL: none */
	double timeout;     /* of retry: seconds instead of the task's, 0: the task's */
	int64_t memory;     /* of retry: bytes instead of the task's, 0: the task's */
};

/* Is there any event by which something in this status is controlled so? What is in another can be
 * passed by; what is not may still be refused. */
bool control_may(enum control control, enum status status);

/* Do it to one execution: an enum controlled with *status the status it was found in, or -1. */
int control_execution(struct store *store, const char *org, int64_t id, enum control control,
    const struct control_options *options, struct tally *tally, enum status *status,
    struct err *err);

/* A worker gave an execution up (it stopped, died, or will try it later): what it was told, or was
 * to be told, is done now. request is the word of the order that was left (NULL: none), rested
 * whether it was paused. 0 or -1. */
int control_after(struct store *store, int64_t id, const char *request, bool rested,
    struct tally *tally, struct err *err);

/* Move what waits to another priority: as above. */
int control_priority(struct store *store, const char *org, int64_t id, int priority,
    struct tally *tally, enum status *status, struct err *err);

/* Put the failed executions of a job back into the queue; the number, or -1. */
int64_t control_retry_failed(struct store *store, const char *org, const struct job *job,
    struct tally *tally, struct err *err);

/* Cancel what waits in a job and nobody holds; the number, or -1. */
int64_t control_cancel_waiting(struct store *store, const char *org, const struct job *job,
    struct tally *tally, struct err *err);

#endif
