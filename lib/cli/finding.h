/* SPDX-License-Identifier: MIT */
/*
 * finding: what is found out about an attempt, piece by piece, until it is concluded.
 *
 * It begins empty, with exit_code -1. The first failure need not be the last:
 * each replaces the one before.
 */
#ifndef CLI_FINDING_H
#define CLI_FINDING_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "task/failure.h"

struct buf;
struct ended;
struct task;
struct work;

/* Exit codes that decide over another try. */
enum {
	EXIT_TRY_AGAIN = 75, /* EX_TEMPFAIL of sysexits(3) */
	EXIT_GIVE_UP = 70,   /* EX_SOFTWARE: never tried again */
};

struct finding {
	enum failure class;
	int exit_code;      /* for the retry rule; -1: did not exit */
	const char *reason; /* NULL: it did not fail */
	char text[1024];
	json_t *result; /* NULL: null */
	json_t *errors; /* what its schema says against it, NULL: nothing */
};

/* The ending of work that took from one time to another (microseconds since 1970), to be concluded.
 * The caller's, for ended_free. */
struct ended *finding_ending(const struct work *work, int64_t started, int64_t ended);

/* It failed. */
void finding_fail(struct finding *finding, enum failure class, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Does the result say {"error": {"class", "reason", "retry"}}? Then it failed so. */
bool finding_take_error(struct finding *finding);

/* Is the result what the spec of the task promises? Else it failed. */
void finding_check(struct finding *finding, const struct task *task);

/* Put it into the ending: the status with or without another try, result, metrics, error with the
 * end of stderr. */
void finding_conclude(const struct finding *finding, struct ended *ended, const struct task *task,
    const struct buf *errout);

/* Whatever was concluded: it was cancelled. */
void finding_cancelled(struct ended *ended);

/* Text as a JSON string, the caller's; what is not UTF-8 in it becomes '?'. */
json_t *finding_string(const char *data, size_t len);

void finding_clear(struct finding *finding);

#endif
