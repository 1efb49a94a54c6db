/* SPDX-License-Identifier: MIT */
/* schema_use: errors as records and as a line, and texts that people give for values. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/num.h"
#include "task/schema.h"
#include "task/schema_node.h"

static void
collect(const struct schema_error *error, void *ctx)
{
	json_t **errors = ctx;
	json_t *one = json_pack("{s:s, s:s, s:s}", "pointer", error->pointer, "rule", error->rule,
	    "expected", error->expected);

	if (error->found)
		json_object_set_new(one, "found", json_string(error->found));
	if (!*errors)
		*errors = json_array();
	json_array_append_new(*errors, one);
}

json_t *
schema_errors(const struct schema *schema, const json_t *value)
{
	json_t *errors = NULL;

	schema_check(schema, value, collect, &errors);
	return errors;
}

char *
schema_errors_text(const json_t *errors)
{
	struct buf text = BUF_INIT;
	const json_t *error;
	size_t i;

	json_array_foreach(errors, i, error) {
		buf_add_str(&text, i > 0 ? "; " : "");
		schema_error_text(json_string_value(json_object_get(error, "pointer")),
		    json_string_value(json_object_get(error, "expected")),
		    json_string_value(json_object_get(error, "found")), &text);
	}
	return buf_take(&text);
}

static void
add_text(const struct schema_error *error, void *ctx)
{
	struct buf *text = ctx;

	buf_add_str(text, text->len ? "; " : "");
	schema_error_text(error->pointer, error->expected, error->found, text);
	buf_addf(text, " (%s)", error->rule);
}

int
schema_judge(const struct schema *schema, const json_t *value, struct err *err)
{
	struct buf text = BUF_INIT;
	int errors = schema_check(schema, value, add_text, &text);

	if (errors > 0)
		err_set(err, ERR_INPUT, "%s", buf_str(&text));
	buf_clear(&text);
	return errors > 0 ? -1 : 0;
}

const struct schema *
schema_property(const struct schema *schema, const char *name)
{
	const struct schema *found = NULL;

	for (size_t i = 0; schema && i < schema->nproperties; i++)
		if (strcmp(schema->properties[i].name, name) == 0)
			return schema->properties[i].schema;
	for (size_t i = 0; schema && i < schema->all.len && !found; i++)
		found = schema_property(schema->all.at[i], name);
	for (size_t i = 0; schema && i < schema->any.len && !found; i++)
		found = schema_property(schema->any.at[i], name);
	for (size_t i = 0; schema && i < schema->one.len && !found; i++)
		found = schema_property(schema->one.at[i], name);
	return found;
}

/* The type of a schema, or of one that is part of it by allOf; NULL: none is said. */
static const struct type *
type_of(const struct schema *schema)
{
	const struct type *type = schema->type;

	for (size_t i = 0; i < schema->all.len && !type; i++)
		type = type_of(schema->all.at[i]);
	return type;
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
schema_parse_value(const struct schema *property, const char *text, struct err *err)
{
	static const struct {
		const char *type;
		json_t *(*parse)(const char *text, struct err *err);
	} parsers[] = { { "integer", parse_integer }, { "number", parse_number },
		{ "boolean", parse_boolean }, { "array", parse_array },
		{ "object", parse_object } };
	const struct type *type = property ? type_of(property) : NULL;

	if (!type)
		return parse_anything(text, err);
	if (type->kinds == KIND_STRING)
		return parse_string(text, err);
	if (strcmp(text, "null") == 0 && (property->kinds & KIND_NULL))
		return json_null();
	for (size_t i = 0; i < sizeof(parsers) / sizeof(*parsers); i++)
		if (strcmp(parsers[i].type, type->name) == 0)
			return parsers[i].parse(text, err);
	return parse_anything(text, err);
}
