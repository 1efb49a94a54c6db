/* SPDX-License-Identifier: MIT */
/*
 * supply: what taskrun reads: records of files or of standard input, each with its place.
 *
 * A line that is wrong is told and the next one is read, unless --strict. Of
 * standard input the last line may be cut off by the death of who wrote it,
 * perhaps from the same Control-C as ours: that is told at the end, if at all.
 */
#ifndef CLI_SUPPLY_H
#define CLI_SUPPLY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct app;

/* Gets a record, borrowed, and its place, "file:line". 0, or -1: it is refused, err says why. */
typedef int supply_fn(json_t *record, const char *where, void *ctx, struct err *err);

struct supply {
	struct app *app;
	char **files; /* NULL or empty: standard input */
	bool lines;   /* lines are text: records {"line"} */
	bool alike;   /* ERR_USAGE is no fault of the line: of equal ones in a row one is told */
	supply_fn *fn;
	void *ctx;
	int64_t refused; /* lines that were wrong */
	struct err told; /* the last that was no fault of its line */
};

/* Read all. -1: a file cannot be read, or a line is wrong and that is strict; err says why. */
int supply_read(struct supply *in, struct err *err);

/* After reading something of which nothing is submitted when a line of it is wrong: -1 with "3
 * lines are wrong: nothing was submitted", else 0. */
int supply_is_good(const struct supply *in, struct err *err);

#endif
