/* SPDX-License-Identifier: MIT */
/*
 * admit: a line becomes an execution, or is one already.
 *
 * Of equal lines without a key of their own each is an execution, told apart
 * by a number behind the key; the same lines in a later run find the same
 * executions.
 */
#ifndef CLI_ADMIT_H
#define CLI_ADMIT_H

#include <stdbool.h>

#include "base/buf.h"
#include "cli/idset.h"
#include "task/execution.h"

struct app;
struct handover;
struct line;
struct miss;
struct repeated;
struct store;

/* Whoever admits. Zero-initialised but for what is set by the owner. */
struct admission {
	struct app *app;
	struct store *store;
	struct tally *tally;
	const char *job_name; /* for messages, NULL: none */
	struct idset *asked;  /* what this run asked for: each that is admitted is added */
	bool no_cache;        /* run all, whatever the cache has */
	struct miss *miss;    /* tells why what is not in the cache is not; NULL: nobody asked */
	bool versions;        /* a key that stands with other parameters gets a number behind it */

	bool ordered; /* set by who admits: workers, perhaps this one, were told to end something */

	/* its own */
	int64_t other; /* with versions: who stood under the key with other parameters, 0: nobody */
	struct repeated *repeated;
	char *key;
	struct handover *handover;
	struct buf result; /* that the line is given */
};

enum admitted {
	ADMIT_REFUSED, /* its key stands with other parameters, or an input is not there: told, and
			  status 3 noted */
	ADMIT_STANDS,
	ADMIT_NEW,
};

/* Submit a line, within a transaction. One whose result the cache has is completed with it. The
 * submission has all but what the line says: job, task, lane, status and the like; key, params and
 * digest are set here and live until the next call. The enum, or -1. */
int admit_line(struct admission *a, const struct line *line, struct submission *sub,
    struct standing *standing, struct err *err);

void admit_clear(struct admission *a);

#endif
