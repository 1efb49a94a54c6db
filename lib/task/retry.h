/* SPDX-License-Identifier: MIT */
/*
 * retry: whether a failed execution is tried again, when, and with how much more room.
 *
 * Pure: nothing here reads a clock or draws a random number. In a task file:
 *
 *	retry:
 *	  strategy: exponential_backoff	none immediate fixed_delay fibonacci_backoff
 *	  max_retries: 3		tries after the first
 *	  delay: 5s			seconds, or a duration
 *	  max_delay: 5m			no wait is longer, jitter included
 *	  jitter: 10%			or 0.1: a wait is up to so much shorter or longer
 *	  on: [lost, service, signal, memory, timeout]
 *	  most: {timeout: 1}		tries after failures of that class, however many are left
 *	  grow: {memory: 2x, timeout: 1.5x}
 */
#ifndef TASK_RETRY_H
#define TASK_RETRY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "task/failure.h"

struct err;

enum retry_strategy {
	RETRY_NONE,
	RETRY_IMMEDIATE,
	RETRY_FIXED,
	RETRY_EXPONENTIAL,
	RETRY_FIBONACCI,
	RETRY_STRATEGIES,
};

struct retry_policy {
	enum retry_strategy strategy;
	int max_retries;
	int64_t delay, max_delay; /* microseconds */
	double jitter;            /* 0..1 */
	unsigned on;              /* bit 1 << class */
	int most[FAIL_COUNT];     /* tries after failures of the class; 1000: no limit of its own */
	double grow[FAIL_COUNT];  /* factor per try that failed so; 1: none. Only memory, timeout */
};

/* What holds where a task says nothing: 3 retries, 5 s, exponential up to 5 minutes, jitter 10 %,
 * on lost service signal memory timeout, with twice the memory and 1.5 times the time. */
void retry_default(struct retry_policy *policy);

/* No retries at all: ad-hoc programs. */
void retry_never(struct retry_policy *policy);

/* Read a `retry` member over the defaults; a missing key keeps its default, NULL and null keep all.
 * A string is a strategy. -1 with ERR_INPUT naming the key: unknown key, wrong type or range. */
int retry_parse(const json_t *json, struct retry_policy *policy, struct err *err);

/* The same over what policy holds. */
int retry_change(const json_t *json, struct retry_policy *policy, struct err *err);

/* The policy as JSON that retry_parse reads back to the same; the caller owns it. */
json_t *retry_json(const struct retry_policy *policy);

/* Whether to try again after `attempts` tries (1: the first has just failed). exit_code is that of
 * the program, -1 when it did not exit by itself. 75 (EX_TEMPFAIL, and a reply with "retry": true)
 * is tried again whatever its class; 64-74 and 76-78 (and "retry": false: pass 70) never. `alike`
 * of the tries failed with this class, the last one included: `most` of it is heeded in every case.
 */
bool retry_wants(
    const struct retry_policy *policy, enum failure class, int exit_code, int attempts, int alike);

/* The wait after `attempts` tries, in microseconds. The same seed (the execution's id) gives the
 * same waits, different seeds spread them. */
int64_t retry_delay(const struct retry_policy *policy, int attempts, uint64_t seed);

/* How many times the memory (FAIL_MEMORY) or time limit (FAIL_TIMEOUT) of the task the next try
 * gets, after `failed` tries that failed so: grow to the power of failed, at most 1024. */
double retry_room(const struct retry_policy *policy, enum failure class, int failed);

#endif
