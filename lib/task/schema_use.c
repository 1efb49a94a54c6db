/* SPDX-License-Identifier: MIT */
/* schema_use: what a schema is good for besides checking: defaults, typed text, paths, messages. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "base/num.h"
#include "task/schema.h"
#include "task/schema_rules.h"

static void
collect(const struct schema_error *error, void *ctx)
{
	json_t *one = json_pack("{s:s, s:s, s:s}", "pointer", error->pointer, "rule", error->rule,
	    "expected", error->expected);

	if (error->found)
		json_object_set_new(one, "found", json_string(error->found));
	json_array_append_new(ctx, one);
}

json_t *
schema_errors(const json_t *schema, const json_t *value)
{
	json_t *errors = json_array();

	if (schema_check(schema, value, collect, errors) > 0)
		return errors;
	json_decref(errors);
	return NULL;
}

char *
schema_errors_text(const json_t *errors)
{
	struct buf text = BUF_INIT;
	const json_t *error;
	size_t i;

	json_array_foreach(errors, i, error) {
		const char *pointer = json_string_value(json_object_get(error, "pointer"));
		const char *found = json_string_value(json_object_get(error, "found"));

		buf_add_str(&text, i > 0 ? "; " : "");
		if (*pointer)
			buf_addf(&text, "'%s'", pointer);
		else
			buf_add_str(&text, "it");
		buf_addf(
		    &text, " must be %s", json_string_value(json_object_get(error, "expected")));
		if (found)
			buf_addf(&text, ", found %s", found);
	}
	return buf_take(&text);
}

int
schema_judge(const json_t *schema, const json_t *value, struct err *err)
{
	json_t *errors = schema_errors(schema, value);
	char *text;

	if (!errors)
		return 0;
	text = schema_errors_text(errors);
	err_set(err, ERR_INPUT, "%s", text);
	free(text);
	json_decref(errors);
	return -1;
}

const json_t *
schema_property(const json_t *schema, const char *name)
{
	return json_object_get(json_object_get(schema, "properties"), name);
}

void
schema_fill_defaults(const json_t *schema, json_t *value)
{
	const char *key;
	const json_t *property, *fallback;
	json_t *member;
	size_t i;

	if (json_is_array(value)) {
		json_array_foreach(value, i, member)
			schema_fill_defaults(json_object_get(schema, "items"), member);
		return;
	}
	if (!json_is_object(value))
		return;
	json_object_foreach(json_object_get(schema, "properties"), key, property) {
		fallback = json_object_get(property, "default");
		if (fallback && !json_object_get(value, key))
			json_object_set_new(value, key, json_deep_copy(fallback));
		schema_fill_defaults(property, json_object_get(value, key));
	}
}

static json_t *
parse_integer(const char *text, struct err *err)
{
	int64_t n;

	return num_int(text, INT64_MIN, INT64_MAX, &n, err) < 0 ? NULL : json_integer(n);
}

static json_t *
parse_number(const char *text, struct err *err)
{
	int64_t n;
	double x;

	if (num_int(text, INT64_MIN, INT64_MAX, &n, NULL) == 0)
		return json_integer(n);
	return num_double(text, &x, err) < 0 ? NULL : json_real(x);
}

static json_t *
parse_boolean(const char *text, struct err *err)
{
	if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
		return json_boolean(*text == 't');
	err_set(err, ERR_INPUT, "'%s' must be true or false", text);
	return NULL;
}

static json_t *
parse_string(const char *text, struct err *err)
{
	json_t *value = json_string(text);

	if (!value)
		err_set(err, ERR_INPUT, "the text is not UTF-8");
	return value;
}

static json_t *
parse_array(const char *text, struct err *err)
{
	json_t *value = json_parse(text, strlen(text), NULL);

	if (json_is_array(value))
		return value;
	json_decref(value);
	err_set(err, ERR_INPUT, "'%s' is not a JSON array ([1, 2])", text);
	return NULL;
}

static json_t *
parse_object(const char *text, struct err *err)
{
	json_t *value = json_parse(text, strlen(text), NULL);

	if (json_is_object(value))
		return value;
	json_decref(value);
	err_set(err, ERR_INPUT, "'%s' is not a JSON object ({\"key\": 1})", text);
	return NULL;
}

static json_t *
parse_anything(const char *text, struct err *err)
{
	json_t *value = json_parse(text, strlen(text), NULL);

	return value ? value : parse_string(text, err);
}

json_t *
schema_parse_value(const json_t *property, const char *text, struct err *err)
{
	static const struct {
		const char *type;
		json_t *(*parse)(const char *text, struct err *err);
	} parsers[] = { { "integer", parse_integer }, { "number", parse_number },
		{ "boolean", parse_boolean }, { "array", parse_array },
		{ "object", parse_object } };
	const char *type = json_string_value(json_object_get(property, "type"));

	if (!type)
		return parse_anything(text, err);
	if (strcmp(type, "string") == 0)
		return parse_string(text, err);
	if (strcmp(text, "null") == 0 && json_is_true(json_object_get(property, "nullable")))
		return json_null();
	for (size_t i = 0; i < sizeof(parsers) / sizeof(*parsers); i++)
		if (strcmp(parsers[i].type, type) == 0)
			return parsers[i].parse(text, err);
	return parse_anything(text, err);
}

bool
schema_has_paths(const json_t *schema)
{
	const char *format = json_string_value(json_object_get(schema, "format")), *key;
	const json_t *property, *items = json_object_get(schema, "items");

	if (format && strcmp(format, "path") == 0)
		return true;
	json_object_foreach(json_object_get(schema, "properties"), key, property)
		if (schema_has_paths(property))
			return true;
	return items && schema_has_paths(items);
}

struct paths {
	struct walk w;
	schema_path_fn *fn;
	void *ctx;
	struct err *err;
};

static int
each_path(struct paths *p, const json_t *schema, json_t *value)
{
	const json_t *items = json_object_get(schema, "items"), *property;
	const char *format = json_string_value(json_object_get(schema, "format"));
	const char *key;
	json_t *item;
	size_t i, mark;
	int rc = 0;

	if (json_is_string(value) && format && strcmp(format, "path") == 0)
		return p->fn(buf_str(&p->w.at), value, p->ctx, p->err);
	json_array_foreach(value, i, item) {
		mark = walk_enter_item(&p->w, i);
		rc = each_path(p, items, item);
		walk_leave(&p->w, mark);
		if (rc < 0)
			return rc;
	}
	if (!json_is_object(value))
		return 0;
	json_object_foreach(json_object_get(schema, "properties"), key, property) {
		mark = walk_enter(&p->w, key);
		rc = each_path(p, property, json_object_get(value, key));
		walk_leave(&p->w, mark);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int
schema_each_path(
    const json_t *schema, json_t *value, schema_path_fn *fn, void *ctx, struct err *err)
{
	struct paths p = { { BUF_INIT, NULL, NULL, 0 }, fn, ctx, err };
	int rc = each_path(&p, schema, value);

	buf_clear(&p.w.at);
	return rc;
}
