/* SPDX-License-Identifier: MIT */
/* axis: values and places, conditions, grids, samples and the dice behind them. */
#include "plan/axis.h"

#include <math.h>

#include "base/err.h"
#include "plan/dice.h"
#include "plan/grid.h"
#include "plan/sampler.h"
#include "plan/sweep.h"
#include "tap.h"

static struct sweep *
sweep_of(const char *axes, int method)
{
	json_t *definition = json_pack("{s:o}", "axes", json_loads(axes, 0, NULL));
	struct err err = { 0 };
	struct sweep *sweep = sweep_parse(definition, "s", method, &err);

	if (!ok(sweep != NULL, "%s", axes))
		printf("# %s\n", err.text);
	json_decref(definition);
	return sweep;
}

#define FLOAT "{\"type\":\"float\",\"min\":2,\"max\":12}"
#define STEPS "{\"type\":\"float\",\"min\":0.1,\"max\":0.5,\"step\":0.1}"
#define LOG "{\"type\":\"log-float\",\"min\":1e-6,\"max\":1}"
#define INT "{\"type\":\"int\",\"min\":-2,\"max\":2}"
#define EVEN "{\"type\":\"int\",\"min\":2,\"max\":9,\"step\":2}"
#define LOG_INT "{\"type\":\"log-int\",\"min\":1,\"max\":32}"
#define WORDS "[\"a\",true,3]"

/* ---- values ---- */

static const struct {
	const char *axis;
	double place;
	const char *value;
} values[] = {
	{ FLOAT, 0, "2.0" },
	{ FLOAT, 1, "12.0" },
	{ FLOAT, 0.5, "7.0" },
	{ FLOAT, 1.0 / 3, "5.333333333" },
	{ STEPS, 0, "0.1" },
	{ STEPS, 0.5, "0.3" },
	{ STEPS, 0.59999, "0.3" },
	{ STEPS, 0.60001, "0.4" },
	{ STEPS, 1, "0.5" },
	{ LOG, 0, "1e-06" },
	{ LOG, 0.5, "0.001" },
	{ LOG, 1, "1.0" },
	{ LOG, 0.123456, "5.504729718e-06" },
	{ INT, 0, "-2" },
	{ INT, 0.5, "0" },
	{ INT, 0.99, "2" },
	{ INT, 1, "2" },
	{ EVEN, 0, "2" },
	{ EVEN, 0.5, "6" },
	{ EVEN, 1, "8" },
	{ LOG_INT, 0, "1" },
	{ LOG_INT, 0.2, "1" },
	{ LOG_INT, 0.5, "4" },
	{ LOG_INT, 1, "32" },
	{ WORDS, 0, "\"a\"" },
	{ WORDS, 0.34, "true" },
	{ WORDS, 1, "3" },
};

static struct sweep *
one_axis(const char *axis)
{
	char text[200];

	snprintf(text, sizeof(text), "{\"x\":%s}", axis);
	return sweep_of(text, -1);
}

static void
test_values(void)
{
	for (size_t i = 0; i < COUNT(values); i++) {
		struct sweep *sweep = one_axis(values[i].axis);
		const struct axis *axis = &sweep->axes.at[0];
		json_t *value = axis_value(axis, values[i].place), *again;
		double snapped = axis_snap(axis, values[i].place), place = -1;
		int rc = axis_place(axis, value, &place, NULL);

		is_json(value, values[i].value, "%s at %g", values[i].axis, values[i].place);
		ok(rc == 0 && place == snapped, "its place is %.17g, %.17g", place, snapped);
		again = axis_value(axis, place);
		is_json(again, values[i].value, "and back");
		json_decref(value);
		json_decref(again);
		sweep_free(sweep);
	}
}

static const struct {
	const char *axis, *value, *error;
} wrong[] = {
	{ FLOAT, "1.99", "'x' must be a number in 2..12, found 1.99" },
	{ FLOAT, "13", "'x' must be a number in 2..12, found 13" },
	{ FLOAT, "\"3\"", "'x' must be a number in 2..12, found \"3\"" },
	{ FLOAT, "12.000000001", NULL },
	{ STEPS, "0.25", "'x' must be a number in 0.1..0.5 in steps of 0.1, found 0.25" },
	{ STEPS, "0.30000000000000004", NULL },
	{ INT, "0.5", "'x' must be an integer in -2..2, found 0.5" },
	{ INT, "1.0", NULL },
	{ EVEN, "3", "'x' must be an integer in 2..9 in steps of 2, found 3" },
	{ EVEN, "8", NULL },
	{ LOG_INT, "33", "'x' must be an integer in 1..32, found 33" },
	{ LOG_INT, "7", NULL },
	{ WORDS, "\"b\"", "'x' must be one of [\"a\",true,3], found \"b\"" },
	{ WORDS, "3.0", NULL },
	{ WORDS, "null", "'x' must be one of [\"a\",true,3], found null" },
};

static void
test_wrong(void)
{
	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct sweep *sweep = one_axis(wrong[i].axis);
		json_t *value = json_loads(wrong[i].value, JSON_DECODE_ANY, NULL);
		struct err err = { 0 };
		double place;
		int rc = axis_place(&sweep->axes.at[0], value, &place, &err);

		is_str(rc < 0 ? err.text : NULL, wrong[i].error, "%s in %s", wrong[i].value,
		    wrong[i].axis);
		json_decref(value);
		sweep_free(sweep);
	}
}

/* ---- grids ---- */

#define WHEN "{\"type\":\"float\",\"min\":0,\"max\":1,\"points\":2,\"when\":{\"a\":"

static const struct {
	const char *axes, *points;
} grids[] = {
	{ "{\"a\":[1,2],\"b\":[\"x\",\"y\"]}",
	    "[{\"a\":1,\"b\":\"x\"},{\"a\":1,\"b\":\"y\"},{\"a\":2,\"b\":\"x\"},{\"a\":2,\"b\":"
	    "\"y\"}]" },
	{ "{\"a\":{\"type\":\"float\",\"min\":0,\"max\":1,\"points\":3}}",
	    "[{\"a\":0.0},{\"a\":0.5},{\"a\":1.0}]" },
	{ "{\"a\":{\"type\":\"float\",\"min\":0,\"max\":1,\"points\":1}}", "[{\"a\":0.5}]" },
	{ "{\"a\":{\"type\":\"float\",\"min\":3,\"max\":3}}", "[{\"a\":3.0}]" },
	{ "{\"a\":" STEPS "}", "[{\"a\":0.1},{\"a\":0.2},{\"a\":0.3},{\"a\":0.4},{\"a\":0.5}]" },
	{ "{\"a\":" EVEN "}", "[{\"a\":2},{\"a\":4},{\"a\":6},{\"a\":8}]" },
	{ "{\"a\":{\"type\":\"log-float\",\"min\":0.001,\"max\":1,\"points\":4}}",
	    "[{\"a\":0.001},{\"a\":0.01},{\"a\":0.1},{\"a\":1.0}]" },
	{ "{\"a\":{\"type\":\"log-int\",\"min\":1,\"max\":32,\"points\":6}}",
	    "[{\"a\":1},{\"a\":2},{\"a\":4},{\"a\":8},{\"a\":16},{\"a\":32}]" },
	{ "{\"a\":{\"type\":\"log-int\",\"min\":1,\"max\":4,\"points\":4}}",
	    "[{\"a\":1},{\"a\":2},{\"a\":3},{\"a\":4}]" },
	{ "{\"a\":{\"type\":\"log-int\",\"min\":1,\"max\":8,\"points\":7}}",
	    "[{\"a\":1},{\"a\":2},{\"a\":3},{\"a\":4},{\"a\":6},{\"a\":8}]" },
	{ "{\"a\":[1,2,3],\"b\":" WHEN "[1,3]}}}",
	    "[{\"a\":1,\"b\":0.0},{\"a\":1,\"b\":1.0},{\"a\":2},{\"a\":3,\"b\":0.0},{\"a\":3,"
	    "\"b\":1.0}]" },
	{ "{\"a\":[1,2],\"b\":" WHEN "2}},\"c\":[7,8]}",
	    "[{\"a\":1,\"c\":7},{\"a\":1,\"c\":8},{\"a\":2,\"b\":0.0,\"c\":7},"
	    "{\"a\":2,\"b\":0.0,\"c\":8},{\"a\":2,\"b\":1.0,\"c\":7},{\"a\":2,\"b\":1.0,\"c\":8}"
	    "]" },
	/* a condition upon one that is not in force itself */
	{ "{\"a\":[1,2],\"b\":{\"values\":[5,6],\"when\":{\"a\":2}},"
	  "\"c\":{\"values\":[7,8],\"when\":{\"b\":6}}}",
	    "[{\"a\":1},{\"a\":2,\"b\":5},{\"a\":2,\"b\":6,\"c\":7},{\"a\":2,\"b\":6,\"c\":8}]" },
};

static void
test_grids(void)
{
	for (size_t i = 0; i < COUNT(grids); i++) {
		struct sweep *sweep = sweep_of(grids[i].axes, SWEEP_GRID);
		struct grid *grid = grid_new(&sweep->axes);
		json_t *all = json_array();
		double point[8];

		while (grid_next(grid, point))
			json_array_append_new(all, axes_values(&sweep->axes, point));
		is_json(all, grids[i].points, "the points of it");
		is_int((long long)grid_count(grid), (long long)json_array_size(all), "counted");
		ok(!grid_next(grid, point), "and no more");
		json_decref(all);
		grid_free(grid);
		sweep_free(sweep);
	}
}

/* ---- samples ---- */

static void
test_shuffle(void)
{
	static const uint64_t sizes[] = { 1, 2, 3, 4, 5, 10, 16, 17, 100, 1000, 4097 };

	for (size_t k = 0; k < COUNT(sizes); k++) {
		uint64_t n = sizes[k];
		char *seen = calloc(n, 1);
		bool good = true;
		uint64_t kept = 0;

		for (uint64_t i = 0; i < n; i++) {
			uint64_t at = dice_shuffled(7, 3, n, i);

			good = good && at < n && !seen[at];
			if (at < n)
				seen[at] = 1;
			kept += at == i;
		}
		ok(good, "%llu are shuffled, each to a place of its own", (unsigned long long)n);
		ok(n < 100 || kept < n / 10, "few stay where they were");
		free(seen);
	}
}

static void
test_dice(void)
{
	double sum = 0, squares = 0, normal = 0;
	struct dice dice, again;

	dice_init(&dice, 42, 1);
	dice_init(&again, 42, 1);
	is_int((long long)dice_bits(&dice), (long long)dice_bits(&again), "the same seed");
	for (int i = 0; i < 100000; i++) {
		double x = dice_unit(&dice), z = dice_normal(&dice);

		sum += x;
		normal += z;
		squares += z * z;
	}
	ok(fabs(sum / 100000 - 0.5) < 0.005, "uniform: the mean is %g", sum / 100000);
	ok(fabs(normal / 100000) < 0.01, "normal: the mean is %g", normal / 100000);
	ok(fabs(squares / 100000 - 1) < 0.02, "and the variance %g", squares / 100000);
}

/* Each slice of each axis is used once. */
static void
test_lhs(void)
{
	enum { N = 50 };
	struct sweep *sweep = sweep_of("{\"a\":" FLOAT ",\"b\":" LOG ",\"c\":" WORDS "}", -1);
	int seen[2][N] = { { 0 } }, words[3] = { 0 };
	bool good = true;
	double point[3], again[3];

	for (uint64_t i = 0; i < N; i++) {
		sampler_lhs(&sweep->axes, 5, N, i, point);
		for (int d = 0; d < 2; d++)
			seen[d][(int)fmin(point[d] * N, N - 1)]++;
		words[(int)(point[2] * 3)]++;
	}
	for (int k = 0; k < N; k++)
		good = good && seen[0][k] == 1 && seen[1][k] == 1;
	ok(good, "every slice is used once");
	ok(words[0] >= 16 && words[1] >= 16 && words[2] >= 16, "categories: %d %d %d", words[0],
	    words[1], words[2]);
	sampler_random(&sweep->axes, 5, 3, point);
	sampler_random(&sweep->axes, 5, 3, again);
	ok(axes_same(&sweep->axes, point, again), "the same seed and number: the same point");
	sampler_random(&sweep->axes, 6, 3, again);
	ok(!axes_same(&sweep->axes, point, again), "another seed: another");
	sweep_free(sweep);
}

int
main(void)
{
	test_values();
	test_wrong();
	test_grids();
	test_shuffle();
	test_dice();
	test_lhs();
	return done_testing();
}
