/* SPDX-License-Identifier: MIT */
/* sweeps: what tasksweep does with sweep files: prints their points, and asks and tells studies. */
#ifndef CLI_SWEEPS_H
#define CLI_SWEEPS_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/app.h"

struct sweep;

struct sweeps_call {
	const char *operand; /* a sweep file, or the name of a study; NULL: none was given */
	const char *study;   /* --study: the name of the study, NULL: the sweep says it */
	int64_t number;      /* of trials or lines; 0: not said */
	int64_t seed;        /* instead of the sweep's; -1: that */
	bool again;          /* ask: those that are open */
	bool stream;         /* ask: a line of standard input asks each time */
};

/* A sweep file, its faults reported; method as in sweep_parse. NULL: it is wrong, and err may have
 * nothing more to say. The caller frees it. */
struct sweep *sweeps_read(struct app *app, const char *path, int method, struct err *err);

/* Check sweep files; every fault is reported with its place. */
int sweeps_check(struct app *app, char **files, struct err *err);

/* Print the points of a sweep by a method, a line of params each. */
int sweeps_generate(struct app *app, const struct sweeps_call *call, int method, struct err *err);

/* The next trials of a study: none is exit status 1. */
int sweeps_ask(struct app *app, const struct sweeps_call *call, struct err *err);

/* What came of trials, from files or standard input. */
int sweeps_tell(struct app *app, const struct sweeps_call *call, char **files, struct err *err);

/* The name of the study that is meant; the caller frees. NULL on error: the sweep file that was
 * named is wrong, or nothing was named. */
char *sweeps_study_name(struct app *app, const struct sweeps_call *call, struct err *err);

/* How a value is written for a person: -9.13. text has room for NUM_TEXT. */
char *sweeps_number(double x, char *text);

#endif
