/* SPDX-License-Identifier: MIT */
/* limits: what a cluster lets a user do, as it says itself, and what follows for chunks. */
#include "grid/limits.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "grid/profile.h"
#include "grid/scheduler.h"
#include "grid/shared.h"

/* The smallest of what is said; 0 is not said. */
static void
lower(int64_t *limit, const json_t *row, const char *name)
{
	const json_t *value = json_object_get(row, name);
	int64_t said = (int64_t)json_number_value(value);

	if (said > 0 && (*limit == 0 || said < *limit))
		*limit = said;
}

static void
take(struct limits *limits, const json_t *rows)
{
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		const char *name = json_string_value(json_object_get(row, "cluster"));

		lower(&limits->array, row, "array");
		lower(&limits->jobs, row, "jobs");
		lower(&limits->submit, row, "submit");
		if (name)
			snprintf(limits->cluster, sizeof(limits->cluster), "%s", name);
	}
}

/* What was said within the last hour, to any process of the user. */
static json_t *
known(struct scheduler *s)
{
	json_t *limits = json_object_get(shared_look(scheduler_shared(s)), "limits");
	double age = (double)(clock_wall() - json_integer_value(json_object_get(limits, "asked")));

	return age >= 0 && age < LIMITS_AGE * 1e6 ? json_object_get(limits, "rows") : NULL;
}

static void
keep(struct scheduler *s, json_t *rows)
{
	json_object_set_new(shared_begin(scheduler_shared(s)), "limits",
	    json_pack("{s:I, s:O}", "asked", (json_int_t)clock_wall(), "rows", rows));
	shared_end(scheduler_shared(s));
}

/* The first question must be answered; the others may. */
static int
ask_all(struct scheduler *scheduler, json_t *rows, struct err *err)
{
	const struct profile *p = scheduler_profile(scheduler);
	json_t *values = scheduler_values();
	int rc = 0;

	for (size_t i = 0; i < p->limits.len; i++) {
		int got = scheduler_ask(scheduler, SCHEDULER_LIMITS, &p->limits.at[i], values, rows,
		    i == 0 ? err : NULL);

		if (i == 0)
			rc = got;
		if (rc <= 0)
			break;
	}
	json_decref(values);
	if (rc > 0)
		keep(scheduler, rows);
	return rc;
}

int
limits_ask(struct scheduler *scheduler, struct limits *limits, struct err *err)
{
	json_t *rows = json_incref(known(scheduler));
	int rc = 1;

	if (!rows) {
		rows = json_array();
		rc = ask_all(scheduler, rows, err);
	}
	*limits = (struct limits){ .array = 0 };
	take(limits, rows);
	if (limits->array == 0)
		limits->array = LIMITS_ARRAY;
	json_decref(rows);
	return rc;
}

int64_t
limits_elements(const struct limits *limits)
{
	int64_t most = (limits->jobs > 0 ? limits->jobs : LIMITS_JOBS) / LIMITS_SHARE;

	if (limits->submit > 0 && limits->submit < most)
		most = limits->submit;
	return most > 0 ? most : 1;
}

int64_t
limits_chunk(const struct limits *limits, int64_t count, double each, double seconds)
{
	int64_t most = limits_elements(limits), chunk = LIMITS_CHUNK;

	if (each > 0)
		chunk = seconds / each < 1e6 ? (int64_t)(seconds / each) : 1000000;
	if (chunk < 1)
		chunk = 1;
	return count / chunk > most ? (count + most - 1) / most : chunk;
}
