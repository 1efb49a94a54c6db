/* SPDX-License-Identifier: MIT */
/*
 * attempt: what the tries of an execution wrote.
 *
 * The end of it, up to 4 KiB, is in the row of the attempt; where there was more
 * an artifact of kind log holds it all, or its beginning and end where it was
 * longer than the setting log.cap.
 */
#ifndef TASK_ATTEMPT_H
#define TASK_ATTEMPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;
struct store;

enum attempt_stream { ATTEMPT_STDOUT, ATTEMPT_STDERR };

enum {
	ATTEMPT_INLINE = 4096, /* bytes that a row holds */
	ATTEMPT_LOG = 32,      /* room for the name of a log */
};

/* "stderr.3": the artifact of such a log. Returns name. */
char *attempt_log_name(enum attempt_stream stream, int attempt, char name[ATTEMPT_LOG]);

/* Append what a try (counted from 1) wrote: 1; 0 when it wrote nothing, or what it wrote to stdout
 * was its result, or there is no such try; -1. Bytes as they were, not only text. */
int attempt_log(struct store *store, int64_t execution, int attempt, enum attempt_stream stream,
    struct buf *out, struct err *err);

/* A try that has ended. */
struct attempt {
	int number;    /* counted from 1 */
	int64_t ended; /* microseconds since 1970 */
	bool failed;
};

struct attempts {
	struct attempt *at;
	size_t len, room;
};

/* Those above a number, in order, appended. 0 or -1. */
int attempt_list(
    struct store *store, int64_t execution, int after, struct attempts *list, struct err *err);

#endif
