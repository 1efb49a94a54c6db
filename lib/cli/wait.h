/* SPDX-License-Identifier: MIT */
/*
 * wait: until executions have ended.
 *
 * Nothing is held open and no snapshot is kept: every 50 ms the state is asked
 * whether anybody committed, and only then looked at. Executions are worked on
 * in the order of their ids, so a look starts at the lowest that has not ended
 * and stops behind the last that is likely to have; a second look goes round
 * the rest, a piece each time. What a dead worker held is given back to the
 * queue, so that nothing is waited for that nobody can end.
 */
#ifndef CLI_WAIT_H
#define CLI_WAIT_H

#include <stdbool.h>

#include "cli/app.h"

struct job;
struct store;

struct wait_options {
	const char *job; /* wait for the newest generation of this job; NULL: for the operands */
	char **operands; /* as of ids_each */
	bool any;        /* the first that ends is enough */
	bool as_lines;   /* print a line for people, not the record */
	double timeout;  /* seconds, below 0: none */

	/* of who has the state open already, and something to do meanwhile; NULL: neither */
	struct store *store;
	const struct job *which; /* with store: instead of job and operands */
	/* Now and then: 0; 1: wait no longer, whatever has not ended; -1 with err. */
	int (*tick)(void *ctx, struct err *err);
	void *ctx;
};

/* Wait; print each execution when it has ended, and count it with app_count. The
 * timeout, and ids there are not, are reported and make the status 1. */
int wait_for_end(struct app *app, const struct wait_options *options, struct err *err);

#endif
