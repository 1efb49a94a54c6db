/* SPDX-License-Identifier: MIT */
/* retry: whether a failed execution is tried again, when, and with how much more room. */
#include "task/retry.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/num.h"
#include "base/quantity.h"
#include "base/strtab.h"

#define SECOND 1000000
#define LONGEST (365.0 * 86400) /* a year: the longest delay that can be asked for */

enum { TEMPFAIL = 75, FIRST_FINAL = 64, LAST_FINAL = 78, MOST_RETRIES = 1000, MOST_ROOM = 1024 };

static const char *const strategies[] = {
	[RETRY_NONE] = "none",
	[RETRY_IMMEDIATE] = "immediate",
	[RETRY_FIXED] = "fixed_delay",
	[RETRY_EXPONENTIAL] = "exponential_backoff",
	[RETRY_FIBONACCI] = "fibonacci_backoff",
};

static_assert(sizeof(strategies) / sizeof(*strategies) == RETRY_STRATEGIES, "a nameless strategy");

void
retry_default(struct retry_policy *policy)
{
	*policy = (struct retry_policy){
		.strategy = RETRY_EXPONENTIAL,
		.max_retries = 3,
		.delay = 5 * SECOND,
		.max_delay = (int64_t)300 * SECOND,
		.jitter = 0.1,
		.on = 1u << FAIL_LOST | 1u << FAIL_SERVICE | 1u << FAIL_SIGNAL | 1u << FAIL_MEMORY |
		    1u << FAIL_TIMEOUT,
	};
	for (int i = 0; i < FAIL_COUNT; i++) {
		policy->grow[i] = 1;
		policy->most[i] = MOST_RETRIES;
	}
	policy->grow[FAIL_MEMORY] = 2;
	policy->grow[FAIL_TIMEOUT] = 1.5;
}

void
retry_never(struct retry_policy *policy)
{
	retry_default(policy);
	policy->strategy = RETRY_NONE;
	policy->max_retries = 0;
}

static int
parse_strategy(const json_t *v, struct retry_policy *policy, struct err *err)
{
	const char *name = json_string_value(v);
	int found = name ? strtab_find(strategies, RETRY_STRATEGIES, name) : -1;
	char *list;

	if (found >= 0) {
		policy->strategy = (enum retry_strategy)found;
		return 0;
	}
	list = strtab_list(strategies, RETRY_STRATEGIES);
	err_set(err, ERR_INPUT, "'strategy' must be one of %s, found %s%s%s", list, name ? "'" : "",
	    name ? name : json_type_name(v), name ? "'" : "");
	free(list);
	return -1;
}

static int
parse_max(const json_t *v, struct retry_policy *policy, struct err *err)
{
	json_int_t n = json_integer_value(v);

	if (!json_is_integer(v) || n < 0 || n > MOST_RETRIES)
		return err_set(
		    err, ERR_INPUT, "'max_retries' must be an integer in 0..%d", MOST_RETRIES);
	policy->max_retries = (int)n;
	return 0;
}

/* Seconds as a number, or a duration as text. */
static int
parse_wait(const char *key, const json_t *v, int64_t *out, struct err *err)
{
	struct err why = { 0 };
	double seconds;

	if (quantity_read(QUANTITY_SECONDS, v, &seconds, &why) < 0)
		return err_set(err, ERR_INPUT, "'%s' %s", key, why.text);
	if (seconds > LONGEST)
		return err_set(err, ERR_INPUT, "'%s' must be between 0 and 365 days", key);
	*out = (int64_t)(seconds * SECOND + 0.5);
	return 0;
}

static int
parse_delay(const json_t *v, struct retry_policy *policy, struct err *err)
{
	return parse_wait("delay", v, &policy->delay, err);
}

static int
parse_max_delay(const json_t *v, struct retry_policy *policy, struct err *err)
{
	return parse_wait("max_delay", v, &policy->max_delay, err);
}

static int
parse_jitter(const json_t *v, struct retry_policy *policy, struct err *err)
{
	struct err why = { 0 };

	if (quantity_read(QUANTITY_FRACTION, v, &policy->jitter, &why) < 0)
		return err_set(err, ERR_INPUT, "'jitter' %s", why.text);
	return 0;
}

static int
unknown_class(const char *key, const char *found, struct err *err)
{
	char *list = failure_list();

	err_set(err, ERR_INPUT, "'%s' knows the classes %s, found '%s'", key, list, found);
	free(list);
	return -1;
}

static int
parse_on(const json_t *v, struct retry_policy *policy, struct err *err)
{
	const json_t *item;
	size_t i;

	if (!json_is_array(v))
		return err_set(err, ERR_INPUT, "'on' must be an array of failure classes, found %s",
		    json_type_name(v));
	policy->on = 0;
	json_array_foreach(v, i, item) {
		const char *name = json_string_value(item);
		int class = name ? failure_find(name) : -1;

		if (class < 0)
			return unknown_class("on", name ? name : json_type_name(item), err);
		policy->on |= 1u << class;
	}
	return 0;
}

static int
parse_most(const json_t *v, struct retry_policy *policy, struct err *err)
{
	const char *key;
	const json_t *value;

	if (!json_is_object(v))
		return err_set(
		    err, ERR_INPUT, "'most' must be an object, found %s", json_type_name(v));
	json_object_foreach((json_t *)v, key, value) {
		int class = failure_find(key);
		json_int_t n = json_integer_value(value);

		if (class < 0)
			return unknown_class("most", key, err);
		if (!json_is_integer(value) || n < 0 || n > MOST_RETRIES)
			return err_set(err, ERR_INPUT, "'most': '%s' must be an integer in 0..%d",
			    key, MOST_RETRIES);
		policy->most[class] = (int)n;
	}
	return 0;
}

/* A number, or "1.5x". -1 when it is neither. */
static int
read_factor(const json_t *v, double *out)
{
	char *text;
	size_t len;
	int rc = -1;

	*out = json_number_value(v);
	if (!json_is_string(v))
		return json_is_number(v) ? 0 : -1;
	len = json_string_length(v);
	if (len < 2 || json_string_value(v)[len - 1] != 'x')
		return -1;
	text = xstrndup(json_string_value(v), len - 1);
	rc = num_double(text, out, NULL);
	free(text);
	return rc;
}

static int
parse_grow(const json_t *v, struct retry_policy *policy, struct err *err)
{
	const char *key;
	const json_t *value;

	if (!json_is_object(v))
		return err_set(
		    err, ERR_INPUT, "'grow' must be an object, found %s", json_type_name(v));
	json_object_foreach((json_t *)v, key, value) {
		int class = failure_find(key);
		double x;

		if (class != FAIL_MEMORY && class != FAIL_TIMEOUT)
			return err_set(
			    err, ERR_INPUT, "'grow' knows memory and timeout, found '%s'", key);
		if (read_factor(value, &x) < 0 || !(x >= 1 && x <= 100))
			return err_set(err, ERR_INPUT,
			    "'grow': '%s' must be a factor in 1..100 (2, 1.5x)", key);
		policy->grow[class] = x;
	}
	return 0;
}

static const struct {
	const char *key;
	int (*parse)(const json_t *v, struct retry_policy *policy, struct err *err);
} fields[] = {
	{ "strategy", parse_strategy },
	{ "max_retries", parse_max },
	{ "delay", parse_delay },
	{ "max_delay", parse_max_delay },
	{ "jitter", parse_jitter },
	{ "on", parse_on },
	{ "most", parse_most },
	{ "grow", parse_grow },
};

enum { FIELDS = sizeof(fields) / sizeof(*fields) };

static int
parse_field(const char *key, const json_t *v, struct retry_policy *policy, struct err *err)
{
	for (size_t i = 0; i < FIELDS; i++)
		if (strcmp(fields[i].key, key) == 0)
			return json_is_null(v) ? 0 : fields[i].parse(v, policy, err);
	return err_set(err, ERR_INPUT,
	    "'%s' is unknown; known are strategy, max_retries, delay, max_delay, jitter, on, most, "
	    "grow",
	    key);
}

int
retry_parse(const json_t *json, struct retry_policy *policy, struct err *err)
{
	retry_default(policy);
	return retry_change(json, policy, err);
}

int
retry_change(const json_t *json, struct retry_policy *policy, struct err *err)
{
	const char *key;
	const json_t *v;

	if (!json || json_is_null(json))
		return 0;
	if (json_is_string(json))
		return parse_strategy(json, policy, err) < 0 ? err_wrap(err, "retry") : 0;
	if (!json_is_object(json))
		return err_set(err, ERR_INPUT, "'retry' must be an object or a strategy, found %s",
		    json_type_name(json));
	json_object_foreach((json_t *)json, key, v)
		if (parse_field(key, v, policy, err) < 0)
			return err_wrap(err, "retry");
	return 0;
}

json_t *
retry_json(const struct retry_policy *policy)
{
	json_t *on = json_array(), *most = NULL;

	for (int i = 0; i < FAIL_COUNT; i++) {
		if (policy->on & 1u << i)
			json_array_append_new(on, json_string(failure_name((enum failure)i)));
		if (policy->most[i] == MOST_RETRIES)
			continue;
		if (!most)
			most = json_object();
		json_object_set_new(
		    most, failure_name((enum failure)i), json_integer(policy->most[i]));
	}
	return json_pack("{s:s, s:i, s:f, s:f, s:f, s:o, s:o*, s:{s:f, s:f}}", "strategy",
	    strategies[policy->strategy], "max_retries", policy->max_retries, "delay",
	    (double)policy->delay / SECOND, "max_delay", (double)policy->max_delay / SECOND,
	    "jitter", policy->jitter, "on", on, "most", most, "grow", "memory",
	    policy->grow[FAIL_MEMORY], "timeout", policy->grow[FAIL_TIMEOUT]);
}

bool
retry_wants(
    const struct retry_policy *policy, enum failure class, int exit_code, int attempts, int alike)
{
	if (policy->strategy == RETRY_NONE || attempts > policy->max_retries ||
	    alike > policy->most[class])
		return false;
	if (exit_code == TEMPFAIL)
		return true;
	if (exit_code >= FIRST_FINAL && exit_code <= LAST_FINAL)
		return false;
	return policy->on & 1u << class;
}

/* How many delays the wait after so many tries is, as far as it matters. */
static double
delays(enum retry_strategy strategy, int attempts)
{
	double a = 1, b = 1, next;

	switch (strategy) {
	case RETRY_FIXED:
		return 1;
	case RETRY_EXPONENTIAL:
		for (int i = 1; i < attempts && a < 1e15; i++)
			a *= 2;
		return a;
	case RETRY_FIBONACCI:
		for (int i = 1; i < attempts && a < 1e15; i++) {
			next = a + b;
			a = b;
			b = next;
		}
		return a;
	default:
		return 0;
	}
}

/* A number in -1..1 that belongs to a seed and a try (splitmix64). */
static double
spread(uint64_t seed, int attempts)
{
	uint64_t z = seed + (uint64_t)attempts * 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	z ^= z >> 31;
	return (double)(z >> 11) / (double)((uint64_t)1 << 52) - 1;
}

int64_t
retry_delay(const struct retry_policy *policy, int attempts, uint64_t seed)
{
	double longest = (double)policy->max_delay;
	double wait = (double)policy->delay * delays(policy->strategy, attempts);

	if (wait > longest)
		wait = longest;
	wait *= 1 + policy->jitter * spread(seed, attempts);
	return (int64_t)(wait < longest ? wait : longest);
}

double
retry_room(const struct retry_policy *policy, enum failure class, int failed)
{
	double room = 1;

	while (failed-- > 0 && room < MOST_ROOM)
		room *= policy->grow[class];
	return room < MOST_ROOM ? room : MOST_ROOM;
}
