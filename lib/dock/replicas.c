/* SPDX-License-Identifier: MIT */
/* replicas: dockings of one request that differ in the seed alone. */
#include "dock/replicas.h"

#include <math.h>

#include "dock/score.h"

/* A millionth: what engines write has three decimals at most. */
static json_t *
millionths(double value)
{
	return json_real(round(value * 1e6) / 1e6);
}

static double
mean_of(const json_t *values)
{
	size_t n = json_array_size(values);
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += json_number_value(json_array_get(values, i));
	return sum / (double)n;
}

/* The root of the sum of squares by n - 1. */
static double
deviation_of(const json_t *values, double mean)
{
	size_t n = json_array_size(values);
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += pow(json_number_value(json_array_get(values, i)) - mean, 2);
	return sqrt(sum / (double)(n - 1));
}

json_t *
replicas_best(json_t *const *records, size_t n)
{
	const struct score *score = score_default(records[0]);
	json_t *seeds = json_array(), *values = json_array(), *best = NULL;
	double value, top = 0, mean;

	for (size_t i = 0; i < n; i++) {
		if (!score_get(score, records[i], &value, NULL))
			continue;
		if (!best || score_compare(score, value, top) < 0) {
			best = records[i];
			top = value;
		}
		json_array_append(seeds, json_object_get(records[i], "seed"));
		json_array_append_new(values, json_real(value));
	}
	if (json_array_size(values) < 2) {
		json_decref(seeds);
		json_decref(values);
		return best ? best : records[0];
	}
	mean = mean_of(values);
	json_object_set_new(best, "replicas",
	    json_pack("{s:I, s:s, s:o, s:o, s:o, s:o}", "count", (json_int_t)n, "score",
		score->name, "seeds", seeds, "values", values, "mean", millionths(mean), "spread",
		millionths(deviation_of(values, mean))));
	return best;
}
