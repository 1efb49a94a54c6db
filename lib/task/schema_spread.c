/* SPDX-License-Identifier: MIT */
/*
 * schema_spread: what schemas are good for besides checking: defaults, and the paths in a value.
 *
 * A value may be the business of several schemas at once: of those in allOf,
 * and of the alternatives that it fits. They are gathered first, so that each
 * value is visited once.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/vec.h"
#include "task/schema_node.h"

/* The schemas of one value. */
struct set {
	const struct schema **at;
	size_t len, room;
};

/* What a visit is about: only schemas that have it somewhere are looked at. */
struct visit {
	bool (*has)(const struct schema *schema);
	schema_path_fn *fn;
	schema_make_fn *make;
	void *ctx;
	struct err *err;
};

static void
gather(const struct schema *node, const json_t *value, struct set *set)
{
	const struct schema *chosen = NULL;

	for (size_t i = 0; i < set->len; i++)
		if (set->at[i] == node)
			return;
	vec_add(set, node);
	for (size_t i = 0; i < node->all.len; i++)
		gather(node->all.at[i], value, set);
	if (node->discriminator && (chosen = schema_chosen(node, value))) {
		gather(chosen, value, set);
		return;
	}
	for (size_t i = 0; i < node->any.len; i++)
		if (schema_fits(node->any.at[i], value))
			gather(node->any.at[i], value, set);
	for (size_t i = 0; i < node->one.len; i++)
		if (schema_fits(node->one.at[i], value))
			gather(node->one.at[i], value, set);
}

static const struct schema *
property_of(const struct schema *node, const char *name)
{
	for (size_t i = 0; i < node->nproperties; i++)
		if (strcmp(node->properties[i].name, name) == 0)
			return node->properties[i].schema;
	return NULL;
}

/* The schemas of a member (key) or an item (no key) of a value of these. */
static struct set
within(const struct visit *v, const struct set *set, const char *key, const json_t *value)
{
	struct set inner = { NULL, 0, 0 };

	for (size_t i = 0; i < set->len; i++) {
		const struct schema *node = set->at[i], *part = node->items;

		if (key && !(part = property_of(node, key)))
			part = node->additional;
		if (part && v->has(part))
			gather(part, value, &inner);
	}
	return inner;
}

static bool
is_named(const struct set *set, size_t len, const char *key)
{
	for (size_t i = 0; i < len; i++)
		if (property_of(set->at[i], key))
			return true;
	return false;
}

typedef int part_fn(
    struct visit *v, const struct set *set, const struct place *at, json_t *whole, json_t *part);

static int
visit_part(struct visit *v, const struct set *set, const struct place *at, json_t *whole,
    json_t *part, part_fn *fn)
{
	struct set inner = within(v, set, at->key, part);
	int rc = inner.len ? fn(v, &inner, at, whole, part) : 0;

	vec_clear(&inner);
	return rc;
}

/* fn for each member and item that has it: members in the order of the properties. */
static int
visit_parts(
    struct visit *v, const struct set *set, const struct place *at, json_t *value, part_fn *fn)
{
	struct place place = { at, NULL, 0 };
	json_t *part;
	int rc = 0;

	for (; place.index < json_array_size(value) && rc == 0; place.index++)
		rc = visit_part(v, set, &place, value, json_array_get(value, place.index), fn);
	for (size_t i = 0; i < set->len; i++) {
		const struct schema *node = set->at[i];

		for (size_t j = 0; j < node->nproperties && rc == 0; j++) {
			place.key = node->properties[j].name;
			part = json_object_get(value, place.key);
			if (part && !is_named(set, i, place.key))
				rc = visit_part(v, set, &place, value, part, fn);
		}
	}
	json_object_foreach(value, place.key, part)
		if (rc == 0 && !is_named(set, set->len, place.key))
			rc = visit_part(v, set, &place, value, part, fn);
	return rc;
}

/* ---- paths ---- */

static bool
is_path(const struct schema *node)
{
	return node->format && strcmp(node->format->name, "path") == 0;
}

bool
schema_is_path(const struct schema *schema)
{
	return is_path(schema) && (schema->kinds & ~(unsigned)KIND_NULL) == KIND_STRING;
}

bool
schema_has_paths(const struct schema *schema)
{
	return schema && (schema->paths || is_path(schema));
}

static int
path_part(
    struct visit *v, const struct set *set, const struct place *at, json_t *whole, json_t *part)
{
	char *pointer;
	int rc;

	(void)whole;
	if (!json_is_string(part))
		return visit_parts(v, set, at, part, path_part);
	for (size_t i = 0; i < set->len; i++) {
		if (!is_path(set->at[i]))
			continue;
		pointer = place_text(at);
		rc = v->fn(pointer, part, v->ctx, v->err);
		free(pointer);
		return rc;
	}
	return 0;
}

int
schema_each_path(
    const struct schema *schema, json_t *value, schema_path_fn *fn, void *ctx, struct err *err)
{
	struct visit v = { schema_has_paths, fn, NULL, ctx, err };
	struct set set = { NULL, 0, 0 };
	int rc = 0;

	if (!schema_has_paths(schema))
		return 0;
	gather(schema, value, &set);
	rc = path_part(&v, &set, NULL, NULL, value);
	vec_clear(&set);
	return rc;
}

static int
replace_part(
    struct visit *v, const struct set *set, const struct place *at, json_t *whole, json_t *part)
{
	json_t *made = NULL;

	for (size_t i = 0; i < set->len && !made; i++)
		if (schema_is_path(set->at[i]))
			made = v->make(part, v->ctx);
	if (!made)
		return visit_parts(v, set, at, part, replace_part);
	if (at->key)
		json_object_set_new(whole, at->key, made);
	else
		json_array_set_new(whole, at->index, made);
	return 0;
}

void
schema_replace_paths(const struct schema *schema, json_t *value, schema_make_fn *make, void *ctx)
{
	struct visit v = { schema_has_paths, NULL, make, ctx, NULL };
	struct set set = { NULL, 0, 0 };

	if (!schema_has_paths(schema))
		return;
	gather(schema, value, &set);
	visit_parts(&v, &set, NULL, value, replace_part);
	vec_clear(&set);
}

/* ---- defaults ---- */

/* Schemas whose default the value within is. */
struct fresh {
	const struct fresh *up;
	const struct schema *schema;
};

static bool
has_defaults(const struct schema *schema)
{
	return schema->defaults || schema->fallback;
}

static bool
is_fresh(const struct fresh *fresh, const struct schema *schema)
{
	for (; fresh; fresh = fresh->up)
		if (fresh->schema == schema)
			return true;
	return false;
}

static int fill_part(
    struct visit *v, const struct set *set, const struct place *at, json_t *whole, json_t *part);

/* A default, with the defaults within it; none within itself for ever. */
static void
add_default(struct visit *v, json_t *value, const struct property *property)
{
	const struct fresh *before = v->ctx;
	struct fresh fresh = { before, property->schema };
	struct set set = { NULL, 0, 0 };
	json_t *made;

	if (is_fresh(before, property->schema))
		return;
	made = json_deep_copy(property->schema->fallback);
	json_object_set_new(value, property->name, made);
	v->ctx = &fresh;
	gather(property->schema, made, &set);
	fill_part(v, &set, NULL, value, made);
	vec_clear(&set);
	v->ctx = (void *)before;
}

static int
fill_part(
    struct visit *v, const struct set *set, const struct place *at, json_t *whole, json_t *part)
{
	(void)whole;
	visit_parts(v, set, at, part, fill_part);
	for (size_t i = 0; json_is_object(part) && i < set->len; i++) {
		const struct schema *node = set->at[i];

		for (size_t j = 0; j < node->nproperties; j++)
			if (node->properties[j].schema->fallback &&
			    !json_object_get(part, node->properties[j].name))
				add_default(v, part, &node->properties[j]);
	}
	return 0;
}

void
schema_fill_defaults(const struct schema *schema, json_t *value)
{
	struct visit v = { has_defaults, NULL, NULL, NULL, NULL };
	struct set set = { NULL, 0, 0 };

	if (!schema->defaults)
		return;
	gather(schema, value, &set);
	fill_part(&v, &set, NULL, NULL, value);
	vec_clear(&set);
}
