/* SPDX-License-Identifier: MIT */
/*
 * cache: results of tasks with `cache`, by the fingerprint of what made them.
 *
 * An entry names the newest execution that has the result, whether it ran or
 * was given it: so it lives as long as one of them is kept. Only what completed
 * is there. All functions that change something are called in a transaction.
 */
#ifndef TASK_CACHE_H
#define TASK_CACHE_H

#include <stdint.h>

#include "base/digest.h"

struct buf;
struct err;
struct store;
struct tally;
struct work;

/* Who has the result of such a fingerprint (digests are hexadecimal): 1, 0 when nobody has, -1. */
int cache_find(struct store *store, const char *digest, int64_t *execution, struct err *err);

/* What an execution stands there with: 1, the digest (as far as it is kept) and the parts, which
 * the caller frees; 0: it does not; -1. */
int cache_of(
    struct store *store, int64_t execution, char digest[DIGEST_HEX], char **parts, struct err *err);

/* It completed with that fingerprint. */
int cache_put(
    struct store *store, const char *digest, const char *parts, int64_t execution, struct err *err);

/* A completed execution gets the metrics and outputs of another, and its result as it was handed
 * over (task/handover.h), empty: none. It is what the entry names from now on. */
int cache_fill(struct store *store, const char *digest, int64_t execution, int64_t from,
    const struct buf *result, struct err *err);

/* The same for one that the worker holds: it completes, without an attempt. 1; 0 when the worker
 * does not hold it any more; -1. */
int cache_complete(struct store *store, int64_t worker, const struct work *work, const char *digest,
    int64_t from, const struct buf *result, struct tally *tally, struct err *err);

/* The newest entries of a task, the newest first: fn gets the parts and the parameters, JSON both,
 * and returns 0 to go on. At most so many. 0 or -1. */
typedef int cache_fn(int64_t execution, const char *parts, const char *params, void *ctx);
int cache_each(struct store *store, const char *org, const char *task, int most, cache_fn *fn,
    void *ctx, struct err *err);

#endif
