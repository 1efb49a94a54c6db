/* SPDX-License-Identifier: MIT */
/*
 * claim: a worker takes executions, and gives them back ended or untouched.
 *
 * Taking counts the attempt up; the count is the fencing token: what is given
 * back must name the worker and the attempt that hold the execution, so a
 * worker that was thought dead cannot overwrite what its successor did.
 */
#ifndef TASK_CLAIM_H
#define TASK_CLAIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "task/job.h"
#include "task/tally.h"

/* An execution in the hands of a worker. */
struct work {
	int64_t id;
	int attempt;  /* counted from 1 */
	int timeouts; /* of the attempts before, how many took too long */
	char *key;
	char *params; /* JSON */
	size_t params_len;
	struct work *next;
};

void work_free(struct work *work);

/* Take up to `most` executions of a job that are due, oldest first, appended at *tail. The number,
 * or -1. */
int claim_take(struct store *store, int64_t worker, const struct job *job, int most,
    struct tally *tally, struct work ***tail, struct err *err);

/* How an attempt ended. Texts are borrowed. */
struct ending {
	int64_t id;
	int attempt;
	enum status status; /* ST_COMPLETED, ST_FAILED, ST_TIMEOUT, ST_RETRYING */
	enum failure class;
	int64_t not_before; /* with ST_RETRYING */
	int64_t started, ended;
	const char *result; /* JSON; NULL: none */
	size_t result_len;
	const char *error;   /* JSON; NULL: none */
	const char *metrics; /* JSON; NULL: none */
	const char *reason;  /* of the attempt, NULL: none */
	const char *errout;  /* tail of stderr */
	size_t errout_len;
	bool exited; /* code is valid, else signal */
	int code, signal;
	double user_time, system_time;
	int64_t max_rss;
};

/* Give back ended: 1; 0 when this worker does not hold that attempt any more; -1. */
int claim_end(struct store *store, int64_t worker, const struct job *job, const struct ending *end,
    struct tally *tally, struct err *err);

/* Give back untouched: it is queued again and the attempt does not count. 1, 0, -1 as above. */
int claim_return(struct store *store, int64_t worker, const struct job *job, int64_t id,
    int attempt, struct tally *tally, struct err *err);

/* Is any execution of the job queued: 1, 0, -1; and when is the next one due that waits for its
 * time (microseconds since 1970, 0: none does). */
int claim_waiting(struct store *store, const struct job *job, int64_t *next_due, struct err *err);

#endif
