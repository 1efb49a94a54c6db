/* SPDX-License-Identifier: MIT */
/*
 * why: all that the state tells of why an execution stands where it stands.
 *
 * Which of it is the answer, and what workers have to do with it, is for the
 * caller to say.
 */
#ifndef TASK_WHY_H
#define TASK_WHY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "task/dependency.h"
#include "task/failure.h"
#include "task/gate.h"
#include "task/job.h"
#include "task/state.h"

struct err;
struct store;
struct task;

enum { WHY_UPON = 3, WHY_RESTS = 4 };

/* What does not let its lane be claimed from (taskctl pause). */
struct why_rest {
	char *kind, *name, *who; /* kind: all, queue, job, task */
	int64_t since;
};

struct why {
	int64_t id;
	char *key, *queue;
	char *job_name; /* NULL: none */
	struct job job;
	struct task *task;
	enum status status;
	enum failure class;
	char *reason; /* of the last failure, NULL: none */
	int priority, attempts;
	int64_t created, started, ended, not_before; /* 0: none */
	bool ordered_to_cancel;                      /* the worker that holds it was told */

	/* blocked */
	int64_t awaits;
	struct {
		int64_t id;
		enum status status;
		enum rule rule;
	} upon[WHY_UPON]; /* the first of those that have not ended */
	int nupon;

	/* queued */
	struct why_rest rests[WHY_RESTS];
	int nrests;
	int64_t higher, before; /* queued: of higher priority, and before it in its own */
	bool counted;           /* `before` is exact */

	struct gate gate; /* of its task: breaker and rate limit */

	/* held by a worker */
	int64_t worker; /* 0: none */
	json_t *place;  /* on a cluster (task/whereabouts.h); NULL: on none */
	char *host;
	int64_t pid;
	double percent; /* negative: not said */
	char *message;  /* NULL: not said */
};

/* Fill in a struct for an execution: 1, 0 when there is none of the org, -1. */
int why_find(struct store *store, const char *org, int64_t id, struct why *why, struct err *err);
void why_clear(struct why *why);

#endif
