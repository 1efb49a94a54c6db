/* SPDX-License-Identifier: MIT */
/*
 * reasons: what is said of an execution in each status: a sentence, and the members of a record.
 *
 * Of what keeps a queued one from being claimed the first counts that would stay
 * if the others were gone: a pause, the breaker, its services, no worker, no room.
 */
#ifndef CLI_REASONS_H
#define CLI_REASONS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

#include "task/service.h"

struct why;

/* Living workers of the org. */
struct hands {
	int alive;
	int serving;               /* of them, that work on its job and its queue */
	int roomy;                 /* of them, that have room for one of its task */
	bool holder;               /* the one that holds it lives */
	int services, shut;        /* of its task, where it is served over HTTP; that do not work */
	char cause[SERVICE_CAUSE]; /* why the last of those does not */
};

/* An answer that grows; text and record are the caller's. */
struct answer {
	const struct why *w;
	const struct hands *hands;
	int64_t now;
	json_t *record; /* an object that gets what the sentence says */

	const char *reason; /* a word */
	struct buf text;
};

/* Write the answer. */
void reasons_tell(struct answer *answer);

#endif
