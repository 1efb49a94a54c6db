/* SPDX-License-Identifier: MIT */
/* rate: limits read, and buckets drawn from. */
#include "task/rate.h"

#include <limits.h>

#include "base/err.h"
#include "tap.h"

#define NOW INT64_C(1769860800000000)
#define SECOND INT64_C(1000000)
#define NO_RATE "' is not a rate (10/s, 100/m, 5/30s)"

static const struct {
	const char *json, *rate, *error;
} parses[] = {
	{ "null", "null", NULL },
	{ "false", "null", NULL },
	{ "\"10/s\"", "{\"limit\":10.0,\"per\":1.0,\"burst\":10}", NULL },
	{ "\"100/m\"", "{\"limit\":100.0,\"per\":60.0,\"burst\":1}", NULL },
	{ "\"150/m\"", "{\"limit\":150.0,\"per\":60.0,\"burst\":2}", NULL },
	{ "\"0.5/h\"", "{\"limit\":0.5,\"per\":3600.0,\"burst\":1}", NULL },
	{ "\"5/30s\"", "{\"limit\":5.0,\"per\":30.0,\"burst\":1}", NULL },
	{ "\"1000/1h30m\"", "{\"limit\":1000.0,\"per\":5400.0,\"burst\":1}", NULL },
	{ "\"1000000/s\"", "{\"limit\":1000000.0,\"per\":1.0,\"burst\":1000000}", NULL },
	{ "{\"limit\":100,\"per\":\"60s\",\"burst\":10}",
	    "{\"limit\":100.0,\"per\":60.0,\"burst\":10}", NULL },
	{ "{\"limit\":3}", "{\"limit\":3.0,\"per\":1.0,\"burst\":3}", NULL },
	{ "true", NULL, "'rate' must be a text such as 10/s or an object, found boolean" },
	{ "10", NULL, "'rate' must be a text such as 10/s or an object, found integer" },
	{ "\"10\"", NULL, "'10" NO_RATE },
	{ "\"\"", NULL, "'" NO_RATE },
	{ "\"/s\"", NULL, "'/s" NO_RATE },
	{ "\"10/\"", NULL, "'10/" NO_RATE },
	{ "\"0/s\"", NULL, "'0/s" NO_RATE },
	{ "\"-1/s\"", NULL, "'-1/s" NO_RATE },
	{ "\"nan/s\"", NULL, "'nan/s" NO_RATE },
	{ "\"10/0s\"", NULL, "'10/0s" NO_RATE },
	{ "\"10/s/s\"", NULL, "'10/s/s" NO_RATE },
	{ "\"10/week\"", NULL, "'10/week" NO_RATE },
	{ "\"1000001/s\"", NULL, "'rate' must be between one in 36500 days and 1000000 a second" },
	{ "\"1e-9/d\"", NULL, "'rate' must be between one in 36500 days and 1000000 a second" },
	{ "{}", NULL, "rate: 'limit' must be a number above 0" },
	{ "{\"limit\":\"10\"}", NULL, "rate: 'limit' must be a number above 0" },
	{ "{\"limit\":1,\"per\":\"x\"}", NULL,
	    "rate: 'per' is wrong: 'x' is not a duration (90, 55m, 2h, 1h30m)" },
	{ "{\"limit\":1,\"per\":0}", NULL, "rate: 'per' must be more than 0" },
	{ "{\"limit\":1,\"burst\":0}", NULL, "rate: 'burst' must be an integer in 1..1000000000" },
	{ "{\"limit\":1,\"per\":\"1d\",\"burst\":36501}", NULL,
	    "rate: 'burst' must come in within 36500 days" },
	{ "{\"limit\":1,\"every\":1}", NULL,
	    "rate: 'every' is unknown; known are limit, per, burst" },
};

static void
test_parse(void)
{
	for (size_t i = 0; i < COUNT(parses); i++) {
		json_t *json = json_loads(parses[i].json, JSON_DECODE_ANY, NULL), *back = NULL;
		struct rate rate = { 0 }, again = { 0 };
		struct err err = { 0 };
		int rc = rate_parse(json, &rate, &err);

		if (rc == 0)
			back = rate_json(&rate);
		is_json(back, parses[i].rate, "parse %s", parses[i].json);
		is_str(rc < 0 ? err.text : NULL, parses[i].error, "message of %s", parses[i].json);
		if (rc == 0)
			ok(rate_parse(back, &again, NULL) == 0 && again.burst == rate.burst,
			    "read back");
		json_decref(back);
		json_decref(json);
	}
}

/* One bucket, 10 a second and a burst of 5, drawn from in turn; times from NOW on. */
static const struct {
	int64_t at;
	int n, has;
	bool taken;
	int64_t next;
} draws[] = {
	{ 0, 1, 5, true, 0 },
	{ 0, 4, 4, true, 0 },
	{ 0, 1, 0, false, 100000 },
	{ 99999, 1, 0, false, 100000 },
	{ 100000, 1, 1, true, 100000 },
	{ 100000, 3, 0, false, 400000 },
	{ 250000, 1, 1, true, 250000 },
	{ 250000, 1, 0, false, 300000 },
	{ 10 * SECOND, 9, 5, true, 10 * SECOND }, /* more than it holds is all of it */
	{ 10 * SECOND, 9, 0, false, 10 * SECOND + 500000 },
	{ -3600 * SECOND, 5, 5, true, -3600 * SECOND }, /* the clock went back */
	{ -3600 * SECOND, 1, 0, false, -3600 * SECOND + 100000 },
	{ 11 * SECOND, 5, 5, true, 11 * SECOND },
};

static void
test_draw(void)
{
	static const struct rate rate = { 10, 1, 5 }, none = { 0 };
	struct bucket bucket = { 0 };
	int64_t next;

	for (size_t i = 0; i < COUNT(draws); i++) {
		is_int(bucket_has(&bucket, &rate, NOW + draws[i].at), draws[i].has, "draw %zu: has",
		    i);
		is_int(bucket_take(&bucket, &rate, draws[i].n, NOW + draws[i].at, &next),
		    draws[i].taken, "draw %zu", i);
		is_int(next - NOW, draws[i].next, "draw %zu: next", i);
	}
	ok(bucket_take(&bucket, &none, 1000, NOW, NULL), "no limit");
	is_int(bucket_has(&bucket, &none, NOW), INT_MAX, "no end of it");
}

/* Drawing one after the other whenever the next is said to be there. */
static void
test_rates(void)
{
	static const char *const rates[] = { "10/s", "100/m", "7/m", "3/s", "1/s", "999999/s",
		"1000/1h30m" };

	for (size_t i = 0; i < COUNT(rates); i++) {
		json_t *json = json_string(rates[i]);
		struct bucket bucket = { 0 };
		struct rate rate = { 0 };
		int64_t now = NOW, next;
		int refused = 0, n = 0;
		double share;

		rate_parse(json, &rate, NULL);
		while (now < NOW + (int64_t)(20 * rate.per * SECOND) && n < 30000) {
			if (bucket_take(&bucket, &rate, 1, now, &next)) {
				n++;
				refused = 0;
				continue;
			}
			if (refused++)
				break;
			now = next;
		}
		share = (double)(now - NOW) / SECOND * rate.limit / rate.per;
		ok(!refused || now >= NOW + (int64_t)(20 * rate.per * SECOND),
		    "%s: what is promised is there", rates[i]);
		ok(n <= share + rate.burst + 1 && n >= share * 0.999 - 1,
		    "%s: %d drawn of %g, burst %d", rates[i], n, share, rate.burst);
		json_decref(json);
	}
}

int
main(void)
{
	test_parse();
	test_draw();
	test_rates();
	return done_testing();
}
