/* SPDX-License-Identifier: MIT */
/* retry: policies read, waits, and what is tried again. */
#include "task/retry.h"

#include "base/err.h"
#include "tap.h"

#define DEFAULTS_ON "\"on\":[\"timeout\",\"memory\",\"signal\",\"lost\",\"service\"]"
#define DEFAULTS_GROW "\"grow\":{\"memory\":2.0,\"timeout\":1.5}"

static const struct {
	const char *json, *policy, *error;
} parses[] = {
	{ "null",
	    "{\"strategy\":\"exponential_backoff\",\"max_retries\":3,\"delay\":5.0,\"max_delay\":"
	    "300.0,"
	    "\"jitter\":0.1," DEFAULTS_ON "," DEFAULTS_GROW "}",
	    NULL },
	{ "\"none\"",
	    "{\"strategy\":\"none\",\"max_retries\":3,\"delay\":5.0,\"max_delay\":300.0,"
	    "\"jitter\":0.1," DEFAULTS_ON "," DEFAULTS_GROW "}",
	    NULL },
	{ "{\"strategy\":\"fixed_delay\",\"max_retries\":0,\"delay\":\"1m\",\"max_delay\":90,"
	  "\"jitter\":\"25%\",\"on\":[\"engine\"],\"grow\":{\"memory\":\"3x\",\"timeout\":1}}",
	    "{\"strategy\":\"fixed_delay\",\"max_retries\":0,\"delay\":60.0,\"max_delay\":90.0,"
	    "\"jitter\":0.25,\"on\":[\"engine\"],\"grow\":{\"memory\":3.0,\"timeout\":1.0}}",
	    NULL },
	{ "{\"delay\":null,\"jitter\":0,\"on\":[]}",
	    "{\"strategy\":\"exponential_backoff\",\"max_retries\":3,\"delay\":5.0,\"max_delay\":"
	    "300.0,"
	    "\"jitter\":0.0,\"on\":[]," DEFAULTS_GROW "}",
	    NULL },
	{ "3", NULL, "'retry' must be an object or a strategy, found integer" },
	{ "\"often\"", NULL,
	    "retry: 'strategy' must be one of none, immediate, fixed_delay, exponential_backoff, "
	    "fibonacci_backoff, found 'often'" },
	{ "{\"strategy\":1}", NULL,
	    "retry: 'strategy' must be one of none, immediate, fixed_delay, exponential_backoff, "
	    "fibonacci_backoff, found integer" },
	{ "{\"max_retries\":-1}", NULL, "retry: 'max_retries' must be an integer in 0..1000" },
	{ "{\"max_retries\":2.0}", NULL, "retry: 'max_retries' must be an integer in 0..1000" },
	{ "{\"delay\":-1}", NULL, "retry: 'delay' must be between 0 and 36500 days" },
	{ "{\"delay\":366e5}", NULL, "retry: 'delay' must be between 0 and 365 days" },
	{ "{\"delay\":true}", NULL, "retry: 'delay' must be seconds or a duration, found boolean" },
	{ "{\"max_delay\":\"soon\"}", NULL,
	    "retry: 'max_delay' is wrong: 'soon' is not a duration (90, 55m, 2h, 1h30m)" },
	{ "{\"jitter\":2}", NULL, "retry: 'jitter' must be between 0 and 1 (0% and 100%)" },
	{ "{\"jitter\":\"10\"}", NULL,
	    "retry: 'jitter' is wrong: '10' is not a part of the whole (0.1, 10%)" },
	{ "{\"jitter\":[]}", NULL,
	    "retry: 'jitter' must be a number or a percentage, found array" },
	{ "{\"on\":\"lost\"}", NULL,
	    "retry: 'on' must be an array of failure classes, found string" },
	{ "{\"on\":[\"lost\",\"oops\"]}", NULL,
	    "retry: 'on' knows the classes input, engine, result, timeout, memory, signal, lost, "
	    "service, rejected, dependency, found 'oops'" },
	{ "{\"grow\":{\"disk\":2}}", NULL, "retry: 'grow' knows memory and timeout, found 'disk'" },
	{ "{\"grow\":{\"memory\":0.5}}", NULL,
	    "retry: 'grow': 'memory' must be a factor in 1..100 (2, 1.5x)" },
	{ "{\"most\":{\"timeout\":1,\"memory\":0}}",
	    "{\"strategy\":\"exponential_backoff\",\"max_retries\":3,\"delay\":5.0,\"max_delay\":"
	    "300.0,\"jitter\":0.1," DEFAULTS_ON
	    ",\"most\":{\"timeout\":1,\"memory\":0}," DEFAULTS_GROW "}",
	    NULL },
	{ "{\"most\":1}", NULL, "retry: 'most' must be an object, found integer" },
	{ "{\"most\":{\"disk\":1}}", NULL,
	    "retry: 'most' knows the classes input, engine, result, timeout, memory, signal, lost, "
	    "service, rejected, dependency, found 'disk'" },
	{ "{\"most\":{\"memory\":-1}}", NULL,
	    "retry: 'most': 'memory' must be an integer in 0..1000" },
	{ "{\"retries\":3}", NULL,
	    "retry: 'retries' is unknown; known are strategy, max_retries, delay, max_delay, "
	    "jitter, "
	    "on, most, grow" },
};

static void
test_parse(void)
{
	for (size_t i = 0; i < COUNT(parses); i++) {
		json_t *json = json_loads(parses[i].json, JSON_DECODE_ANY, NULL), *back = NULL;
		struct retry_policy policy, again;
		struct err err = { 0 };
		int rc = retry_parse(json, &policy, &err);

		if (rc == 0)
			back = retry_json(&policy);
		is_json(back, parses[i].policy, "parse %s", parses[i].json);
		is_str(rc < 0 ? err.text : NULL, parses[i].error, "message of %s", parses[i].json);
		if (rc == 0) {
			is_int(retry_parse(back, &again, NULL), 0, "read back %s", parses[i].json);
			json_decref(back);
			back = retry_json(&again);
			is_json(back, parses[i].policy, "the same policy again");
		}
		json_decref(back);
		json_decref(json);
	}
}

static void
test_delay(void)
{
	static const struct {
		enum retry_strategy strategy;
		int waits[8]; /* seconds after 1, 2, ... tries */
	} rows[] = {
		{ RETRY_IMMEDIATE, { 0, 0, 0, 0, 0, 0, 0, 0 } },
		{ RETRY_FIXED, { 5, 5, 5, 5, 5, 5, 5, 5 } },
		{ RETRY_EXPONENTIAL, { 5, 10, 20, 40, 80, 160, 300, 300 } },
		{ RETRY_FIBONACCI, { 5, 5, 10, 15, 25, 40, 65, 105 } },
	};
	struct retry_policy p;
	int64_t low = INT64_MAX, high = 0;

	retry_default(&p);
	p.jitter = 0;
	for (size_t i = 0; i < COUNT(rows); i++)
		for (int n = 0; n < 8; n++) {
			p.strategy = rows[i].strategy;
			is_int(retry_delay(&p, n + 1, 7), rows[i].waits[n] * 1000000LL,
			    "strategy %d after %d", rows[i].strategy, n + 1);
		}
	p.strategy = RETRY_EXPONENTIAL;
	is_int(retry_delay(&p, 1000, 7), 300000000, "after a thousand tries");
	p.strategy = RETRY_FIXED;
	p.jitter = 0.1;
	is_int(retry_delay(&p, 1, 7), retry_delay(&p, 1, 7), "the same seed, the same wait");
	ok(retry_delay(&p, 1, 7) != retry_delay(&p, 2, 7), "another try, another wait");
	for (uint64_t seed = 0; seed < 1000; seed++) {
		int64_t wait = retry_delay(&p, 1, seed);

		low = wait < low ? wait : low;
		high = wait > high ? wait : high;
	}
	ok(low >= 4500000 && low < 4510000, "jitter goes down to 10 %%, not further: %ld",
	    (long)low);
	ok(high <= 5500000 && high > 5490000, "and up to 10 %%, not further: %ld", (long)high);
	p.max_delay = p.delay;
	for (uint64_t seed = 0; seed < 100; seed++)
		high = retry_delay(&p, 1, seed) > p.delay ? -1 : high;
	ok(high > 0, "never beyond max_delay");
}

static void
test_wants(void)
{
	static const struct {
		enum failure class;
		int code, attempts;
		bool wants;
	} rows[] = {
		{ FAIL_LOST, -1, 1, true },
		{ FAIL_LOST, -1, 3, true },
		{ FAIL_LOST, -1, 4, false },
		{ FAIL_SERVICE, -1, 1, true },
		{ FAIL_SIGNAL, -1, 1, true },
		{ FAIL_MEMORY, -1, 1, true },
		{ FAIL_TIMEOUT, -1, 1, true },
		{ FAIL_INPUT, 1, 1, false },
		{ FAIL_ENGINE, 1, 1, false },
		{ FAIL_RESULT, 0, 1, false },
		{ FAIL_REJECTED, -1, 1, false },
		{ FAIL_DEPENDENCY, -1, 1, false },
		{ FAIL_ENGINE, 75, 1, true },
		{ FAIL_ENGINE, 75, 4, false },
		{ FAIL_SERVICE, 64, 1, false },
		{ FAIL_SERVICE, 74, 1, false },
		{ FAIL_SERVICE, 76, 1, false },
		{ FAIL_SERVICE, 78, 1, false },
		{ FAIL_SERVICE, 63, 1, true },
		{ FAIL_SERVICE, 79, 1, true },
	};
	struct retry_policy p;

	retry_default(&p);
	for (size_t i = 0; i < COUNT(rows); i++)
		is_int(retry_wants(&p, rows[i].class, rows[i].code, rows[i].attempts, 1),
		    rows[i].wants, "%s, exit %d, after %d", failure_name(rows[i].class),
		    rows[i].code, rows[i].attempts);
	retry_never(&p);
	ok(!retry_wants(&p, FAIL_LOST, -1, 1, 1), "never: lost");
	ok(!retry_wants(&p, FAIL_ENGINE, 75, 1, 1), "never: exit 75");
	retry_default(&p);
	p.most[FAIL_TIMEOUT] = 1;
	ok(retry_wants(&p, FAIL_TIMEOUT, -1, 1, 1), "once longer");
	ok(retry_wants(&p, FAIL_TIMEOUT, -1, 3, 1), "after others as well");
	ok(!retry_wants(&p, FAIL_TIMEOUT, -1, 2, 2), "not twice");
	ok(!retry_wants(&p, FAIL_TIMEOUT, 75, 2, 2), "not when it asks for that");
	ok(retry_wants(&p, FAIL_MEMORY, 75, 3, 3), "of memory as often as there are tries");
	retry_default(&p);
	is_int((long long)(100 * retry_room(&p, FAIL_MEMORY, 0)), 100, "room before a failure");
	is_int((long long)(100 * retry_room(&p, FAIL_MEMORY, 2)), 400, "twice the memory, twice");
	is_int((long long)(100 * retry_room(&p, FAIL_TIMEOUT, 2)), 225, "time");
	is_int((long long)retry_room(&p, FAIL_MEMORY, 1000), 1024, "room has an end");
}

int
main(void)
{
	test_parse();
	test_delay();
	test_wants();
	is_int(failure_find("lost"), FAIL_LOST, "a class by its name");
	is_int(failure_find("LOST"), -1, "no such class");
	return done_testing();
}
