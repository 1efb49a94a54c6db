/* SPDX-License-Identifier: MIT */
/*
 * retention: what has ended long enough ago is forgotten.
 *
 * An execution goes with its parameters, result, attempts and links; its account
 * no longer counts it. One that another execution waited for, or waits for,
 * stays as long as that other is there: so the last of a chain goes first.
 */
#ifndef TASK_RETENTION_H
#define TASK_RETENTION_H

#include <stdbool.h>
#include <stdint.h>

#include "task/job.h"

struct err;
struct store;
struct tally;

/* What may go. */
struct retention {
	const char *org;
	struct job job;   /* of this generation; id 0: any */
	int status;       /* enum status, -1: any that is final */
	int account;      /* enum account, -1: any */
	bool keep_failed; /* failed and timeout stay */
	int64_t before;   /* ended before this: microseconds since 1970 */
};

/* The next executions that are old enough, from the newest down: ids below `below`, at most room.
 * The number, or -1. */
int retention_page(struct store *store, const struct retention *r, int64_t below, int64_t *ids,
    int room, struct err *err);

/* Does another execution need it, one that is not gone? gone NULL: none is. 1, 0, -1. */
typedef bool retention_gone_fn(int64_t id, void *ctx);
int retention_is_needed(
    struct store *store, int64_t id, retention_gone_fn *gone, void *ctx, struct err *err);

/* How many bytes its rows hold, roughly; -1. */
int64_t retention_bytes(struct store *store, int64_t id, struct err *err);

/* Remove it, if it may go still and nobody needs it: 1, 0, -1. Within a transaction. */
int retention_remove(struct store *store, const struct retention *r, int64_t id,
    struct tally *tally, struct err *err);

/* Remove events of before that time from the oldest on, at most so many transactions' worth, but
 * never the newest, so that their numbers go on. How many events went: 0 when there are no more,
 * -1. Within a transaction. */
int64_t retention_remove_events(struct store *store, int64_t before, int most, struct err *err);
/* How many would. */
int64_t retention_count_events(struct store *store, int64_t before, struct err *err);

/* Remove what is older and was there for executions only: jobs without name, their lanes and
 * settings, definitions that are not registered any more, workers that ended. Within a
 * transaction. */
int retention_remove_rest(struct store *store, int64_t before, struct err *err);

#endif
