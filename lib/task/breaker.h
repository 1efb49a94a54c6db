/* SPDX-License-Identifier: MIT */
/*
 * breaker: a task that cannot work is left alone for a while, instead of failing ten thousand
 *times.
 *
 * Closed, everything starts. After so many counting failures in a row it is open
 * and nothing starts; after a pause one execution, the probe, is let through and
 * the breaker is half open; what becomes of the probe closes it or opens it again.
 *
 *	breaker: {failures: 5, pause: 60s}	or false: none
 *
 * Pure: a struct that fits into a row, told the time. Zero-initialised it is closed.
 */
#ifndef TASK_BREAKER_H
#define TASK_BREAKER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "task/failure.h"

struct err;

enum breaker_state { BREAKER_CLOSED, BREAKER_OPEN, BREAKER_HALF_OPEN, BREAKER_STATES };

/* What the end of an execution says about its task. */
enum breaker_event {
	BREAKER_SUCCESS, /* it completed */
	BREAKER_FAILURE, /* it failed as it would with any parameters */
	BREAKER_RAN,     /* it failed after it had worked for a while: the task can be run */
	BREAKER_NOTHING, /* nothing: its own parameters were bad, it was cancelled, its worker died
			  */
	BREAKER_EVENTS,
};

enum breaker_answer {
	BREAKER_WAIT,  /* do not start it */
	BREAKER_START, /* start it */
	BREAKER_PROBE, /* start it, it is the probe: the breaker has changed */
};

struct breaker_policy {
	int failures;  /* in a row that open it; 0: no breaker */
	int64_t pause; /* microseconds */
};

struct breaker {
	enum breaker_state state;
	int failures;      /* counted in a row */
	int64_t opened_at; /* microseconds since 1970; 0: closed */
	int64_t probe;     /* execution, half open; else 0 */
	uint32_t cause;    /* of the failures in a row, 0: any */
};

/* How an execution ended. */
struct breaker_end {
	int64_t execution;
	int64_t at; /* microseconds since 1970 */
	enum breaker_event event;
	uint32_t cause; /* only failures of the same cause are counted together; 0: of any */
};

/* 5 failures, 60 s. */
void breaker_default(struct breaker_policy *policy);

/* Read a `breaker` member over what policy holds; NULL and null keep all, true too, false is none.
 * -1 with ERR_INPUT that names the key. */
int breaker_parse(const json_t *json, struct breaker_policy *policy, struct err *err);

/* The policy as JSON that breaker_parse reads back; the caller owns it. */
json_t *breaker_json(const struct breaker_policy *policy);

/* What a failure of this class (FAIL_NONE: it completed), so many seconds after its start, says:
 * sets event and cause. Counted are `rejected` (the program could not be started) and `service`,
 * and `engine` and `signal` within 2 s and of one cause. */
void breaker_judge(enum failure class, double seconds, const char *reason, struct breaker_end *end);

/* May an execution start now? *next (not NULL) is with BREAKER_WAIT when to ask again, microseconds
 * since 1970; 0: when the probe has ended. */
enum breaker_answer breaker_ask(struct breaker *breaker, const struct breaker_policy *policy,
    int64_t execution, int64_t now, int64_t *next);

/* An execution has ended. Whether the breaker has changed. Half open only the probe counts, open
 * nothing does: those were started before. */
bool breaker_tell(
    struct breaker *breaker, const struct breaker_policy *policy, const struct breaker_end *end);

/* "closed", "open", "half-open"; and the state of a word, -1: none. */
const char *breaker_state_name(enum breaker_state state);
int breaker_state_find(const char *word);

#endif
