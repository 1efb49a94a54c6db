/* SPDX-License-Identifier: MIT */
/* histogram, estimate: quantiles against sorted values, and back through JSON. */
#include "task/estimate.h"

#include <math.h>

#include "base/err.h"
#include "tap.h"

#define NOT_ONE "it is not a histogram: [sum, max, first bucket, counts ...]"

static const struct {
	double values[8]; /* ended by -1 */
	const char *json;
	double half, p95, max;
} smalls[] = {
	{ { -1 }, "[]", 0, 0, 0 },
	{ { 1, -1 }, "[1.0,1.0,40,1]", 1, 1, 1 },
	{ { 1, 1.24, 1.25, 2, -1 }, "[5.49,2.0,40,2,1,0,0,1]", 1.25, 2, 2 },
	{ { 0, 0.0001, -1 }, "[0.0001,0.0001,0,2]", 0.0001, 0.0001, 0.0001 },
	{ { 7200, 60, -1 },
	    "[7260.0,7200.0,63,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1]", 64,
	    7200, 7200 },
	{ { 1e300, 3, -1 }, NULL, 3.5, 1e300, 1e300 },
	{ { 0x1p46, 0x1.fp46, -1 }, NULL, 0x1.fp46, 0x1.fp46, 0x1.fp46 },
};

static void
test_small(void)
{
	for (size_t i = 0; i < COUNT(smalls); i++) {
		struct histogram h = { 0 };
		json_t *json;

		for (int j = 0; smalls[i].values[j] >= 0; j++)
			histogram_add(&h, smalls[i].values[j]);
		json = histogram_json(&h);
		if (smalls[i].json)
			is_json(json, smalls[i].json, "small %zu", i);
		ok(histogram_quantile(&h, 0.5) == smalls[i].half, "small %zu: half at %g", i,
		    histogram_quantile(&h, 0.5));
		ok(histogram_quantile(&h, 0.95) == smalls[i].p95, "small %zu: p95 at %g", i,
		    histogram_quantile(&h, 0.95));
		ok(histogram_quantile(&h, 1) == smalls[i].max, "small %zu: max", i);
		json_decref(json);
	}
}

static void
test_odd_values(void)
{
	struct histogram h = { 0 };

	histogram_add(&h, (double)NAN);
	histogram_add(&h, (double)INFINITY);
	is_int(h.count, 0, "what is no number is passed over");
	histogram_add(&h, -5);
	ok(h.count == 1 && h.sum == 0 && h.max == 0, "below 0 is 0");
	ok(histogram_quantile(&h, 0.5) == 0, "and its quantile too");
}

static int
smaller(const void *a, const void *b)
{
	return (*(const double *)a > *(const double *)b) -
	    (*(const double *)a < *(const double *)b);
}

/* Quantiles of values over nine powers of ten are at most a quarter too large. */
static void
test_quantiles(void)
{
	static const double parts[] = { 0, 0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1 };
	enum { VALUES = 20000 };
	static double values[VALUES];
	struct histogram h = { 0 }, first = { 0 }, second = { 0 };
	uint64_t seed = 42;

	for (int i = 0; i < VALUES; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		values[i] = pow(10, (double)(seed >> 40) / (1 << 24) * 9 - 3);
		histogram_add(&h, values[i]);
		histogram_add(i % 3 ? &first : &second, values[i]);
	}
	qsort(values, VALUES, sizeof(*values), smaller);
	for (size_t i = 0; i < COUNT(parts); i++) {
		double rank = ceil(parts[i] * VALUES), got = histogram_quantile(&h, parts[i]);
		double want = values[rank < 1 ? 0 : (int)rank - 1];

		ok(got >= want && got <= want * 1.25, "quantile %g: %g of %g", parts[i], got, want);
		got = histogram_about(&h, parts[i]);
		ok(parts[i] == 0 || (got >= want * 0.8 && got <= want * 1.25), "about %g: %g of %g",
		    parts[i], got, want);
	}
	histogram_merge(&first, &second);
	ok(memcmp(first.buckets, h.buckets, sizeof(h.buckets)) == 0 && first.count == h.count &&
		first.max == h.max && fabs(first.sum - h.sum) < 1e-6 * h.sum,
	    "two halves merged are the whole");
}

static const struct {
	const char *json, *error, *back;
} parses[] = {
	{ "null", NULL, "{\"elapsed\":[],\"cpu\":[],\"memory\":[]}" },
	{ "{}", NULL, "{\"elapsed\":[],\"cpu\":[],\"memory\":[]}" },
	{ "{\"elapsed\":[2.5,1.5,40,1,0,1],\"later\":1}", NULL,
	    "{\"elapsed\":[2.5,1.5,40,1,0,1],\"cpu\":[],\"memory\":[]}" },
	{ "[]", "an estimate must be an object, found array", NULL },
	{ "{\"cpu\":{}}", "estimate: 'cpu': " NOT_ONE, NULL },
	{ "{\"cpu\":null}", "estimate: 'cpu': " NOT_ONE, NULL },
	{ "{\"cpu\":[1,1,0]}", "estimate: 'cpu': " NOT_ONE, NULL },
	{ "{\"cpu\":[-1,1,0,1]}", "estimate: 'cpu': " NOT_ONE, NULL },
	{ "{\"cpu\":[1,\"1\",0,1]}", "estimate: 'cpu': " NOT_ONE, NULL },
	{ "{\"cpu\":[1,1,-1,1]}", "estimate: 'cpu': " NOT_ONE, NULL },
	{ "{\"cpu\":[1,1,224,1]}", "estimate: 'cpu': " NOT_ONE, NULL },
	{ "{\"cpu\":[1,1,223,1,1]}", "estimate: 'cpu': " NOT_ONE, NULL },
	{ "{\"cpu\":[1,1,0,-1]}", "estimate: 'cpu': " NOT_ONE, NULL },
	{ "{\"cpu\":[1,1,0,0]}", "estimate: 'cpu': " NOT_ONE, NULL },
	{ "{\"cpu\":[1,1,0,1.5]}", "estimate: 'cpu': " NOT_ONE, NULL },
	{ "{\"cpu\":[1,1,0,9223372036854775807,1]}", "estimate: 'cpu': " NOT_ONE, NULL },
};

static void
test_parse(void)
{
	static struct estimate e;

	for (size_t i = 0; i < COUNT(parses); i++) {
		json_t *json = json_loads(parses[i].json, JSON_DECODE_ANY, NULL), *back = NULL;
		struct err err = { 0 };
		int rc = estimate_parse(json, &e, &err);

		is_str(rc < 0 ? err.text : NULL, parses[i].error, "%s", parses[i].json);
		if (rc == 0)
			back = estimate_json(&e);
		is_json(back, parses[i].back, "%s: back", parses[i].json);
		json_decref(back);
		json_decref(json);
	}
}

/* A day of dockings: 20 s to 10 min, one core, 300 MB. */
static void
test_dockings(void)
{
	static struct estimate e, other;
	struct estimate_room room;
	struct buf text = BUF_INIT;
	json_t *json;

	ok(estimate_fits(&e, 1), "nothing known: it fits");
	ok(estimate_left(&e, 10, 1) == -1, "and how long it takes is not known");
	estimate_suggest(&e, &room);
	ok(room.cpus == 0 && room.memory == 0 && room.timeout == 0, "nor what to ask for");
	for (int i = 0; i < 10000; i++)
		estimate_add(&e, 20 + i * 0.058, 19 + i * 0.057, 250000000 + i * 5000);
	ok(estimate_fits(&e, 640), "p95 fits");
	ok(!estimate_fits(&e, 500), "p95 does not fit");
	ok(estimate_left(&e, 0, 4) == 0, "nothing left");
	ok(fabs(estimate_left(&e, 1000, 10) - 31000) < 100, "ten at once");
	ok(fabs(estimate_left(&e, 3, 10) - 310) < 1, "fewer than could run at once");
	estimate_suggest(&e, &room);
	ok(fabs(room.cpus - 1) < 1e-9, "cpus %g", room.cpus);
	is_int(room.memory, INT64_C(21) << 24, "memory");
	ok(room.timeout == 1200, "timeout %g", room.timeout);
	json = estimate_json(&e);
	json_put(json, &text);
	ok(text.len < 400, "%zu bytes", text.len);
	is_int(estimate_parse(json, &other, NULL), 0, "read back");
	ok(memcmp(&other.elapsed.buckets, &e.elapsed.buckets, sizeof(e.elapsed.buckets)) == 0,
	    "the same");
	estimate_merge(&other, &e);
	is_int(other.memory.count, 20000, "merged");
	json_decref(json);
	buf_clear(&text);
}

int
main(void)
{
	test_small();
	test_odd_values();
	test_quantiles();
	test_parse();
	test_dockings();
	return done_testing();
}
