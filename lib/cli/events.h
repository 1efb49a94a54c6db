/* SPDX-License-Identifier: MIT */
/*
 * events: the journal as records or lines, and as a stream that can be resumed.
 *
 * Events have numbers without gaps, in the order of the commits. A page of them
 * is read, printed, and then the cursor is moved: who reads on from there has
 * lost none, and sees again at most what was printed after the cursor.
 */
#ifndef CLI_EVENTS_H
#define CLI_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/choice.h"

struct events_options {
	const struct choice *choice; /* job, task and status of it */
	char **operands;             /* only of these executions; empty: of all */
	bool audit;                  /* only what people did */
	int64_t since;               /* microseconds since 1970 */
	const char *cursor;          /* a number, or "end"; NULL: that of the file, else 0 */
	const char *cursor_file;     /* where the number of the last event is kept, NULL: nowhere */
	bool follow;
	bool as_records;
};

int events_show(struct app *app, const struct events_options *options, struct err *err);

#endif
