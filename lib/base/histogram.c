/* SPDX-License-Identifier: MIT */
/* histogram: how a quantity is distributed. */
#include "base/histogram.h"

#include <math.h>
#include <stdbool.h>

#include "base/err.h"

enum { PARTS = 4, LOWEST = -9 }; /* frexp gives 2^-10 as 0.5 times 2 to the power of LOWEST */

#define MOST_VALUES (INT64_C(1) << 53)

static int
bucket_of(double x)
{
	int exponent, i;
	double part = frexp(x, &exponent);

	if (x < ldexp(0.5, LOWEST))
		return 0;
	i = (exponent - LOWEST) * PARTS + (int)((part - 0.5) * 2 * PARTS);
	return i < HISTOGRAM_BUCKETS ? i : HISTOGRAM_BUCKETS - 1;
}

/* What the values of a bucket are less than. */
static double
bucket_end(int i)
{
	return ldexp(0.5 + (i % PARTS + 1) / (2.0 * PARTS), LOWEST + i / PARTS);
}

void
histogram_add(struct histogram *h, double x)
{
	if (!isfinite(x) || h->count >= MOST_VALUES)
		return;
	if (x < 0)
		x = 0;
	h->buckets[bucket_of(x)]++;
	h->count++;
	h->sum += x;
	if (x > h->max)
		h->max = x;
}

void
histogram_merge(struct histogram *h, const struct histogram *other)
{
	if (other->count > MOST_VALUES - h->count)
		return;
	for (int i = 0; i < HISTOGRAM_BUCKETS; i++)
		h->buckets[i] += other->buckets[i];
	h->count += other->count;
	h->sum += other->sum;
	if (other->max > h->max)
		h->max = other->max;
}

double
histogram_quantile(const struct histogram *h, double q)
{
	double rank = ceil(q * (double)h->count), seen = 0;

	for (int i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += (double)h->buckets[i];
		if (h->buckets[i] && seen >= rank && i < HISTOGRAM_BUCKETS - 1)
			return fmin(bucket_end(i), h->max);
	}
	return h->max;
}

double
histogram_about(const struct histogram *h, double q)
{
	double rank = ceil(q * (double)h->count), seen = 0;

	for (int i = 0; i < HISTOGRAM_BUCKETS - 1; i++) {
		double n = (double)h->buckets[i], low = i > 0 ? bucket_end(i - 1) : 0;

		if (n > 0 && seen + n >= rank)
			return low + (fmin(bucket_end(i), h->max) - low) * (rank - seen) / n;
		seen += n;
	}
	return h->max;
}

double
histogram_mean(const struct histogram *h)
{
	return h->count ? h->sum / (double)h->count : 0;
}

json_t *
histogram_json(const struct histogram *h)
{
	int first = 0, end = HISTOGRAM_BUCKETS;
	json_t *out = json_array();

	if (h->count == 0)
		return out;
	while (!h->buckets[first])
		first++;
	while (!h->buckets[end - 1])
		end--;
	json_array_append_new(out, json_real(h->sum));
	json_array_append_new(out, json_real(h->max));
	json_array_append_new(out, json_integer(first));
	for (int i = first; i < end; i++)
		json_array_append_new(out, json_integer(h->buckets[i]));
	return out;
}

/* An item that is an integer in 0..most. */
static bool
read_integer(const json_t *json, size_t i, json_int_t most, json_int_t *out)
{
	const json_t *item = json_array_get(json, i);

	*out = json_integer_value(item);
	return json_is_integer(item) && *out >= 0 && *out <= most;
}

static bool
read_positive(const json_t *json, size_t i, double *out)
{
	const json_t *item = json_array_get(json, i);

	*out = json_number_value(item);
	return json_is_number(item) && *out >= 0;
}

int
histogram_parse(const json_t *json, struct histogram *h, struct err *err)
{
	size_t n = json_array_size(json);
	json_int_t first, count;

	*h = (struct histogram){ 0 };
	if (json_is_array(json) && n == 0)
		return 0;
	if (n < 4 || !read_positive(json, 0, &h->sum) || !read_positive(json, 1, &h->max) ||
	    !read_integer(json, 2, HISTOGRAM_BUCKETS - 1, &first) ||
	    n - 3 > (size_t)(HISTOGRAM_BUCKETS - first))
		goto bad;
	for (size_t i = 3; i < n; i++) {
		if (!read_integer(json, i, MOST_VALUES - h->count, &count))
			goto bad;
		h->buckets[(size_t)first + i - 3] = count;
		h->count += count;
	}
	if (h->count)
		return 0;
bad:
	*h = (struct histogram){ 0 };
	return err_set(
	    err, ERR_INPUT, "it is not a histogram: [sum, max, first bucket, counts ...]");
}
