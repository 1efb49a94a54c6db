/* SPDX-License-Identifier: MIT */
/* schema: the keywords of a Schema Object, each with how a value is held against it. */
#include "task/schema.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/pattern.h"
#include "task/schema_node.h"
#include "task/schema_read.h"

static void
check_required(
    struct walk *w, const struct schema *node, const struct step *step, const json_t *value)
{
	const struct place *here = w->at;

	(void)node;
	for (size_t i = 0; i < step->names.len; i++) {
		struct place member = { here, step->names.at[i], 0 };

		if (json_object_get(value, member.key))
			continue;
		w->at = &member;
		walk_fail(w, "required", NULL, "given");
		w->at = here;
	}
}

static void
check_properties(
    struct walk *w, const struct schema *node, const struct step *step, const json_t *value)
{
	const struct place *here = w->at;

	(void)step;
	for (size_t i = 0; i < node->nproperties; i++) {
		struct place place = { here, node->properties[i].name, 0 };
		const json_t *member = json_object_get(value, place.key);

		if (!member)
			continue;
		w->at = &place;
		walk_value(w, node->properties[i].schema, member);
		w->at = here;
	}
}

/* "one of the known names a, b". The caller frees. */
static char *
known_names(const struct schema *node)
{
	const char *before = "one of the known names";
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < node->nproperties; i++) {
		buf_addf(&text, "%s %s", before, node->properties[i].name);
		before = ",";
	}
	if (text.len == 0)
		buf_add_str(&text, "left out");
	return buf_take(&text);
}

static void
refuse_additional(struct walk *w, const struct schema *node, const char *key)
{
	json_t *name = json_string(key);
	char *names = known_names(node);

	walk_fail(w, "additionalProperties", name, "%s", names);
	json_decref(name);
	free(names);
}

static void
check_additional(
    struct walk *w, const struct schema *node, const struct step *step, const json_t *value)
{
	const json_t *properties = json_object_get(node->source, "properties");
	const struct place *here = w->at;
	const json_t *member;
	const char *key;

	if (json_is_true(step->arg))
		return;
	json_object_foreach((json_t *)value, key, member) {
		struct place place = { here, key, 0 };

		if (json_object_get(properties, key))
			continue;
		w->at = &place;
		if (node->additional)
			walk_value(w, node->additional, member);
		else
			refuse_additional(w, node, key);
		w->at = here;
	}
}

static void
check_items(struct walk *w, const struct schema *node, const struct step *step, const json_t *value)
{
	const struct place *here = w->at;
	struct place place = { here, NULL, 0 };

	(void)step;
	w->at = &place;
	for (; place.index < json_array_size(value); place.index++)
		walk_value(w, node->items, json_array_get(value, place.index));
	w->at = here;
}

/* How many there are, and how many there may be: "an array of at least 2 items". */
static void
check_count(struct walk *w, const struct step *step, const json_t *value, size_t count, bool least,
    const char *const words[3])
{
	if (least ? count < step->count : count > step->count)
		walk_fail(w, step->rule->name, value, "%sat %s %zu %s%s%s", words[0],
		    least ? "least" : "most", step->count, words[1], step->count == 1 ? "" : "s",
		    words[2]);
}

static const char *const items_words[] = { "an array of ", "item", "" };
static const char *const members_words[] = { "an object of ", "member", "" };
static const char *const length_words[] = { "", "character", " long" };

static void
check_min_items(
    struct walk *w, const struct schema *node, const struct step *step, const json_t *value)
{
	(void)node;
	check_count(w, step, value, json_array_size(value), true, items_words);
}

static void
check_max_items(
    struct walk *w, const struct schema *node, const struct step *step, const json_t *value)
{
	(void)node;
	check_count(w, step, value, json_array_size(value), false, items_words);
}

static void
check_min_properties(
    struct walk *w, const struct schema *node, const struct step *step, const json_t *value)
{
	(void)node;
	check_count(w, step, value, json_object_size(value), true, members_words);
}

static void
check_max_properties(
    struct walk *w, const struct schema *node, const struct step *step, const json_t *value)
{
	(void)node;
	check_count(w, step, value, json_object_size(value), false, members_words);
}

/* Characters, not bytes. */
static size_t
text_length(const json_t *value)
{
	const char *text = json_string_value(value);
	size_t len = json_string_length(value), count = 0;

	for (size_t i = 0; i < len; i++)
		count += ((unsigned char)text[i] & 0xc0) != 0x80;
	return count;
}

static void
check_min_length(
    struct walk *w, const struct schema *node, const struct step *step, const json_t *value)
{
	(void)node;
	check_count(w, step, value, text_length(value), true, length_words);
}

static void
check_max_length(
    struct walk *w, const struct schema *node, const struct step *step, const json_t *value)
{
	(void)node;
	check_count(w, step, value, text_length(value), false, length_words);
}

static void
check_unique(
    struct walk *w, const struct schema *node, const struct step *step, const json_t *value)
{
	size_t first, second;

	(void)node;
	if (json_is_true(step->arg) && json_twins(value, &w->left, &first, &second) > 0)
		walk_fail(w, "uniqueItems", value,
		    "without equal items, and number %zu equals number %zu", second, first);
}

static void
check_pattern(
    struct walk *w, const struct schema *node, const struct step *step, const json_t *value)
{
	int found = pattern_find(
	    step->pattern, json_string_value(value), json_string_length(value));

	(void)node;
	if (found < 0)
		w->left -= PATTERN_STEPS;
	if (found < 0)
		walk_fail(w, "pattern", value, "a text that can be matched in %d steps with %s",
		    PATTERN_STEPS, json_string_value(step->arg));
	else if (!found)
		walk_fail(
		    w, "pattern", value, "a text that matches %s", json_string_value(step->arg));
}

static void
check_format(
    struct walk *w, const struct schema *node, const struct step *step, const json_t *value)
{
	(void)node;
	if (step->format && (step->format->kinds & 1u << json_typeof(value)) &&
	    !step->format->fits(value))
		walk_fail(w, "format", value, "%s", step->format->words);
}

static void
fail_number(struct walk *w, const struct step *step, const char *words, const json_t *value)
{
	struct buf bound = BUF_INIT;

	json_put(step->arg, &bound);
	walk_fail(w, step->rule->name, value, "%s %s", words, buf_str(&bound));
	buf_clear(&bound);
}

static void
check_minimum(
    struct walk *w, const struct schema *node, const struct step *step, const json_t *value)
{
	long double x = json_exact(value), bound = json_exact(step->arg);

	(void)node;
	if (x < bound || (step->open && x == bound))
		fail_number(w, step, step->open ? "more than" : "at least", value);
}

static void
check_maximum(
    struct walk *w, const struct schema *node, const struct step *step, const json_t *value)
{
	long double x = json_exact(value), bound = json_exact(step->arg);

	(void)node;
	if (x > bound || (step->open && x == bound))
		fail_number(w, step, step->open ? "less than" : "at most", value);
}

static void
check_multiple(
    struct walk *w, const struct schema *node, const struct step *step, const json_t *value)
{
	(void)node;
	if (!json_is_multiple(value, step->arg))
		fail_number(w, step, "a multiple of", value);
}

static void
check_enum(struct walk *w, const struct schema *node, const struct step *step, const json_t *value)
{
	struct buf words = BUF_INIT;
	const json_t *one;
	size_t i;

	(void)node;
	json_array_foreach(step->arg, i, one)
		if (json_same(one, value))
			return;
	if (w->report) {
		json_array_foreach(step->arg, i, one) {
			buf_add_str(&words, i > 0 ? ", " : "");
			schema_show(one, &words);
		}
	}
	walk_fail(w, "enum", value, "one of %s", buf_str(&words));
	buf_clear(&words);
}

/* In this order they are read and checked; type comes before all of them. */
const struct rule schema_rules[] = {
	{ "type", 0, schema_read_type, NULL },
	{ "nullable", 0, schema_read_nullable, NULL },
	{ "discriminator", KIND_OBJECT, schema_read_discriminator, schema_check_discriminator },
	{ "enum", KIND_ANY, schema_read_enum, check_enum },
	{ "format", KIND_STRING | KIND_NUMBER, schema_read_format, check_format },
	{ "multipleOf", KIND_NUMBER, schema_read_multiple, check_multiple },
	{ "minimum", KIND_NUMBER, schema_read_minimum, check_minimum },
	{ "maximum", KIND_NUMBER, schema_read_maximum, check_maximum },
	{ "exclusiveMinimum", 0, schema_read_boolean, NULL },
	{ "exclusiveMaximum", 0, schema_read_boolean, NULL },
	{ "minLength", KIND_STRING, schema_read_count, check_min_length },
	{ "maxLength", KIND_STRING, schema_read_count, check_max_length },
	{ "pattern", KIND_STRING, schema_read_pattern, check_pattern },
	{ "minItems", KIND_ARRAY, schema_read_count, check_min_items },
	{ "maxItems", KIND_ARRAY, schema_read_count, check_max_items },
	{ "uniqueItems", KIND_ARRAY, schema_read_boolean, check_unique },
	{ "items", KIND_ARRAY, schema_read_items, check_items },
	{ "required", KIND_OBJECT, schema_read_required, check_required },
	{ "minProperties", KIND_OBJECT, schema_read_count, check_min_properties },
	{ "maxProperties", KIND_OBJECT, schema_read_count, check_max_properties },
	{ "properties", KIND_OBJECT, schema_read_properties, check_properties },
	{ "additionalProperties", KIND_OBJECT, schema_read_additional, check_additional },
	{ "allOf", KIND_ANY, schema_read_all, schema_check_all },
	{ "anyOf", KIND_ANY, schema_read_any, schema_check_any },
	{ "oneOf", KIND_ANY, schema_read_one, schema_check_one },
	{ "not", KIND_ANY, schema_read_not, schema_check_not },
	{ "default", 0, schema_read_default, NULL },
	{ "title", 0, schema_read_string, NULL },
	{ "description", 0, schema_read_string, NULL },
	{ "x-unit", 0, schema_read_string, NULL },
	{ "example", 0, NULL, NULL },
	{ "deprecated", 0, schema_read_boolean, NULL },
	{ "readOnly", 0, schema_read_boolean, NULL },
	{ "writeOnly", 0, schema_read_write_only, NULL },
	{ "externalDocs", 0, NULL, NULL },
	{ "xml", 0, NULL, NULL },
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
