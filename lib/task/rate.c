/* SPDX-License-Identifier: MIT */
/*
 * rate: token buckets.
 *
 * A bucket that is full at time F lacks (F - now) / interval tokens, and drawing n
 * moves F by n intervals. Everything is in whole nanoseconds, so what is promised for a
 * time is there at that time.
 */
#include "task/rate.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/num.h"
#include "base/quantity.h"

#define MOST_A_SECOND 1e6
#define SECOND 1e9

enum { MOST_BURST = 1000000000 };

/* Nanoseconds until the next token. */
static int64_t
interval(const struct rate *rate)
{
	return (int64_t)(rate->per / rate->limit * SECOND + 0.5);
}

static int
check(struct rate *rate, int burst, struct err *err)
{
	double one = rate->per / rate->limit;

	if (!(one >= 1 / MOST_A_SECOND && one <= NUM_DURATION_MAX))
		return err_set(err, ERR_INPUT,
		    "'rate' must be between one in 36500 days and 1000000 a second");
	rate->burst = burst ? burst : one < 1 ? (int)(1 / one + 1e-9) : 1;
	if (one * rate->burst > NUM_DURATION_MAX)
		return err_set(err, ERR_INPUT, "rate: 'burst' must come in within 36500 days");
	return 0;
}

/* "100/m", "5/30s". */
static int
parse_text(const char *text, struct rate *rate, struct err *err)
{
	const char *slash = strchr(text, '/');
	char *limit, *per;
	int rc = -1;

	if (slash && slash[1]) {
		limit = xstrndup(text, (size_t)(slash - text));
		per = xasprintf("%s%s", slash[1] >= '0' && slash[1] <= '9' ? "" : "1", slash + 1);
		rc = num_double(limit, &rate->limit, NULL) | num_duration(per, &rate->per, NULL);
		free(limit);
		free(per);
	}
	if (rc < 0 || rate->limit <= 0 || rate->per <= 0)
		return err_set(err, ERR_INPUT, "'%s' is not a rate (10/s, 100/m, 5/30s)", text);
	return check(rate, 0, err);
}

static int
parse_object(const json_t *json, struct rate *rate, struct err *err)
{
	json_t *per = json_object_get(json, "per"), *burst = json_object_get(json, "burst");
	json_int_t n = json_integer_value(burst);
	struct err why = { 0 };
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)json, key, value)
		if (strcmp(key, "limit") && strcmp(key, "per") && strcmp(key, "burst"))
			return err_set(err, ERR_INPUT,
			    "rate: '%s' is unknown; known are limit, per, burst", key);
	rate->limit = json_number_value(json_object_get(json, "limit"));
	if (!(rate->limit > 0))
		return err_set(err, ERR_INPUT, "rate: 'limit' must be a number above 0");
	rate->per = 1;
	if (per && quantity_read(QUANTITY_SECONDS, per, &rate->per, &why) < 0)
		return err_set(err, ERR_INPUT, "rate: 'per' %s", why.text);
	if (!(rate->per > 0))
		return err_set(err, ERR_INPUT, "rate: 'per' must be more than 0");
	if (burst && (!json_is_integer(burst) || n < 1 || n > MOST_BURST))
		return err_set(
		    err, ERR_INPUT, "rate: 'burst' must be an integer in 1..%d", MOST_BURST);
	return check(rate, (int)n, err);
}

int
rate_parse(const json_t *json, struct rate *rate, struct err *err)
{
	struct rate read = { 0 };
	int rc = 0;

	if (json_is_string(json))
		rc = parse_text(json_string_value(json), &read, err);
	else if (json_is_object(json))
		rc = parse_object(json, &read, err);
	else if (json && !json_is_null(json) && !json_is_false(json))
		rc = err_set(err, ERR_INPUT,
		    "'rate' must be a text such as 10/s or an object, found %s",
		    json_type_name(json));
	if (rc == 0)
		*rate = read;
	return rc;
}

json_t *
rate_json(const struct rate *rate)
{
	if (rate->limit == 0)
		return json_null();
	return json_pack(
	    "{s:f, s:f, s:i}", "limit", rate->limit, "per", rate->per, "burst", rate->burst);
}

/* When the bucket will be full, not before now. Later than an empty one would be: the clock went
 * back, and it is full, or nothing could be drawn until the clock is there again. */
static int64_t
full_at(const struct bucket *bucket, int64_t now, int64_t depth)
{
	if (bucket->full_at < now || bucket->full_at - now > depth)
		return now;
	return bucket->full_at;
}

int
bucket_has(const struct bucket *bucket, const struct rate *rate, int64_t now)
{
	int64_t one, depth;

	if (rate->limit == 0)
		return INT_MAX;
	now *= 1000;
	one = interval(rate);
	depth = one * rate->burst;
	return (int)((now + depth - full_at(bucket, now, depth)) / one);
}

bool
bucket_take(struct bucket *bucket, const struct rate *rate, int n, int64_t now, int64_t *next)
{
	int64_t one, depth, full;

	if (next)
		*next = now;
	if (rate->limit == 0)
		return true;
	now *= 1000;
	one = interval(rate);
	depth = one * rate->burst;
	full = full_at(bucket, now, depth) + one * (n < rate->burst ? n : rate->burst);
	if (full > now + depth) {
		if (next)
			*next = (full - depth + 999) / 1000;
		return false;
	}
	bucket->full_at = full;
	return true;
}
