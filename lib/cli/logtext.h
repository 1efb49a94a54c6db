/* SPDX-License-Identifier: MIT */
/*
 * logtext: logs of executions as people read them.
 *
 * A line in front of each part says whose it is, where there may be several;
 * with an expression only the lines that match, each with that in front. On a
 * terminal control characters are shown as '?'.
 */
#ifndef CLI_LOGTEXT_H
#define CLI_LOGTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "task/attempt.h"

struct app;
struct err;
struct logtext;

/* What one try of an execution wrote to one stream; given piece by piece. */
struct log_part {
	int64_t execution;
	int attempt;
	enum attempt_stream stream;
	struct buf rest; /* of a line; ours */
};

/* pattern: an extended regular expression (POSIX), NULL: everything. single: there is one part, or
 * the first needs no introduction. NULL: the expression is wrong (ERR_USAGE). */
struct logtext *logtext_new(struct app *app, const char *pattern, bool single, struct err *err);
void logtext_free(struct logtext *t);

/* The next piece of a part; and its end, which also forgets the rest. */
void logtext_add(struct logtext *t, struct log_part *part, const char *data, size_t len);
void logtext_end(struct logtext *t, struct log_part *part);

/* How many lines matched, or pieces were given. */
int64_t logtext_count(const struct logtext *t);

#endif
