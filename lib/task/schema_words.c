/* SPDX-License-Identifier: MIT */
/* schema_words: a schema as people read it in a table. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"
#include "task/schema_node.h"

enum { DEEP = 4, WORDS_MAX = 80 };

const json_t *
schema_source(const struct schema *schema)
{
	return schema->source;
}

const struct schema *
schema_items(const struct schema *schema)
{
	return schema->items;
}

/* ---- members ---- */

static bool
is_required(const struct schema *schema, const char *name)
{
	for (size_t i = 0; i < schema->nsteps; i++)
		for (size_t j = 0; strcmp(schema->steps[i].rule->name, "required") == 0 &&
		     j < schema->steps[i].names.len;
		     j++)
			if (strcmp(schema->steps[i].names.at[j], name) == 0)
				return true;
	for (size_t i = 0; i < schema->all.len; i++)
		if (is_required(schema->all.at[i], name))
			return true;
	return false;
}

static void
each_member(const struct schema *top, const struct schema *schema, schema_member_fn *fn, void *ctx)
{
	for (size_t i = 0; i < schema->all.len; i++)
		each_member(top, schema->all.at[i], fn, ctx);
	for (size_t i = 0; i < schema->nproperties; i++) {
		struct schema_member member = { schema->properties[i].name,
			schema->properties[i].schema,
			is_required(top, schema->properties[i].name) };

		fn(&member, ctx);
	}
}

void
schema_each_member(const struct schema *schema, schema_member_fn *fn, void *ctx)
{
	each_member(schema, schema, fn, ctx);
}

/* ---- type ---- */

static void
add_words(struct buf *out, const char *text, const char *before)
{
	buf_addf(out, "%s%s", out->len ? before : "", text);
}

static void add_type(const struct schema *schema, int depth, struct buf *out);

static void
add_types(const struct schemas *list, const char *before, int depth, struct buf *out)
{
	for (size_t i = 0; i < list->len; i++) {
		const char *name = schema_name(list->at[i]);
		struct buf one = BUF_INIT;

		if (name)
			buf_add_str(&one, name);
		else
			add_type(list->at[i], depth + 1, &one);
		add_words(out, buf_str(&one), before);
		buf_clear(&one);
	}
}

static void
add_type(const struct schema *schema, int depth, struct buf *out)
{
	size_t before = out->len;

	if (depth > DEEP) {
		buf_add_str(out, "...");
		return;
	}
	if (schema->format && schema_is_path(schema)) {
		buf_add_str(out, "path");
	} else if (schema->items && schema->type && schema->type->kinds == KIND_ARRAY) {
		const char *name = schema_name(schema->items);

		if (name)
			buf_add_str(out, name);
		else
			add_type(schema->items, depth + 1, out);
		buf_add_str(out, "[]");
	} else if (schema->type) {
		buf_add_str(out, schema->type->name);
	} else if (schema->any.len || schema->one.len) {
		add_types(schema->any.len ? &schema->any : &schema->one, " | ", depth, out);
	} else if (schema->all.len) {
		add_types(&schema->all, " & ", depth, out);
	} else {
		buf_add_str(out,
		    schema->format && strcmp(schema->format->name, "path") == 0 ? "path or any"
										: "any");
	}
	if (schema->nullable && out->len > before)
		buf_add_str(out, " or null");
}

char *
schema_type_words(const struct schema *schema)
{
	struct buf out = BUF_INIT;

	add_type(schema, 0, &out);
	return buf_take(&out);
}

/* ---- allowed ---- */

static const json_t *
argument(const struct schema *schema, const char *name)
{
	return json_object_get(schema->source, name);
}

static void
add_value(struct buf *out, const json_t *value)
{
	if (json_is_string(value))
		buf_add_str(out, json_string_value(value));
	else
		json_put(value, out);
}

static void
add_enum(const struct schema *schema, struct buf *out)
{
	const json_t *list = argument(schema, "enum"), *one;
	size_t i;

	json_array_foreach(list, i, one) {
		buf_add_str(out, i > 0 ? ", " : "");
		add_value(out, one);
	}
}

/* "1..64", ">= 1", "> 0, <= 5" */
static void
add_bounds(const struct schema *schema, struct buf *out)
{
	const json_t *least = argument(schema, "minimum"), *most = argument(schema, "maximum");
	bool open = json_is_true(argument(schema, "exclusiveMinimum"));
	bool open_most = json_is_true(argument(schema, "exclusiveMaximum"));

	if (least && most && !open && !open_most) {
		add_words(out, "", ", ");
		json_put(least, out);
		buf_add_str(out, "..");
		json_put(most, out);
		return;
	}
	if (least) {
		add_words(out, open ? "> " : ">= ", ", ");
		json_put(least, out);
	}
	if (most) {
		add_words(out, open_most ? "< " : "<= ", ", ");
		json_put(most, out);
	}
}

/* "3 items", "1..8 characters", ">= 1 members" */
static void
add_counts(const struct schema *schema, const char *least_name, const char *most_name,
    const char *what, struct buf *out)
{
	const json_t *least = argument(schema, least_name), *most = argument(schema, most_name);
	long long from = json_integer_value(least), to = json_integer_value(most);

	if (!least && !most)
		return;
	add_words(out, "", ", ");
	if (least && most && from == to)
		buf_addf(out, "%lld %s", from, what);
	else if (least && most)
		buf_addf(out, "%lld..%lld %s", from, to, what);
	else
		buf_addf(out, "%s %lld %s", least ? ">=" : "<=", least ? from : to, what);
}

static void
add_text(const struct schema *schema, const char *name, const char *before, struct buf *out)
{
	const json_t *arg = argument(schema, name);

	if (!arg)
		return;
	add_words(out, before, ", ");
	add_value(out, arg);
}

char *
schema_allowed_words(const struct schema *schema)
{
	const json_t *format = argument(schema, "format");
	struct buf out = BUF_INIT;

	add_enum(schema, &out);
	add_bounds(schema, &out);
	add_text(schema, "multipleOf", "multiple of ", &out);
	add_counts(schema, "minLength", "maxLength", "characters", &out);
	add_counts(schema, "minItems", "maxItems", "items", &out);
	add_counts(schema, "minProperties", "maxProperties", "members", &out);
	add_text(schema, "pattern", "", &out);
	if (json_is_true(argument(schema, "uniqueItems")))
		add_words(&out, "all different", ", ");
	if (format && strcmp(json_string_value(format), "path") != 0)
		add_words(&out, json_string_value(format), ", ");
	return buf_take(&out);
}
