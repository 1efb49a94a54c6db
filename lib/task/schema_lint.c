/* SPDX-License-Identifier: MIT */
/* schema_lint: whether a schema says only what schema_check understands. */
#include <string.h>

#include "base/err.h"
#include "task/schema.h"
#include "task/schema_rules.h"

/* The name of the keyword that is being looked at: the end of the pointer, as our keywords hold no
 * '~' or '/'. */
static const char *
keyword(const struct walk *w)
{
	const char *slash = strrchr(buf_str(&w->at), '/');

	return slash ? slash + 1 : "";
}

void
lint_string(struct walk *w, const json_t *schema, const json_t *arg)
{
	(void)schema;
	if (!json_is_string(arg))
		walk_fail(w, keyword(w), arg, "a string");
}

void
lint_boolean(struct walk *w, const json_t *schema, const json_t *arg)
{
	(void)schema;
	if (!json_is_boolean(arg))
		walk_fail(w, keyword(w), arg, "true or false");
}

void
lint_number(struct walk *w, const json_t *schema, const json_t *arg)
{
	(void)schema;
	if (!json_is_number(arg))
		walk_fail(w, keyword(w), arg, "a number");
}

void
lint_count(struct walk *w, const json_t *schema, const json_t *arg)
{
	(void)schema;
	if (!json_is_integer(arg) || json_integer_value(arg) < 0)
		walk_fail(w, keyword(w), arg, "an integer of at least 0");
}

void
lint_type(struct walk *w, const json_t *schema, const json_t *arg)
{
	const char *name = json_string_value(arg);

	if (!name || !schema_type_text(name))
		walk_fail(w, "type", arg, "one of string, number, integer, boolean, array, object");
	else if (strcmp(name, "array") == 0 && !json_object_get(schema, "items"))
		walk_fail(w, "type", arg, "given together with items");
}

void
lint_required(struct walk *w, const json_t *schema, const json_t *arg)
{
	const json_t *name;
	size_t i;

	(void)schema;
	if (!json_is_array(arg) || json_array_size(arg) == 0) {
		walk_fail(w, "required", arg, "a list of names");
		return;
	}
	json_array_foreach(arg, i, name) {
		size_t mark = walk_enter_item(w, i);

		if (!json_is_string(name))
			walk_fail(w, "required", name, "a name");
		walk_leave(w, mark);
	}
}

void
lint_properties(struct walk *w, const json_t *schema, const json_t *arg)
{
	const char *key;
	const json_t *property;

	(void)schema;
	if (!json_is_object(arg))
		walk_fail(w, "properties", arg, "an object of schemas");
	json_object_foreach((json_t *)arg, key, property) {
		size_t mark = walk_enter(w, key);

		lint_schema(w, property);
		walk_leave(w, mark);
	}
}

void
lint_items(struct walk *w, const json_t *schema, const json_t *arg)
{
	(void)schema;
	lint_schema(w, arg);
}

void
lint_enum(struct walk *w, const json_t *schema, const json_t *arg)
{
	(void)schema;
	if (!json_is_array(arg) || json_array_size(arg) == 0)
		walk_fail(w, "enum", arg, "a list of at least one value");
}

/* Only called once the rest of the schema was found good. */
void
lint_default(struct walk *w, const json_t *schema, const json_t *arg)
{
	if (schema_check(schema, arg, NULL, NULL) > 0)
		walk_fail(w, "default", arg, "what the schema itself allows");
}

static void
lint_member(struct walk *w, const json_t *schema, const char *key, const json_t *arg)
{
	const struct rule *rule = schema_rule(key);
	size_t mark = walk_enter(w, key);

	if (!rule && strncmp(key, "x-", 2) != 0)
		walk_fail(w, key, NULL, "left out: this keyword is not supported");
	else if (strcmp(key, "x-unit") == 0)
		lint_string(w, schema, arg);
	else if (rule && rule->lint && rule->lint != lint_default)
		rule->lint(w, schema, arg);
	walk_leave(w, mark);
}

void
lint_schema(struct walk *w, const json_t *schema)
{
	int before = w->errors;
	const char *key;
	const json_t *arg;

	if (!json_is_object(schema)) {
		walk_fail(w, "schema", schema, "a schema (an object)");
		return;
	}
	json_object_foreach((json_t *)schema, key, arg)
		lint_member(w, schema, key, arg);
	arg = json_object_get(schema, "default");
	if (arg && w->errors == before) {
		size_t mark = walk_enter(w, "default");

		lint_default(w, schema, arg);
		walk_leave(w, mark);
	}
}

int
schema_lint(const json_t *schema, schema_report_fn *report, void *ctx)
{
	struct walk w = { BUF_INIT, report, ctx, 0 };

	lint_schema(&w, schema);
	buf_clear(&w.at);
	return w.errors;
}
