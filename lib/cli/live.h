/* SPDX-License-Identifier: MIT */
/*
 * live: what an execution writes while it runs, from the files of its slot on this host.
 *
 * The files are used again for the next execution of the slot. So what was read
 * counts only when the slot still runs the same try afterwards.
 */
#ifndef CLI_LIVE_H
#define CLI_LIVE_H

#include <stdint.h>

#include "task/attempt.h"

struct buf;
struct err;
struct live;
struct notice;
struct store;

/* The files of the try that runs now. NULL: it does not run on this host, or has not begun, or
 * runs at a coprocess with others. Writes to them wake notice (NULL: nobody). */
struct live *live_open(const char *scratch, int64_t execution, int attempt, struct notice *notice);
void live_free(struct live *live);

int live_attempt(const struct live *live);

/* Append what it wrote from a place on: 1; 0 when it does not run any more, and nothing is
 * appended; -1. */
int live_read(struct live *live, struct store *store, enum attempt_stream stream, int64_t from,
    struct buf *out, struct err *err);

#endif
