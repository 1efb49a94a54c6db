/* SPDX-License-Identifier: MIT */
/*
 * schema_compose: schemas made of others: allOf, anyOf, oneOf, not, discriminator.
 *
 * A discriminator chooses among the alternatives of oneOf or anyOf, or, in a
 * schema without those, among the components that have it in their allOf. A
 * value of such a child comes back to its parent by way of that allOf; the
 * chain of walk->through tells that it did, and the choice is not made again.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/vec.h"
#include "task/schema_node.h"

const char *
schema_name(const struct schema *node)
{
	static const char components[] = "/components/schemas/";
	const char *name = node->pointer + sizeof(components) - 1;

	if (strncmp(node->pointer, components, sizeof(components) - 1) != 0)
		return NULL;
	return *name && !strpbrk(name, "/~") ? name : NULL;
}

void
schema_check_all(
    struct walk *w, const struct schema *node, const struct step *step, const json_t *value)
{
	(void)step;
	for (size_t i = 0; i < node->all.len; i++)
		walk_inner(w, node, node->all.at[i], value);
}

/* ---- alternatives ---- */

/* All of them are of other types: "a string or an object"; else NULL. The caller frees. */
static char *
type_list(const struct schemas *list, const json_t *value)
{
	unsigned kind = 1u << json_typeof(value), seen = 0;
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < list->len; i++)
		if (list->at[i]->kinds & kind)
			return NULL;
	for (size_t i = 0; i < list->len; i++) {
		if (!(list->at[i]->kinds & ~seen))
			continue;
		buf_addf(&text, "%s%s", text.len ? " or " : "", list->at[i]->type->words);
		seen |= list->at[i]->kinds;
	}
	return buf_take(&text);
}

/* The alternative of a fitting type with the fewest errors; there is one. */
static size_t
nearest(struct walk *w, const struct schema *node, const struct schemas *list, const json_t *value)
{
	int least = 0, errors;
	size_t best = list->len;

	for (size_t i = 0; i < list->len; i++) {
		if (!(list->at[i]->kinds & 1u << json_typeof(value)))
			continue;
		walk_fits(w, node, list->at[i], value, true, &errors);
		if (best == list->len || errors < least) {
			best = i;
			least = errors;
		}
	}
	return best;
}

static void
keep_first(const struct schema_error *error, void *ctx)
{
	struct buf *text = ctx;

	if (text->len == 0)
		schema_error_text(error->pointer, error->expected, error->found, text);
}

/* What is wrong with a value by an alternative. The caller frees. */
static char *
first_error(
    struct walk *w, const struct schema *node, const struct schema *inner, const json_t *value)
{
	struct walk apart = *w;
	struct buf text = BUF_INIT;

	apart.report = keep_first;
	apart.ctx = &text;
	walk_inner(&apart, node, inner, value);
	w->left = apart.left;
	return buf_take(&text);
}

/* "alternative 2" or "'Circle'". The caller frees. */
static char *
alternative(const struct schemas *list, size_t i)
{
	const char *name = schema_name(list->at[i]);

	return name ? xasprintf("'%s'", name) : xasprintf("alternative %zu", i + 1);
}

/* No alternative fits. */
static void
fail_none(struct walk *w, const struct schema *node, const struct step *step,
    const struct schemas *list, const json_t *value)
{
	char *types, *name, *why;
	size_t near;

	if (!w->report) {
		walk_fail(w, step->rule->name, NULL, "another");
		return;
	}
	types = type_list(list, value);
	if (types) {
		walk_fail(w, step->rule->name, value, "%s", types);
		free(types);
		return;
	}
	near = nearest(w, node, list, value);
	name = alternative(list, near);
	why = first_error(w, node, list->at[near], value);
	walk_fail(w, step->rule->name, value, "one of %zu alternatives (nearest is %s: %s)",
	    list->len, name, why);
	free(name);
	free(why);
}

void
schema_check_any(
    struct walk *w, const struct schema *node, const struct step *step, const json_t *value)
{
	int errors;

	if (node->discriminator && json_is_object(value))
		return;
	for (size_t i = 0; i < node->any.len; i++)
		if (walk_fits(w, node, node->any.at[i], value, false, &errors))
			return;
	fail_none(w, node, step, &node->any, value);
}

void
schema_check_one(
    struct walk *w, const struct schema *node, const struct step *step, const json_t *value)
{
	size_t first = node->one.len;
	char *one, *other;
	int errors;

	if (node->discriminator && json_is_object(value))
		return;
	for (size_t i = 0; i < node->one.len; i++) {
		if (!walk_fits(w, node, node->one.at[i], value, false, &errors))
			continue;
		if (first == node->one.len) {
			first = i;
			continue;
		}
		one = alternative(&node->one, first);
		other = alternative(&node->one, i);
		walk_fail(w, "oneOf", value, "exactly one of %zu alternatives, not both %s and %s",
		    node->one.len, one, other);
		free(one);
		free(other);
		return;
	}
	if (first == node->one.len)
		fail_none(w, node, step, &node->one, value);
}

void
schema_check_not(
    struct walk *w, const struct schema *node, const struct step *step, const json_t *value)
{
	int errors;

	(void)step;
	if (walk_fits(w, node, node->never, value, false, &errors))
		walk_fail(w, "not", value, "something that the schema in 'not' does not allow");
}

/* ---- discriminator ---- */

static void
add_choice(struct discriminator *d, const char *name, struct schema *schema)
{
	if (!schema)
		return;
	for (size_t i = 0; i < d->len; i++)
		if (strcmp(d->choices[i].name, name) == 0)
			return;
	if (d->len == d->room) {
		d->room = d->room ? d->room * 2 : 8;
		d->choices = xreallocarray(d->choices, d->room, sizeof(*d->choices));
	}
	d->choices[d->len++] = (struct property){ name, schema };
}

static void
add_mapping(struct compiler *c, struct schema *node, const json_t *mapping)
{
	const char *name;
	const json_t *value;

	if (mapping && !json_is_object(mapping))
		compile_fail(c, node, "discriminator", "/mapping", mapping, "an object of names");
	json_object_foreach((json_t *)mapping, name, value) {
		const char *text = json_string_value(value);
		json_t *ref;

		if (!text) {
			compile_fail(c, node, "discriminator", "/mapping", value, "a name");
		} else if (*text != '#') {
			add_choice(node->discriminator, name, compile_component(c, text));
		} else {
			ref = json_pack("{s:O}", "$ref", value);
			add_choice(node->discriminator, name,
			    compile_part(c, node, "discriminator", "/mapping", ref));
			json_decref(ref);
		}
	}
}

/* The alternatives of oneOf or anyOf that have a name. */
static void
add_alternatives(struct compiler *c, struct schema *node, const char *rule)
{
	const json_t *list = json_object_get(node->source, rule), *one;
	size_t i;

	json_array_foreach(list, i, one) {
		const char *ref = json_string_value(json_object_get(one, "$ref"));
		const char *slash = ref ? strrchr(ref, '/') : NULL;

		if (slash)
			add_choice(
			    node->discriminator, slash + 1, compile_part(c, node, rule, "", one));
	}
}

/* Does it have one of these in its allOf? */
static bool
extends(const json_t *document, const json_t *schema, const json_t *parents)
{
	const json_t *one, *list = json_object_get(schema, "allOf");
	size_t i, j;

	json_array_foreach(list, i, one) {
		const char *ref = json_string_value(json_object_get(one, "$ref"));
		char *pointer = NULL;
		const json_t *found = ref ? compile_ref(document, ref, &pointer) : NULL;

		free(pointer);
		for (j = 0; found && j < json_array_size(parents); j++)
			if (json_array_get(parents, j) == found)
				return true;
	}
	return false;
}

/* The components that extend node, and node itself when it is one. */
static void
add_family(struct compiler *c, struct schema *node)
{
	const json_t *document = compile_document(c);
	json_t *components = json_at(document, "/components/schemas"), *schema;
	json_t *family = json_array(), *names = json_object();
	const char *name;
	size_t before = 0;

	json_array_append(family, (json_t *)node->source);
	while (before < json_array_size(family)) {
		before = json_array_size(family);
		json_object_foreach(components, name, schema) {
			if (json_object_get(names, name) ||
			    (schema != node->source && !extends(document, schema, family)))
				continue;
			json_object_set_new(names, name, json_true());
			if (schema != node->source)
				json_array_append(family, schema);
			add_choice(node->discriminator, name, compile_component(c, name));
		}
	}
	json_decref(family);
	json_decref(names);
}

void
schema_read_discriminator(
    struct compiler *c, struct schema *node, const json_t *arg, struct step *step)
{
	const char *property = json_string_value(json_object_get(arg, "propertyName"));

	(void)step;
	node->discriminator = xcalloc(1, sizeof(*node->discriminator));
	node->discriminator->property = property;
	if (!property) {
		compile_fail(c, node, "discriminator", "", arg, "an object with 'propertyName'");
		return;
	}
	add_mapping(c, node, json_object_get(arg, "mapping"));
	add_alternatives(c, node, "oneOf");
	add_alternatives(c, node, "anyOf");
	if (!json_object_get(node->source, "oneOf") && !json_object_get(node->source, "anyOf"))
		add_family(c, node);
	if (node->discriminator->len == 0)
		compile_fail(c, node, "discriminator", "", NULL,
		    "beside oneOf or anyOf with references, or in a component that others have in "
		    "their allOf");
}

const struct schema *
schema_chosen(const struct schema *node, const json_t *value)
{
	const struct discriminator *d = node->discriminator;
	const char *name = json_string_value(json_object_get(value, d->property));

	for (size_t i = 0; name && i < d->len; i++)
		if (strcmp(d->choices[i].name, name) == 0)
			return d->choices[i].schema;
	return NULL;
}

/* Is it node, or has it node in its allOf? */
static bool
is_kind_of(struct walk *w, const struct schema *schema, const struct schema *node)
{
	if (schema == node)
		return true;
	for (size_t i = 0; i < schema->all.len && w->left-- > 0; i++)
		if (is_kind_of(w, schema->all.at[i], node))
			return true;
	return false;
}

static bool
is_choice(const struct discriminator *d, const struct schema *schema)
{
	for (size_t i = 0; i < d->len; i++)
		if (d->choices[i].schema == schema)
			return true;
	return false;
}

static void
fail_choice(struct walk *w, const struct schema *node, const json_t *value)
{
	const struct discriminator *d = node->discriminator;
	const json_t *name = json_object_get(value, d->property);
	struct place place = { w->at, d->property, 0 };
	struct buf words = BUF_INIT;

	for (size_t i = 0; i < d->len; i++)
		buf_addf(&words, "%s%s", i > 0 ? ", " : "", d->choices[i].name);
	w->at = &place;
	walk_fail(
	    w, "discriminator", name, name ? "one of %s" : "given: one of %s", buf_str(&words));
	w->at = place.up;
	buf_clear(&words);
}

void
schema_check_discriminator(
    struct walk *w, const struct schema *node, const struct step *step, const json_t *value)
{
	const struct schema *chosen = schema_chosen(node, value), *came = NULL;
	const struct through *t;

	(void)step;
	for (t = w->through; t; t = t->up) {
		if (t->value == value && t->node == node)
			return; /* chosen before */
		if (t->value == value && is_choice(node->discriminator, t->node))
			came = t->node;
	}
	if (!chosen || (came && !is_kind_of(w, chosen, came)))
		fail_choice(w, node, value);
	else if (chosen != node && chosen != came)
		walk_inner(w, node, chosen, value);
}
