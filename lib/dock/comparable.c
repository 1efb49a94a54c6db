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

/* A new reference; null when the result does not say. */
static json_t *
field_value(const struct field *field, const json_t *result)
{
	if (!field->at[0])
		return is_repaired(result);
	for (size_t i = 0; i < COUNT(field->at) && field->at[i]; i++) {
		json_t *value = json_at(result, field->at[i]);

		if (value)
			return strcmp(field->name, "box") == 0 ? plain_box(value)
							       : json_incref(value);
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
	return 0;
}

void
comparable_clear(struct comparable *c)
{
	free(c->name);
	for (size_t i = 0; i < COMPARABLE_FIELDS; i++)
		json_decref(c->field[i]);
	*c = (struct comparable){ 0 };
}
