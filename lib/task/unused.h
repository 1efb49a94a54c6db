/* SPDX-License-Identifier: MIT */
/*
 * unused: stored objects that nothing refers to.
 *
 * An object is used when an artifact, the settings of a job, or the parameters
 * or result of an execution name its hash. All of these are read, but the last
 * two only when artifacts and settings leave some unused. One that is newer
 * than an hour stays whatever is known of it: objects are committed before the
 * rows that name them, and storing it again makes it new.
 */
#ifndef TASK_UNUSED_H
#define TASK_UNUSED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"

struct err;
struct store;

struct unused {
	unsigned char (*at)[DIGEST_RAW]; /* addresses, in order */
	bool *used;
	size_t len, left; /* how many, and how many of them unused */
	int64_t seen;     /* executions up to this were looked at */
};

/* Look through everything but executions that gone says are gone (NULL: none). Reads a page at a
 * time: nobody waits. 0 or -1; to be cleared in any case. */
typedef bool unused_gone_fn(int64_t execution, void *ctx);
int unused_find(
    struct store *store, struct unused *unused, unused_gone_fn *gone, void *ctx, struct err *err);
void unused_clear(struct unused *unused);

/* How many of them are old enough, and the bytes they take. */
int unused_count(struct store *store, const struct unused *unused, int64_t *objects, int64_t *bytes,
    struct err *err);

/* Remove some, from *at on, which moves on to len; within a transaction, which is what makes sure
 * that nothing new refers to them. The number removed, or -1. */
int unused_remove(struct store *store, struct unused *unused, size_t *at, struct err *err);

#endif
