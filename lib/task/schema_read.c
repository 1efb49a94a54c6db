/* SPDX-License-Identifier: MIT */
/* schema_read: the arguments of keywords, read into a node. */
#include "task/schema_read.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/pattern.h"

static const struct type types[] = {
	{ "string", "a string", KIND_STRING },
	{ "number", "a number", KIND_NUMBER },
	{ "integer", "an integer", KIND_INTEGER },
	{ "boolean", "true or false", KIND_BOOLEAN },
	{ "array", "an array", KIND_ARRAY },
	{ "object", "an object", KIND_OBJECT },
};

const struct type *
schema_type(const char *name)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (strcmp(types[i].name, name) == 0)
			return &types[i];
	return NULL;
}

/* A part of an argument under a key: the node of the schema there. */
static struct schema *
read_member(struct compiler *c, const struct schema *node, const char *rule, const char *key,
    const json_t *schema)
{
	struct buf sub = BUF_INIT;
	struct schema *part;

	json_pointer_add(&sub, key);
	part = compile_part(c, node, rule, buf_str(&sub), schema);
	buf_clear(&sub);
	return part;
}

void
schema_read_type(struct compiler *c, struct schema *node, const json_t *arg, struct step *step)
{
	const char *name = json_string_value(arg);

	(void)step;
	node->type = name ? schema_type(name) : NULL;
	if (!node->type) {
		compile_fail(c, node, "type", "", arg,
		    "one of string, number, integer, boolean, array, object");
		return;
	}
	if (node->type->kinds == KIND_ARRAY && !json_object_get(node->source, "items"))
		compile_fail(c, node, "type", "", arg, "given together with items");
	node->kinds = node->type->kinds;
}

void
schema_read_nullable(struct compiler *c, struct schema *node, const json_t *arg, struct step *step)
{
	schema_read_boolean(c, node, arg, step);
	node->nullable = node->type && json_is_true(arg);
	if (node->nullable)
		node->kinds |= KIND_NULL;
}

void
schema_read_string(struct compiler *c, struct schema *node, const json_t *arg, struct step *step)
{
	if (!json_is_string(arg))
		compile_fail(c, node, step->rule->name, "", arg, "a string");
}

void
schema_read_boolean(struct compiler *c, struct schema *node, const json_t *arg, struct step *step)
{
	if (!json_is_boolean(arg))
		compile_fail(c, node, step->rule->name, "", arg, "true or false");
}

void
schema_read_write_only(
    struct compiler *c, struct schema *node, const json_t *arg, struct step *step)
{
	schema_read_boolean(c, node, arg, step);
	if (json_is_true(arg) && json_is_true(json_object_get(node->source, "readOnly")))
		compile_fail(c, node, "writeOnly", "", NULL, "left out where readOnly is true");
}

void
schema_read_count(struct compiler *c, struct schema *node, const json_t *arg, struct step *step)
{
	if (!json_is_integer(arg) || json_integer_value(arg) < 0)
		compile_fail(c, node, step->rule->name, "", arg, "an integer of at least 0");
	step->count = (size_t)json_integer_value(arg);
}

void
schema_read_enum(struct compiler *c, struct schema *node, const json_t *arg, struct step *step)
{
	(void)step;
	if (!json_is_array(arg) || json_array_size(arg) == 0)
		compile_fail(c, node, "enum", "", arg, "a list of at least one value");
}

void
schema_read_format(struct compiler *c, struct schema *node, const json_t *arg, struct step *step)
{
	schema_read_string(c, node, arg, step);
	node->format = step->format = json_is_string(arg) ? schema_format(json_string_value(arg))
							  : NULL;
}

void
schema_read_multiple(struct compiler *c, struct schema *node, const json_t *arg, struct step *step)
{
	(void)step;
	if (!json_is_number(arg) || json_exact(arg) <= 0)
		compile_fail(c, node, "multipleOf", "", arg, "a number of more than 0");
}

static void
read_bound(struct compiler *c, struct schema *node, const json_t *arg, struct step *step,
    const char *exclusive)
{
	if (!json_is_number(arg))
		compile_fail(c, node, step->rule->name, "", arg, "a number");
	step->open = json_is_true(json_object_get(node->source, exclusive));
}

void
schema_read_minimum(struct compiler *c, struct schema *node, const json_t *arg, struct step *step)
{
	read_bound(c, node, arg, step, "exclusiveMinimum");
}

void
schema_read_maximum(struct compiler *c, struct schema *node, const json_t *arg, struct step *step)
{
	read_bound(c, node, arg, step, "exclusiveMaximum");
}

void
schema_read_pattern(struct compiler *c, struct schema *node, const json_t *arg, struct step *step)
{
	const char *text = json_string_value(arg);
	struct err why = { 0 };

	if (!text || strlen(text) != json_string_length(arg)) {
		compile_fail(c, node, "pattern", "", arg, "a regular expression");
		return;
	}
	step->pattern = pattern_new(text, &why);
	if (!step->pattern)
		compile_fail(
		    c, node, "pattern", "", arg, "a regular expression of ECMA 262 (%s)", why.text);
}

void
schema_read_items(struct compiler *c, struct schema *node, const json_t *arg, struct step *step)
{
	(void)step;
	node->items = compile_part(c, node, "items", "", arg);
}

/* Need the receiver of this property be sent it? */
static bool
is_sent(struct compiler *c, const struct schema *node, const char *name)
{
	const json_t *property = json_object_get(json_object_get(node->source, "properties"), name);
	const char *ref = json_string_value(json_object_get(property, "$ref"));
	const char *unless = compile_use(c) == SCHEMA_REQUEST ? "readOnly" : "writeOnly";
	char *pointer = NULL;

	if (ref)
		property = compile_ref(compile_document(c), ref, &pointer);
	free(pointer);
	return !json_is_true(json_object_get(property, unless));
}

void
schema_read_required(struct compiler *c, struct schema *node, const json_t *arg, struct step *step)
{
	const json_t *name;
	char sub[32];
	size_t i;

	if (!json_is_array(arg) || json_array_size(arg) == 0) {
		compile_fail(c, node, "required", "", arg, "a list of names");
		return;
	}
	step->names.at = xcalloc(json_array_size(arg), sizeof(*step->names.at));
	json_array_foreach(arg, i, name) {
		snprintf(sub, sizeof(sub), "/%zu", i);
		if (!json_is_string(name))
			compile_fail(c, node, "required", sub, name, "a name");
		else if (is_sent(c, node, json_string_value(name)))
			step->names.at[step->names.len++] = json_string_value(name);
	}
}

void
schema_read_properties(
    struct compiler *c, struct schema *node, const json_t *arg, struct step *step)
{
	const char *key;
	const json_t *property;

	(void)step;
	if (!json_is_object(arg)) {
		compile_fail(c, node, "properties", "", arg, "an object of schemas");
		return;
	}
	node->properties = xcalloc(json_object_size(arg) + 1, sizeof(*node->properties));
	json_object_foreach((json_t *)arg, key, property) {
		struct schema *part = read_member(c, node, "properties", key, property);

		if (part)
			node->properties[node->nproperties++] = (struct property){ key, part };
	}
}

void
schema_read_additional(
    struct compiler *c, struct schema *node, const json_t *arg, struct step *step)
{
	(void)step;
	if (json_is_object(arg))
		node->additional = compile_part(c, node, "additionalProperties", "", arg);
	else if (!json_is_boolean(arg))
		compile_fail(c, node, "additionalProperties", "", arg, "true, false or a schema");
}

static void
read_list(struct compiler *c, struct schema *node, const json_t *arg, const struct step *step,
    struct schemas *out)
{
	const json_t *one;
	char index[24];
	size_t i;

	if (!json_is_array(arg) || json_array_size(arg) == 0) {
		compile_fail(c, node, step->rule->name, "", arg, "a list of at least one schema");
		return;
	}
	out->at = xcalloc(json_array_size(arg), sizeof(*out->at));
	json_array_foreach(arg, i, one) {
		struct schema *part;

		snprintf(index, sizeof(index), "%zu", i);
		part = read_member(c, node, step->rule->name, index, one);
		if (part)
			out->at[out->len++] = part;
	}
}

void
schema_read_all(struct compiler *c, struct schema *node, const json_t *arg, struct step *step)
{
	read_list(c, node, arg, step, &node->all);
}

void
schema_read_any(struct compiler *c, struct schema *node, const json_t *arg, struct step *step)
{
	read_list(c, node, arg, step, &node->any);
}

void
schema_read_one(struct compiler *c, struct schema *node, const json_t *arg, struct step *step)
{
	read_list(c, node, arg, step, &node->one);
}

void
schema_read_not(struct compiler *c, struct schema *node, const json_t *arg, struct step *step)
{
	(void)step;
	node->never = compile_part(c, node, "not", "", arg);
}

/* Judged by schema_new, when all of the schema is known. */
void
schema_read_default(struct compiler *c, struct schema *node, const json_t *arg, struct step *step)
{
	(void)c;
	(void)step;
	node->fallback = arg;
}
