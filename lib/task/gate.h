/* SPDX-License-Identifier: MIT */
/*
 * gate: may more executions of a task be begun now? Its rate limit and its breaker, as they stand
 * in the state, for all workers together.
 *
 * A gate is looked at within a write transaction and kept in memory as long as
 * nobody else has written; it is written back, before the commit, only when it
 * has changed. A task without a rate limit whose executions do well costs
 * nothing.
 */
#ifndef TASK_GATE_H
#define TASK_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "task/breaker.h"
#include "task/rate.h"

struct ending;
struct err;
struct store;
struct task;

enum {
	GATE_CAUSE = 1200, /* bytes of a class and a reason */
	GATE_PROBES = 3,   /* that fail in a row: nobody should go on waiting */
};

/* Zero-initialised but for task. */
struct gate {
	const struct task *task;
	struct bucket bucket;
	struct breaker breaker;
	char cause[GATE_CAUSE]; /* of the last failure that counted: "class: reason" */
	int openings;           /* of the breaker since it was closed and we look at it */
	int64_t version;        /* of the state as it was read; 0: never */
	bool changed;           /* to be written */
	_Atomic bool shut;      /* the breaker is open: for other threads */
};

/* Read it where version is not that of the last time. In a transaction. 0 or -1. */
int gate_look(struct gate *g, struct store *store, int64_t version, struct err *err);

/* Why, without the class; borrowed, "" when it was not said. */
const char *gate_reason(const struct gate *g);

/* A person is there who wants it tried: what is left of a pause is over. */
void gate_hurry(struct gate *g, int64_t now);

/* How many may be begun now (microseconds since 1970), INT_MAX: any number. 0: *next is when to
 * ask again, 0: when the probe has ended. */
int gate_room(const struct gate *g, int64_t now, int64_t *next);

/* So many were taken to be begun, the first of them is this. */
void gate_take(struct gate *g, int64_t first, int count, int64_t now);

/* One was given back, or cancelled: if it was the probe, another will be. */
void gate_forget(struct gate *g, int64_t execution);

/* What an attempt that ended did to the breaker. */
enum gate_news {
	GATE_NOTHING,  /* nothing that people should hear of */
	GATE_OPENED,   /* nothing is started for a while: g->cause says why */
	GATE_REOPENED, /* the probe failed too */
	GATE_CLOSED,   /* it works again */
};

enum gate_news gate_tell(struct gate *g, const struct ending *end);

/* It opened again and again, and it is no use to wait: the probes failed, or a program that nobody
 * registered cannot be started. */
bool gate_is_hopeless(const struct gate *g);

/* Write it if it has changed. In a transaction. */
int gate_write(struct gate *g, struct store *store, struct err *err);

/* An execution was lost with its worker: if it was the probe of a task, another will be. In a
 * transaction. */
int gate_lose(struct store *store, int64_t execution, struct err *err);

#endif
