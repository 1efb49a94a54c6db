/* SPDX-License-Identifier: MIT */
/*
 * gc: the state is tidied: executions that ended long ago, events, objects that
 * nothing refers to any more; and the space they took is given back.
 *
 * Everything goes in short transactions, so that whoever works waits for
 * milliseconds, and it may be killed anywhere: giving it again goes on.
 */
#ifndef CLI_GC_H
#define CLI_GC_H

#include "cli/app.h"

struct gc_call {
	const char *older;                   /* a duration; NULL: the setting retention.age */
	const char *status;                  /* a status or account; NULL: any */
	const char *job;                     /* NULL: any */
	const char *asked;                   /* the command as it was given, for the journal */
	const char *correlation;             /* as in control_call */
	int keep_failed, dry_run, as_record; /* 0 or 1: popt writes ints */
};

/* Do it, or say what it would do; prints a record, or a sentence on a terminal. 0 or -1. */
int gc_run(struct app *app, const struct gc_call *call, struct err *err);

#endif
