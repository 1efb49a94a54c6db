/* SPDX-License-Identifier: MIT */
/*
 * verdict: what an attempt came to, from how its process ended and what it wrote.
 *
 * The contract of dockline-task(5): an error object on stdout decides over the
 * exit status; 0 is success, 75 try again, 64-74 and 76-78 do not.
 */
#ifndef CLI_VERDICT_H
#define CLI_VERDICT_H

#include "cli/slot.h"

struct kept;

/* An attempt that ended; owns its texts (end.* points to them). */
struct ended {
	struct ending end;
	bool interrupted; /* give it back as if it had never begun */
	char *result, *error, *metrics, *reason, *errout, *out;
	struct kept *kept; /* to be stored as objects */
	struct ended *next;
};

/* Judge the attempt whose child was just reaped; the slot is free afterwards, its work freed. */
struct ended *verdict_of(struct slot *slot, const struct outcome *outcome);

/* Judge what a coprocess answered. Frees the work. */
struct answer;
struct ended *verdict_of_answer(struct work *work, struct slot *slot, const struct answer *answer);

/* How an execution ended that was served elsewhere. Borrowed. */
struct call_end {
	enum failure class;
	const char *reason; /* where it failed */
	json_t *result;     /* or {"error": ...}, which decides; NULL: null */
	int64_t wait;       /* microseconds that a retry waits at least */
	const char *log;    /* what to keep of a failure, NULL: nothing */
	size_t log_len;
	bool progressed;
};

/* Judge it. Frees the work. */
struct ended *verdict_of_call(struct work *work, const struct call_end *call);

/* Judge work that its coprocess died of, or was killed for. Frees the work. */
struct ended *verdict_of_death(struct work *work, struct slot *slot);

/* Judge work that could not even be started, or was cancelled before (why NULL). Frees the work. */
struct ended *verdict_unstarted(struct work *work, const struct err *why);

void ended_free(struct ended *ended);

#endif
