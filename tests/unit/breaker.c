/* SPDX-License-Identifier: MIT */
/* breaker: every state against every event, policies, what counts, and whole stories. */
#include "task/breaker.h"

#include "base/err.h"
#include "task/cause.h"
#include "tap.h"

#define SECOND INT64_C(1000000)
#define NOW (1000 * SECOND)
#define PROBE 7

static const struct breaker_policy usual = { 3, 60 * SECOND };

/* Before, as {state, failures, opened_at, probe, cause}; what is told; after. */
#define CLOSED(failures, cause) \
	{ \
		BREAKER_CLOSED, failures, 0, 0, cause \
	}
#define OPEN(failures, at, cause) \
	{ \
		BREAKER_OPEN, failures, at, 0, cause \
	}
#define HALF \
	{ \
		BREAKER_HALF_OPEN, 3, 900 * SECOND, PROBE, 5 \
	}

static const struct {
	struct breaker before;
	enum breaker_event event;
	int64_t execution;
	uint32_t cause;
	struct breaker after;
	bool changed;
} tells[] = {
	{ CLOSED(0, 0), BREAKER_SUCCESS, 1, 0, CLOSED(0, 0), false },
	{ CLOSED(2, 5), BREAKER_SUCCESS, 1, 0, CLOSED(0, 0), true },
	{ CLOSED(0, 0), BREAKER_FAILURE, 1, 5, CLOSED(1, 5), true },
	{ CLOSED(1, 5), BREAKER_FAILURE, 1, 5, CLOSED(2, 5), true },
	{ CLOSED(2, 5), BREAKER_FAILURE, 1, 5, OPEN(3, NOW, 5), true },
	{ CLOSED(2, 5), BREAKER_FAILURE, 1, 6, CLOSED(1, 6), true },
	{ CLOSED(2, 5), BREAKER_FAILURE, 1, 0, OPEN(3, NOW, 0), true },
	{ CLOSED(2, 0), BREAKER_FAILURE, 1, 0, OPEN(3, NOW, 0), true },
	{ CLOSED(2, 0), BREAKER_FAILURE, 1, 5, CLOSED(1, 5), true },
	{ CLOSED(2, 5), BREAKER_RAN, 1, 0, CLOSED(2, 5), false },
	{ CLOSED(2, 5), BREAKER_NOTHING, 1, 0, CLOSED(2, 5), false },
	{ OPEN(3, 900, 5), BREAKER_SUCCESS, 1, 0, OPEN(3, 900, 5), false },
	{ OPEN(3, 900, 5), BREAKER_FAILURE, 1, 6, OPEN(3, 900, 5), false },
	{ OPEN(3, 900, 5), BREAKER_RAN, 1, 0, OPEN(3, 900, 5), false },
	{ OPEN(3, 900, 5), BREAKER_NOTHING, 1, 0, OPEN(3, 900, 5), false },
	{ HALF, BREAKER_SUCCESS, PROBE, 0, CLOSED(0, 0), true },
	{ HALF, BREAKER_FAILURE, PROBE, 6, OPEN(3, NOW, 6), true },
	{ HALF, BREAKER_RAN, PROBE, 0, CLOSED(0, 0), true },
	{ HALF, BREAKER_NOTHING, PROBE, 0, OPEN(3, 900 * SECOND, 5), true },
	{ HALF, BREAKER_SUCCESS, 8, 0, HALF, false },
	{ HALF, BREAKER_FAILURE, 8, 6, HALF, false },
	{ HALF, BREAKER_RAN, 8, 0, HALF, false },
	{ HALF, BREAKER_NOTHING, 8, 0, HALF, false },
};

static bool
same(const struct breaker *a, const struct breaker *b)
{
	return a->state == b->state && a->failures == b->failures && a->opened_at == b->opened_at &&
	    a->probe == b->probe && a->cause == b->cause;
}

static void
test_tell(void)
{
	static const struct breaker_policy never = { 0, SECOND };
	int seen[BREAKER_STATES][BREAKER_EVENTS] = { 0 };

	for (size_t i = 0; i < COUNT(tells); i++) {
		struct breaker b = tells[i].before;
		struct breaker_end end = { tells[i].execution, NOW, tells[i].event,
			tells[i].cause };

		seen[b.state][end.event] = 1;
		is_int(breaker_tell(&b, &usual, &end), tells[i].changed, "row %zu: changed", i);
		ok(same(&b, &tells[i].after), "row %zu: %s, %d failures, opened %lld, probe %lld",
		    i, breaker_state_name(b.state), b.failures, (long long)b.opened_at,
		    (long long)b.probe);
		b = tells[i].before;
		ok(!breaker_tell(&b, &never, &end) && same(&b, &tells[i].before),
		    "row %zu: no breaker, no change", i);
	}
	for (int s = 0; s < BREAKER_STATES; s++)
		for (int e = 0; e < BREAKER_EVENTS; e++)
			ok(seen[s][e], "state %d, event %d has a row", s, e);
}

static const struct {
	struct breaker before;
	int64_t now;
	enum breaker_answer answer;
	int64_t next;
	struct breaker after;
} asks[] = {
	{ CLOSED(0, 0), NOW, BREAKER_START, 0, CLOSED(0, 0) },
	{ CLOSED(2, 5), NOW, BREAKER_START, 0, CLOSED(2, 5) },
	{ OPEN(3, NOW, 5), NOW, BREAKER_WAIT, NOW + 60 * SECOND, OPEN(3, NOW, 5) },
	{ OPEN(3, NOW, 5), NOW + 60 * SECOND - 1, BREAKER_WAIT, NOW + 60 * SECOND,
	    OPEN(3, NOW, 5) },
	{ OPEN(3, NOW, 5), NOW + 60 * SECOND, BREAKER_PROBE, 0,
	    { BREAKER_HALF_OPEN, 3, NOW, PROBE, 5 } },
	{ OPEN(3, NOW + 3600 * SECOND, 5), NOW, BREAKER_PROBE, 0,
	    { BREAKER_HALF_OPEN, 3, NOW + 3600 * SECOND, PROBE, 5 } },
	{ HALF, NOW, BREAKER_PROBE, 0, HALF },
	{ { BREAKER_HALF_OPEN, 3, NOW, 8, 5 }, NOW + 3600 * SECOND, BREAKER_WAIT, 0,
	    { BREAKER_HALF_OPEN, 3, NOW, 8, 5 } },
};

static void
test_ask(void)
{
	static const struct breaker_policy never = { 0, SECOND };

	for (size_t i = 0; i < COUNT(asks); i++) {
		struct breaker b = asks[i].before;
		int64_t next = -1;

		is_int(breaker_ask(&b, &usual, PROBE, asks[i].now, &next), asks[i].answer,
		    "ask %zu", i);
		is_int(next, asks[i].next, "ask %zu: when again", i);
		ok(same(&b, &asks[i].after), "ask %zu: state after", i);
		b = asks[i].before;
		is_int(breaker_ask(&b, &never, PROBE, asks[i].now, NULL), BREAKER_START,
		    "ask %zu: no breaker, no wait", i);
	}
}

static void
test_judge(void)
{
	static const struct {
		enum failure class;
		double seconds;
		enum breaker_event event;
		bool cause;
	} rows[] = {
		{ FAIL_NONE, 0, BREAKER_SUCCESS, false },
		{ FAIL_INPUT, 0, BREAKER_NOTHING, false },
		{ FAIL_ENGINE, 0, BREAKER_FAILURE, true },
		{ FAIL_ENGINE, 2, BREAKER_FAILURE, true },
		{ FAIL_ENGINE, 2.001, BREAKER_RAN, false },
		{ FAIL_RESULT, 0, BREAKER_RAN, false },
		{ FAIL_TIMEOUT, 0, BREAKER_RAN, false },
		{ FAIL_MEMORY, 0, BREAKER_RAN, false },
		{ FAIL_SIGNAL, 1, BREAKER_FAILURE, true },
		{ FAIL_SIGNAL, 100, BREAKER_RAN, false },
		{ FAIL_LOST, 0, BREAKER_NOTHING, false },
		{ FAIL_SERVICE, 100, BREAKER_FAILURE, false },
		{ FAIL_REJECTED, 0, BREAKER_FAILURE, false },
		{ FAIL_DEPENDENCY, 0, BREAKER_NOTHING, false },
	};
	struct breaker_end end = { 0 };

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint32_t cause = rows[i].cause ? cause_id(rows[i].class, "exit 1: lig NAME") : 0;

		breaker_judge(rows[i].class, rows[i].seconds, "exit 1: lig lig_0042", &end);
		is_int(end.event, rows[i].event, "class %d after %g s", rows[i].class,
		    rows[i].seconds);
		is_int(
		    end.cause, cause, "class %d after %g s: cause", rows[i].class, rows[i].seconds);
	}
	breaker_judge(FAIL_ENGINE, 0, NULL, &end);
	ok(end.cause != 0, "no reason is a cause too");
}

/* Ten thousand executions of a broken program: how many are started? */
static void
test_story(void)
{
	struct breaker_policy policy;
	struct breaker b = { 0 };
	int64_t now = NOW, next;
	int started = 0, probes = 0;

	breaker_default(&policy);
	for (int64_t id = 1; id <= 10000; id++, now += SECOND / 10) {
		enum breaker_answer answer = breaker_ask(&b, &policy, id, now, &next);
		struct breaker_end end = { .execution = id, .at = now };

		if (answer == BREAKER_WAIT)
			continue;
		started++;
		probes += answer == BREAKER_PROBE;
		breaker_judge(FAIL_ENGINE, 0.01, "exit 127", &end);
		breaker_tell(&b, &policy, &end);
	}
	is_int(started - probes, 5, "five failures open it");
	is_int(probes, 16, "then one a minute, in 999 s");
	is_int(b.failures, 5, "failures of probes are not counted up");
	now = next;
	is_int(breaker_ask(&b, &policy, 1, now, &next), BREAKER_PROBE, "the next probe");
	is_int(breaker_ask(&b, &policy, 2, now, &next), BREAKER_WAIT, "and nothing beside it");
	breaker_tell(&b, &policy, &(struct breaker_end){ 1, now, BREAKER_SUCCESS, 0 });
	is_int(breaker_ask(&b, &policy, 2, now, &next), BREAKER_START, "mended");
	is_int(b.state, BREAKER_CLOSED, "closed");
}

static const struct {
	const char *json, *policy, *error;
} parses[] = {
	{ "null", "{\"failures\":5,\"pause\":60.0}", NULL },
	{ "true", "{\"failures\":5,\"pause\":60.0}", NULL },
	{ "false", "false", NULL },
	{ "{}", "{\"failures\":5,\"pause\":60.0}", NULL },
	{ "{\"failures\":1,\"pause\":\"1h30m\"}", "{\"failures\":1,\"pause\":5400.0}", NULL },
	{ "{\"failures\":null,\"pause\":0.5}", "{\"failures\":5,\"pause\":0.5}", NULL },
	{ "5", NULL, "'breaker' must be an object or false, found integer" },
	{ "{\"failures\":0}", NULL, "breaker: 'failures' must be an integer in 1..1000000" },
	{ "{\"failures\":2.0}", NULL, "breaker: 'failures' must be an integer in 1..1000000" },
	{ "{\"pause\":0}", NULL, "breaker: 'pause' must be more than 0" },
	{ "{\"pause\":-1}", NULL, "breaker: 'pause' must be between 0 and 36500 days" },
	{ "{\"pause\":\"a while\"}", NULL,
	    "breaker: 'pause' is wrong: 'a while' is not a duration (90, 55m, 2h, 1h30m)" },
	{ "{\"probe\":1}", NULL, "breaker: 'probe' is unknown; known are failures, pause" },
};

static void
test_parse(void)
{
	for (size_t i = 0; i < COUNT(parses); i++) {
		json_t *json = json_loads(parses[i].json, JSON_DECODE_ANY, NULL), *back = NULL;
		struct breaker_policy policy, again;
		struct err err = { 0 };
		int rc;

		breaker_default(&policy);
		breaker_default(&again);
		rc = breaker_parse(json, &policy, &err);
		if (rc == 0)
			back = breaker_json(&policy);
		is_json(back, parses[i].policy, "parse %s", parses[i].json);
		is_str(rc < 0 ? err.text : NULL, parses[i].error, "message of %s", parses[i].json);
		if (rc == 0)
			ok(breaker_parse(back, &again, NULL) == 0 &&
				again.failures == policy.failures,
			    "read back");
		json_decref(back);
		json_decref(json);
	}
	is_int(breaker_state_find("half-open"), BREAKER_HALF_OPEN, "a state by its name");
	is_int(breaker_state_find("ajar"), -1, "no such state");
}

int
main(void)
{
	test_tell();
	test_ask();
	test_judge();
	test_story();
	test_parse();
	return done_testing();
}
