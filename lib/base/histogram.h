/* SPDX-License-Identifier: MIT */
/*
 * histogram: how a quantity is distributed, in a few hundred bytes whatever its number of values.
 *
 * Each power of two is cut into four equal buckets, from 2^-10 to 2^46, so it
 * serves milliseconds and terabytes alike. A quantile is never less than the true
 * one and at most a quarter more; largest value, sum and count are exact.
 * Zero-initialised it is empty.
 */
#ifndef BASE_HISTOGRAM_H
#define BASE_HISTOGRAM_H

#include <jansson.h>
#include <stdint.h>

struct err;

enum { HISTOGRAM_BUCKETS = 56 * 4 };

struct histogram {
	int64_t count;
	double sum, max;
	int64_t buckets[HISTOGRAM_BUCKETS];
};

/* One more value. Negative ones are taken as 0; what is not finite is passed over. */
void histogram_add(struct histogram *h, double x);

/* All that is in another one. */
void histogram_merge(struct histogram *h, const struct histogram *other);

/* The value that a part q (0..1) of all values does not exceed; 0 when it is empty. */
double histogram_quantile(const struct histogram *h, double q);

/* The same as if the values of a bucket lay evenly in it: nearer to the true one, on either side.
 */
double histogram_about(const struct histogram *h, double q);

/* 0 when it is empty. */
double histogram_mean(const struct histogram *h);

/* [sum, max, first bucket, its count, the count of the next, ...], or [] when it is empty; the
 * caller owns it. Read it back over a histogram of any content: -1 with ERR_INPUT when it is none.
 */
json_t *histogram_json(const struct histogram *h);
int histogram_parse(const json_t *json, struct histogram *h, struct err *err);

#endif
