/* SPDX-License-Identifier: MIT */
/* comparable: may the scores of these results stand in one list? */
#include "dock/comparable.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "dock/box.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* Where a field stands: the first of its places that is there. */
static const struct field {
	const char *name;
	const char *at[5];
} fields[] = {
	{ "engine", { "/engine" } },
	{ "scoring", { "/request/scoring", "/scoring" } },
	{ "mode", { "/request/mode", "/mode" } },
	{ "receptor",
	    { "/request/receptor_sha256", "/receptor/sha256", "/request/receptor/sha256",
		"/request/receptor", "/receptor" } },
	{ "box", { "/request/box", "/box" } },
	{ "repaired", { NULL } },
	{ "exhaustiveness", { "/request/exhaustiveness" } },
	{ "max_evals", { "/request/max_evals" } },
};

static_assert(COUNT(fields) == COMPARABLE_FIELDS, "a place for every field");

/* A box is its numbers, whatever else its record says and however they are written. The caller
 * owns the result. */
static json_t *
plain_box(json_t *value)
{
	struct box box;

	if (box_read_json(value, &box, NULL) < 0)
		return json_incref(value);
	value = json_object();
	box_put_json(&box, value);
	json_object_del(value, "type");
	return value;
}

/* Whether affinities stand on the right unbound energy. A result that says how it was to be
 * repaired and does not warn is right, repaired or not: it needed none. */
static json_t *
is_repaired(const json_t *result)
{
	const json_t *warnings = json_object_get(result, "warnings"), *value;
	size_t i;

	json_array_foreach((json_t *)warnings, i, value)
		if (json_is_string(value) &&
		    strcmp(json_string_value(value), "unbound_energy_wrong") == 0)
			return json_false();
	if (json_at(result, "/request/repair"))
		return json_true();
	value = json_object_get(result, "repaired");
	return value ? json_incref((json_t *)value) : json_null();
}

/* A limit of 0 is none, as where the engine has no such parameter. A new reference. */
static json_t *
plain_limit(json_t *value)
{
	return json_is_number(value) && json_number_value(value) == 0 ? json_null()
								      : json_incref(value);
}

/* A new reference; null when the result does not say. */
static json_t *
field_value(const struct field *field, const json_t *result)
{
	if (!field->at[0])
		return is_repaired(result);
	for (size_t i = 0; i < COUNT(field->at) && field->at[i]; i++) {
		json_t *value = json_at(result, field->at[i]);

		if (value && strcmp(field->name, "box") == 0)
			return plain_box(value);
		if (value && strcmp(field->name, "max_evals") == 0)
			return plain_limit(value);
		if (value)
			return json_incref(value);
	}
	return json_null();
}

static int
differ(const char *field, const json_t *was, const char *first, const json_t *is, struct err *err)
{
	char *one = json_canonical(was), *two = json_canonical(is);

	err_set(err, ERR_USAGE, "%s is %s, but %s in '%s': --mixed ranks them together", field, two,
	    one, first);
	free(one);
	free(two);
	return -1;
}

static void
note_version(struct comparable *c, const char *version)
{
	if (!version)
		return;
	if (!c->lowest || strcmp(version, c->lowest) < 0) {
		free(c->lowest);
		c->lowest = xstrdup(version);
	}
	if (!c->highest || strcmp(version, c->highest) > 0) {
		free(c->highest);
		c->highest = xstrdup(version);
	}
}

int
comparable_check(
    struct comparable *c, const char *name, const json_t *result, bool any, struct err *err)
{
	bool first = !c->name;

	if (any)
		return 0;
	if (first)
		c->name = xstrdup(name);
	for (size_t i = 0; i < COUNT(fields); i++) {
		json_t *value = field_value(&fields[i], result);
		int rc = 0;

		if (first)
			c->field[i] = json_incref(value);
		else if (!json_equal(c->field[i], value))
			rc = differ(fields[i].name, c->field[i], c->name, value, err);
		json_decref(value);
		if (rc < 0)
			return -1;
	}
	note_version(c, json_string_value(json_object_get(result, "version")));
	return 0;
}

void
comparable_clear(struct comparable *c)
{
	free(c->name);
	free(c->lowest);
	free(c->highest);
	for (size_t i = 0; i < COMPARABLE_FIELDS; i++)
		json_decref(c->field[i]);
	*c = (struct comparable){ 0 };
}
