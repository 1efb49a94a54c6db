/* SPDX-License-Identifier: MIT */
/*
 * breaker: closed, open, half open.
 *
 *	            success    failure    ran       nothing
 *	closed      0 again    count      -         -
 *	open        -          -          -         -
 *	half open   close      open       close     open, pause over	(the probe only)
 *
 * breaker_ask alone leads from open to half open.
 */
#include "task/breaker.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "base/quantity.h"
#include "base/strtab.h"
#include "task/cause.h"

#define SECOND INT64_C(1000000)
#define AT_ONCE 2.0 /* seconds within which a broken program fails */

enum { MOST_FAILURES = 1000000 };

static const char *const states[] = {
	[BREAKER_CLOSED] = "closed",
	[BREAKER_OPEN] = "open",
	[BREAKER_HALF_OPEN] = "half-open",
};

static_assert(sizeof(states) / sizeof(*states) == BREAKER_STATES, "a name for every state");

const char *
breaker_state_name(enum breaker_state state)
{
	return states[state];
}

int
breaker_state_find(const char *word)
{
	return strtab_find(states, BREAKER_STATES, word);
}

void
breaker_default(struct breaker_policy *policy)
{
	*policy = (struct breaker_policy){ .failures = 5, .pause = 60 * SECOND };
}

static int
parse_failures(const json_t *value, struct breaker_policy *policy, struct err *err)
{
	json_int_t n = json_integer_value(value);

	if (!json_is_integer(value) || n < 1 || n > MOST_FAILURES)
		return err_set(
		    err, ERR_INPUT, "'failures' must be an integer in 1..%d", MOST_FAILURES);
	policy->failures = (int)n;
	return 0;
}

static int
parse_pause(const json_t *value, struct breaker_policy *policy, struct err *err)
{
	struct err why = { 0 };
	double seconds;

	if (quantity_read(QUANTITY_SECONDS, value, &seconds, &why) < 0)
		return err_set(err, ERR_INPUT, "'pause' %s", why.text);
	if (seconds <= 0)
		return err_set(err, ERR_INPUT, "'pause' must be more than 0");
	policy->pause = (int64_t)(seconds * SECOND + 0.5);
	return 0;
}

static int
parse_field(const char *key, const json_t *value, struct breaker_policy *policy, struct err *err)
{
	if (strcmp(key, "failures") == 0)
		return parse_failures(value, policy, err);
	if (strcmp(key, "pause") == 0)
		return parse_pause(value, policy, err);
	return err_set(err, ERR_INPUT, "'%s' is unknown; known are failures, pause", key);
}

int
breaker_parse(const json_t *json, struct breaker_policy *policy, struct err *err)
{
	const char *key;
	const json_t *value;

	if (!json || json_is_null(json) || json_is_true(json))
		return 0;
	if (json_is_false(json)) {
		policy->failures = 0;
		return 0;
	}
	if (!json_is_object(json))
		return err_set(err, ERR_INPUT, "'breaker' must be an object or false, found %s",
		    json_type_name(json));
	json_object_foreach((json_t *)json, key, value)
		if (!json_is_null(value) && parse_field(key, value, policy, err) < 0)
			return err_wrap(err, "breaker");
	return 0;
}

json_t *
breaker_json(const struct breaker_policy *policy)
{
	if (policy->failures == 0)
		return json_false();
	return json_pack(
	    "{s:i, s:f}", "failures", policy->failures, "pause", (double)policy->pause / SECOND);
}

static enum breaker_event
judge(enum failure class, double seconds)
{
	switch (class) {
	case FAIL_NONE:
		return BREAKER_SUCCESS;
	case FAIL_REJECTED:
	case FAIL_SERVICE:
		return BREAKER_FAILURE;
	case FAIL_ENGINE:
	case FAIL_SIGNAL:
		return seconds <= AT_ONCE ? BREAKER_FAILURE : BREAKER_RAN;
	case FAIL_RESULT:
	case FAIL_TIMEOUT:
	case FAIL_MEMORY:
		return BREAKER_RAN;
	default:
		return BREAKER_NOTHING;
	}
}

void
breaker_judge(enum failure class, double seconds, const char *reason, struct breaker_end *end)
{
	char *cause;

	end->event = judge(class, seconds);
	end->cause = 0;
	if (end->event != BREAKER_FAILURE || (class != FAIL_ENGINE && class != FAIL_SIGNAL))
		return;
	cause = cause_of(reason);
	end->cause = cause_id(class, cause);
	free(cause);
}

enum breaker_answer
breaker_ask(struct breaker *b, const struct breaker_policy *policy, int64_t execution, int64_t now,
    int64_t *next)
{
	int64_t over = b->opened_at + policy->pause;

	if (next)
		*next = 0;
	if (policy->failures == 0 || b->state == BREAKER_CLOSED)
		return BREAKER_START;
	if (b->state == BREAKER_HALF_OPEN)
		return b->probe == execution ? BREAKER_PROBE : BREAKER_WAIT;
	if (now >= over || now < b->opened_at) { /* the clock went back: no longer pause for that */
		b->state = BREAKER_HALF_OPEN;
		b->probe = execution;
		return BREAKER_PROBE;
	}
	if (next)
		*next = over;
	return BREAKER_WAIT;
}

static void
count(struct breaker *b, const struct breaker_policy *policy, const struct breaker_end *end)
{
	if (end->cause && end->cause != b->cause)
		b->failures = 0;
	b->cause = end->cause;
	b->failures++;
	if (b->failures < policy->failures)
		return;
	b->state = BREAKER_OPEN;
	b->opened_at = end->at;
}

static bool
close_again(struct breaker *b)
{
	bool changed = b->state != BREAKER_CLOSED || b->failures;

	*b = (struct breaker){ .state = BREAKER_CLOSED };
	return changed;
}

bool
breaker_tell(struct breaker *b, const struct breaker_policy *policy, const struct breaker_end *end)
{
	if (policy->failures == 0 || b->state == BREAKER_OPEN)
		return false;
	if (b->state == BREAKER_CLOSED) {
		if (end->event == BREAKER_SUCCESS)
			return close_again(b);
		if (end->event == BREAKER_FAILURE)
			count(b, policy, end);
		return end->event == BREAKER_FAILURE;
	}
	if (end->execution != b->probe)
		return false;
	if (end->event == BREAKER_SUCCESS || end->event == BREAKER_RAN)
		return close_again(b);
	b->state = BREAKER_OPEN;
	b->probe = 0;
	if (end->event == BREAKER_FAILURE) {
		b->opened_at = end->at;
		b->cause = end->cause;
	}
	return true;
}
