/* SPDX-License-Identifier: MIT */
/*
 * schema_compile: from a schema in a document to nodes.
 *
 * Schemas are read one after the other, not within each other: those that a
 * schema leads to are put behind it in the table and get their turn. A $ref
 * is followed when a schema is entered, so circles close by themselves. What
 * is left to do then: no schema may contain itself for the same value (allOf
 * and its kin), and defaults must be what their schema allows.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/pattern.h"
#include "task/schema_node.h"

enum { NODES_MAX = 10000, HOPS_MAX = 100 };

struct compiler {
	struct whole *whole;
	schema_report_fn *report;
	void *ctx;
	int errors;
	bool strict; /* $ref only into #/components/ */
};

enum schema_use
compile_use(const struct compiler *c)
{
	return c->whole->use;
}

const json_t *
compile_document(const struct compiler *c)
{
	return c->whole->document;
}

static void
report(struct compiler *c, const char *pointer, const char *rule, const json_t *found,
    const char *expected)
{
	struct buf shown = BUF_INIT;
	struct schema_error error = { pointer, rule, expected, NULL };

	c->errors++;
	if (!c->report)
		return;
	if (found)
		schema_show(found, &shown);
	error.found = found ? buf_str(&shown) : NULL;
	c->report(&error, c->ctx);
	buf_clear(&shown);
}

void
compile_fail(struct compiler *c, const struct schema *node, const char *rule, const char *sub,
    const json_t *found, const char *expected, ...)
{
	struct buf at = BUF_INIT;
	char *want;
	va_list ap;

	va_start(ap, expected);
	want = xvasprintf(expected, ap);
	va_end(ap);
	buf_add_str(&at, node->pointer);
	json_pointer_add(&at, rule);
	buf_add_str(&at, sub);
	report(c, buf_str(&at), rule, found, want);
	buf_clear(&at);
	free(want);
}

/* ---- entering ---- */

/* The fragment of a URI, %xx undone. The caller frees. */
static char *
decode(const char *text)
{
	char *out = xmalloc(strlen(text) + 1), *end = out;

	for (; *text; text++) {
		char hex[3] = { text[0], text[0] ? text[1] : '\0', '\0' };

		if (*text == '%' && isxdigit((unsigned char)text[1]) &&
		    isxdigit((unsigned char)text[2]) && memcmp(text + 1, "00", 2) != 0) {
			memcpy(hex, text + 1, 2);
			*end++ = (char)strtol(hex, NULL, 16);
			text += 2;
		} else {
			*end++ = *text;
		}
	}
	*end = '\0';
	return out;
}

const json_t *
compile_ref(const json_t *document, const char *ref, char **pointer)
{
	const json_t *found = NULL;

	*pointer = NULL;
	if (*ref != '#')
		return NULL;
	*pointer = decode(ref + 1);
	if (!**pointer || **pointer == '/')
		found = json_at(document, *pointer);
	if (found)
		return found;
	free(*pointer);
	*pointer = NULL;
	return NULL;
}

static struct schema *
add_node(struct compiler *c, const json_t *source, const char *pointer)
{
	struct schema *node;

	HASH_FIND_PTR(c->whole->nodes, &source, node);
	if (node)
		return node;
	if (HASH_COUNT(c->whole->nodes) == NODES_MAX) {
		report(c, pointer, "schema", NULL, "one of at most 10000 schemas in a document");
		return NULL;
	}
	node = xcalloc(1, sizeof(*node));
	node->source = source;
	node->whole = c->whole;
	node->pointer = xstrdup(pointer);
	node->kinds = KIND_ANY;
	HASH_ADD_PTR(c->whole->nodes, source, node);
	return node;
}

/* The node of a schema, its $ref followed. */
static struct schema *
enter(struct compiler *c, const json_t *schema, const char *where, const char *rule)
{
	char *at = xstrdup(where), *next;
	struct schema *node = NULL;
	const json_t *ref;
	int hops = 0;

	while ((ref = json_object_get(schema, "$ref"))) {
		const char *text = json_string_value(ref);

		schema = NULL;
		if (text && hops++ < HOPS_MAX &&
		    (!c->strict || strncmp(text, "#/components/", 13) == 0))
			schema = compile_ref(c->whole->document, text, &next);
		if (!schema) {
			struct buf place = BUF_INIT;

			buf_addf(&place, "%s/$ref", at);
			report(c, buf_str(&place), "$ref", ref,
			    hops > HOPS_MAX ? "a reference that leads to a schema, not in a circle"
				: c->strict ? "a reference into #/components/"
					    : "a reference to a schema in this document");
			buf_clear(&place);
			goto out;
		}
		free(at);
		at = next;
	}
	if (json_is_object(schema))
		node = add_node(c, schema, at);
	else
		report(c, at, rule, schema, "a schema (an object)");
out:
	free(at);
	return node;
}

struct schema *
compile_part(struct compiler *c, const struct schema *node, const char *rule, const char *sub,
    const json_t *schema)
{
	struct buf at = BUF_INIT;
	struct schema *part;

	buf_add_str(&at, node->pointer);
	json_pointer_add(&at, rule);
	buf_add_str(&at, sub);
	part = enter(c, schema, buf_str(&at), rule);
	buf_clear(&at);
	return part;
}

struct schema *
compile_component(struct compiler *c, const char *name)
{
	struct buf at = BUF_INIT;
	struct schema *node;

	buf_add_str(&at, "/components/schemas");
	json_pointer_add(&at, name);
	node = enter(c, json_at(c->whole->document, buf_str(&at)), buf_str(&at), "schema");
	buf_clear(&at);
	return node;
}

/* ---- reading ---- */

static void
read_node(struct compiler *c, struct schema *node)
{
	const json_t *arg;
	const char *key;

	node->steps = xcalloc(json_object_size(node->source) + 1, sizeof(*node->steps));
	for (size_t i = 0; i < schema_nrules; i++) {
		const struct rule *rule = &schema_rules[i];
		struct step *step = &node->steps[node->nsteps];

		arg = json_object_get(node->source, rule->name);
		if (!arg)
			continue;
		step->rule = rule;
		step->arg = arg;
		if (rule->read)
			rule->read(c, node, arg, step);
		if (rule->check)
			node->nsteps++;
	}
	json_object_foreach((json_t *)node->source, key, arg)
		if (!schema_rule(key) && strncmp(key, "x-", 2) != 0)
			compile_fail(
			    c, node, key, "", NULL, "left out: OpenAPI 3.0 has no such keyword");
}

/* ---- judging ---- */

/* The n-th schema that judges the same value as this one, NULL behind the last. */
static struct schema *
inner(const struct schema *node, size_t n)
{
	const struct schemas *const lists[] = { &node->all, &node->any, &node->one };

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		if (n < lists[i]->len)
			return lists[i]->at[n];
		n -= lists[i]->len;
	}
	return n == 0 ? node->never : NULL;
}

/* Is each schema that judges the same value known to come to an end? The mark of those is `paths`,
 * which means nothing yet. */
static bool
is_grounded(const struct schema *node)
{
	struct schema *in;

	for (size_t i = 0; (in = inner(node, i)); i++)
		if (!in->paths)
			return false;
	return true;
}

/* A schema that needs itself to judge a value is never done. */
static void
refuse_circles(struct compiler *c)
{
	struct schema *node;
	bool more = true;

	while (more) {
		more = false;
		for (node = c->whole->nodes; node; node = node->hh.next)
			if (!node->paths && is_grounded(node))
				more = node->paths = true;
	}
	for (node = c->whole->nodes; node; node = node->hh.next)
		if (!node->paths)
			break;
	if (node)
		report(c, node->pointer, "$ref", NULL,
		    "a schema that does not need itself to judge a value");
	for (node = c->whole->nodes; node; node = node->hh.next)
		node->paths = false;
}

static void
keep_first(const struct schema_error *error, void *ctx)
{
	struct buf *text = ctx;

	if (text->len == 0)
		schema_error_text(error->pointer, error->expected, error->found, text);
}

static void
judge_default(struct compiler *c, const struct schema *node)
{
	json_t *filled = json_deep_copy(node->fallback);
	struct buf why = BUF_INIT;

	schema_fill_defaults(node, filled);
	if (schema_check(node, filled, keep_first, &why) > 0)
		compile_fail(c, node, "default", "", NULL, "what the schema itself allows (%s)",
		    buf_str(&why));
	buf_clear(&why);
	json_decref(filled);
}

/* Does a node, or one it leads to, have it? */
static bool
spreads(const struct schema *node, bool (*has)(const struct schema *node))
{
	struct schema *in;

	if (has(node) || (node->items && has(node->items)) ||
	    (node->additional && has(node->additional)))
		return true;
	for (size_t i = 0; i < node->nproperties; i++)
		if (has(node->properties[i].schema))
			return true;
	for (size_t i = 0; node->discriminator && i < node->discriminator->len; i++)
		if (has(node->discriminator->choices[i].schema))
			return true;
	for (size_t i = 0; (in = inner(node, i)) && in != node->never; i++)
		if (has(in))
			return true;
	return false;
}

static bool
has_path(const struct schema *node)
{
	return node->paths || (node->format && strcmp(node->format->name, "path") == 0);
}

static bool
has_default(const struct schema *node)
{
	return node->defaults || node->fallback;
}

static void
spread_marks(struct whole *whole)
{
	bool more = true;

	while (more) {
		more = false;
		for (struct schema *node = whole->nodes; node; node = node->hh.next) {
			if (!node->paths && spreads(node, has_path))
				more = node->paths = true;
			if (!node->defaults && spreads(node, has_default))
				more = node->defaults = true;
		}
	}
}

/* ---- the whole ---- */

static void
free_node(struct schema *node)
{
	for (size_t i = 0; i < node->nsteps; i++) {
		if (strcmp(node->steps[i].rule->name, "pattern") == 0)
			pattern_free(node->steps[i].pattern);
		if (strcmp(node->steps[i].rule->name, "required") == 0)
			free((void *)node->steps[i].names.at);
	}
	if (node->discriminator)
		free(node->discriminator->choices);
	free(node->discriminator);
	free(node->steps);
	free(node->properties);
	free(node->all.at);
	free(node->any.at);
	free(node->one.at);
	free(node->pointer);
	free(node);
}

static void
free_whole(struct whole *whole)
{
	struct schema *node, *next;

	HASH_ITER(hh, whole->nodes, node, next)
	{
		HASH_DEL(whole->nodes, node);
		free_node(node);
	}
	json_decref(whole->document);
	free(whole);
}

void
schema_free(struct schema *schema)
{
	if (schema)
		free_whole(schema->whole);
}

/* Read all there is to the end, and judge it when it is good so far. */
static void
finish(struct compiler *c)
{
	for (struct schema *node = c->whole->nodes; node; node = node->hh.next)
		read_node(c, node);
	if (c->errors == 0)
		refuse_circles(c);
	if (c->errors == 0)
		spread_marks(c->whole);
	for (struct schema *node = c->whole->nodes; node && c->errors == 0; node = node->hh.next)
		if (node->fallback)
			judge_default(c, node);
}

int
schema_lint(
    const json_t *document, char *const *pointers, size_t count, schema_report_fn *fn, void *ctx)
{
	struct compiler c = { xcalloc(1, sizeof(*c.whole)), fn, ctx, 0, true };

	c.whole->document = json_incref((json_t *)document);
	for (size_t i = 0; i < count; i++)
		enter(&c, json_at(document, pointers[i]), pointers[i], "schema");
	finish(&c);
	free_whole(c.whole);
	return c.errors;
}

struct schema *
schema_new(const json_t *document, const char *pointer, enum schema_use use, schema_report_fn *fn,
    void *ctx)
{
	struct compiler c = { xcalloc(1, sizeof(*c.whole)), fn, ctx, 0, false };

	c.whole->document = json_incref((json_t *)document);
	c.whole->use = use;
	c.whole->root = enter(&c, json_at(document, pointer), pointer, "schema");
	finish(&c);
	if (c.errors == 0)
		return c.whole->root;
	free_whole(c.whole);
	return NULL;
}
