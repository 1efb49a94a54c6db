/* SPDX-License-Identifier: MIT */
/*
 * rate: how often something may happen, as a bucket that fills by itself and is drawn from.
 *
 *	rate: 10/s	100/m	5/30s	0.5/h
 *	rate: {limit: 100, per: 60s, burst: 10}
 *
 * A bucket holds at most `burst` tokens, by default what comes in within a
 * second but at least one: 100/m is one every 0.6 s. In any stretch of time at
 * most its share and a burst more are drawn.
 *
 * Pure, and one integer: the time when the bucket will be full again.
 */
#ifndef TASK_RATE_H
#define TASK_RATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct err;

struct rate {
	double limit; /* tokens that come in ... 0: no limit */
	double per;   /* ... in so many seconds */
	int burst;    /* that the bucket holds */
};

/* Zero-initialised it is full. */
struct bucket {
	int64_t full_at; /* nanoseconds since 1970 */
};

/* Read a `rate` member; NULL, null and false are no limit. -1 with ERR_INPUT: not between a million
 * a second and one in a hundred years, a burst that takes longer than that, an unknown key. */
int rate_parse(const json_t *json, struct rate *rate, struct err *err);

/* The rate as JSON that rate_parse reads back; the caller owns it. */
json_t *rate_json(const struct rate *rate);

/* How many tokens are there now (microseconds since 1970). INT_MAX without a limit. */
int bucket_has(const struct bucket *bucket, const struct rate *rate, int64_t now);

/* Draw n tokens (1..burst, more is taken as a burst): true. False when they are not all there:
 * *next (not NULL) is when they will be, microseconds since 1970. */
bool bucket_take(struct bucket *bucket, const struct rate *rate, int n, int64_t now, int64_t *next);

#endif
