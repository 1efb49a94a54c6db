/* SPDX-License-Identifier: MIT */
/* schema: a value held against a Schema Object, keyword by keyword. */
#include "task/schema.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "task/schema_rules.h"

static bool
is_nullable(const json_t *schema)
{
	return json_is_true(json_object_get(schema, "nullable"));
}

static void
check_value(struct walk *w, const json_t *schema, const json_t *value)
{
	const char *type = json_string_value(json_object_get(schema, "type"));

	if (type && !schema_is_type(type, value) && !(json_is_null(value) && is_nullable(schema))) {
		walk_fail(w, "type", value, "%s%s", schema_type_text(type),
		    is_nullable(schema) ? " or null" : "");
		return;
	}
	for (size_t i = 0; i < schema_nrules; i++) {
		const struct rule *rule = &schema_rules[i];
		const json_t *arg = rule->check ? json_object_get(schema, rule->name) : NULL;

		if (arg)
			rule->check(w, schema, arg, value);
	}
}

static void
check_required(struct walk *w, const json_t *schema, const json_t *arg, const json_t *value)
{
	const json_t *name;
	size_t i;

	(void)schema;
	if (!json_is_object(value))
		return;
	json_array_foreach(arg, i, name) {
		size_t mark;

		if (json_object_get(value, json_string_value(name)))
			continue;
		mark = walk_enter(w, json_string_value(name));
		walk_fail(w, "required", NULL, "given");
		walk_leave(w, mark);
	}
}

static void
check_properties(struct walk *w, const json_t *schema, const json_t *arg, const json_t *value)
{
	const char *key;
	const json_t *property;

	(void)schema;
	json_object_foreach((json_t *)arg, key, property) {
		const json_t *member = json_object_get(value, key);
		size_t mark;

		if (!member)
			continue;
		mark = walk_enter(w, key);
		check_value(w, property, member);
		walk_leave(w, mark);
	}
}

/* "one of the known names a, b". The caller frees. */
static char *
known_names(const json_t *properties)
{
	const char *before = "one of the known names";
	struct buf text = BUF_INIT;
	const char *key;
	const json_t *property;

	json_object_foreach((json_t *)properties, key, property) {
		buf_addf(&text, "%s %s", before, key);
		before = ",";
	}
	if (text.len == 0)
		buf_add_str(&text, "left out");
	return buf_take(&text);
}

static void
check_additional(struct walk *w, const json_t *schema, const json_t *arg, const json_t *value)
{
	const json_t *properties = json_object_get(schema, "properties");
	const char *key;
	const json_t *member;

	if (!json_is_false(arg))
		return;
	json_object_foreach((json_t *)value, key, member) {
		json_t *name;
		char *names;
		size_t mark;

		if (json_object_get(properties, key))
			continue;
		mark = walk_enter(w, key);
		names = known_names(properties);
		name = json_string(key);
		walk_fail(w, "additionalProperties", name, "%s", names);
		json_decref(name);
		free(names);
		walk_leave(w, mark);
	}
}

static void
check_items(struct walk *w, const json_t *schema, const json_t *arg, const json_t *value)
{
	const json_t *item;
	size_t i;

	(void)schema;
	json_array_foreach(value, i, item) {
		size_t mark = walk_enter_item(w, i);

		check_value(w, arg, item);
		walk_leave(w, mark);
	}
}

static void
check_min_items(struct walk *w, const json_t *schema, const json_t *arg, const json_t *value)
{
	json_int_t n = json_integer_value(arg);

	(void)schema;
	if (json_is_array(value) && (json_int_t)json_array_size(value) < n)
		walk_fail(w, "minItems", value, "an array of at least %lld", (long long)n);
}

static void
check_max_items(struct walk *w, const json_t *schema, const json_t *arg, const json_t *value)
{
	json_int_t n = json_integer_value(arg);

	(void)schema;
	if (json_is_array(value) && (json_int_t)json_array_size(value) > n)
		walk_fail(w, "maxItems", value, "an array of at most %lld", (long long)n);
}

/* Exact for every 64-bit integer and every double. */
static long double
number(const json_t *value)
{
	static_assert(sizeof(long double) > 8, "long double holds every 64-bit integer");

	return json_is_integer(value) ? (long double)json_integer_value(value)
				      : (long double)json_real_value(value);
}

static void
fail_bound(
    struct walk *w, const char *rule, const char *words, const json_t *arg, const json_t *value)
{
	struct buf bound = BUF_INIT;

	json_put(arg, &bound);
	walk_fail(w, rule, value, "%s %s", words, buf_str(&bound));
	buf_clear(&bound);
}

static void
check_minimum(struct walk *w, const json_t *schema, const json_t *arg, const json_t *value)
{
	bool open = json_is_true(json_object_get(schema, "exclusiveMinimum"));

	if (!json_is_number(value) || number(value) > number(arg) ||
	    (!open && number(value) == number(arg)))
		return;
	fail_bound(w, "minimum", open ? "more than" : "at least", arg, value);
}

static void
check_maximum(struct walk *w, const json_t *schema, const json_t *arg, const json_t *value)
{
	bool open = json_is_true(json_object_get(schema, "exclusiveMaximum"));

	if (!json_is_number(value) || number(value) < number(arg) ||
	    (!open && number(value) == number(arg)))
		return;
	fail_bound(w, "maximum", open ? "less than" : "at most", arg, value);
}

static bool same(const json_t *a, const json_t *b);

static bool
same_members(const json_t *a, const json_t *b)
{
	const char *key;
	const json_t *value;

	if (json_object_size(a) != json_object_size(b))
		return false;
	json_object_foreach((json_t *)a, key, value)
		if (!same(value, json_object_get(b, key)))
			return false;
	return true;
}

/* Equal as JSON Schema means it: numbers by their value. */
static bool
same(const json_t *a, const json_t *b)
{
	if (json_is_number(a) && json_is_number(b))
		return number(a) == number(b);
	if (json_is_object(a) && json_is_object(b))
		return same_members(a, b);
	if (!json_is_array(a) || !json_is_array(b))
		return json_equal(a, b);
	if (json_array_size(a) != json_array_size(b))
		return false;
	for (size_t i = 0; i < json_array_size(a); i++)
		if (!same(json_array_get(a, i), json_array_get(b, i)))
			return false;
	return true;
}

static void
check_enum(struct walk *w, const json_t *schema, const json_t *arg, const json_t *value)
{
	struct buf words = BUF_INIT;
	const json_t *one;
	size_t i;

	(void)schema;
	json_array_foreach(arg, i, one)
		if (same(one, value))
			return;
	json_array_foreach(arg, i, one) {
		buf_add_str(&words, i > 0 ? ", " : "");
		schema_show(one, &words);
	}
	walk_fail(w, "enum", value, "one of %s", buf_str(&words));
	buf_clear(&words);
}

static void
check_format(struct walk *w, const json_t *schema, const json_t *arg, const json_t *value)
{
	const char *format = json_string_value(arg);
	json_int_t n = json_integer_value(value);

	(void)schema;
	if (strcmp(format, "path") == 0 && json_is_string(value) &&
	    (!*json_string_value(value) ||
		strlen(json_string_value(value)) != json_string_length(value)))
		walk_fail(w, "format", value, "the name of a file");
	if (strcmp(format, "int32") == 0 && json_is_integer(value) &&
	    (n < INT32_MIN || n > INT32_MAX))
		walk_fail(w, "format", value, "an integer of 32 bits");
}

const struct rule schema_rules[] = {
	{ "type", NULL, lint_type },
	{ "nullable", NULL, lint_boolean },
	{ "enum", check_enum, lint_enum },
	{ "format", check_format, lint_string },
	{ "minimum", check_minimum, lint_number },
	{ "maximum", check_maximum, lint_number },
	{ "exclusiveMinimum", NULL, lint_boolean },
	{ "exclusiveMaximum", NULL, lint_boolean },
	{ "minItems", check_min_items, lint_count },
	{ "maxItems", check_max_items, lint_count },
	{ "items", check_items, lint_items },
	{ "required", check_required, lint_required },
	{ "properties", check_properties, lint_properties },
	{ "additionalProperties", check_additional, lint_boolean },
	{ "default", NULL, lint_default },
	{ "title", NULL, lint_string },
	{ "description", NULL, lint_string },
	{ "example", NULL, NULL },
	{ "deprecated", NULL, lint_boolean },
	{ "externalDocs", NULL, NULL },
	{ "xml", NULL, NULL },
};

const size_t schema_nrules = sizeof(schema_rules) / sizeof(*schema_rules);

const struct rule *
schema_rule(const char *name)
{
	for (size_t i = 0; i < schema_nrules; i++)
		if (strcmp(schema_rules[i].name, name) == 0)
			return &schema_rules[i];
	return NULL;
}

int
schema_check(const json_t *schema, const json_t *value, schema_report_fn *report, void *ctx)
{
	struct walk w = { BUF_INIT, report, ctx, 0 };

	check_value(&w, schema, value);
	buf_clear(&w.at);
	return w.errors;
}
