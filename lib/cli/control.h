/* SPDX-License-Identifier: MIT */
/*
 * control: everything taskctl does to executions.
 *
 * At most a thousand of them are changed in a transaction, which also says in
 * the journal who asked for what. What a worker holds it is told to change; it
 * is waited for a moment, and then printed as it stands.
 */
#ifndef CLI_CONTROL_H
#define CLI_CONTROL_H

#include "cli/choice.h"
#include "cli/verb.h"
#include "task/control.h"
#include "task/flow.h"

struct control_call {
	int verb;          /* enum control, or VERB_PRIORITY */
	const char *asked; /* the command as it was given, for the journal */
	const char
	    *correlation; /* what it belongs to; NULL: $DOCKLINE_CORRELATION, else a new one */
	int priority;
	struct control_options options;
	uint32_t cause;  /* only failures of this cause (task/cause.h); 0: any */
	bool no_wait;    /* do not wait for workers */
	bool as_records; /* on a terminal too */

	/* which executions: those chosen, or all, or the operands as of ids_each */
	struct choice choice;
	bool all;
	char **operands;
};

/* Do it. Prints the executions that were changed. One that cannot be is reported (status 1); so is
 * an unknown id, and that nothing was selected (status 2). 0 or -1. */
int control_run(struct app *app, const struct control_call *call, struct err *err);

/* CONTROL_PAUSE or CONTROL_RESUME of everything, or a queue, job or task: nothing is started from
 * it any more. running: what runs is stopped as well; what was stopped so goes on in any case. */
int control_flow(struct app *app, const struct control_call *call, enum flow flow, const char *name,
    bool running, struct err *err);

#endif
