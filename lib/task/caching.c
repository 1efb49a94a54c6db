/* SPDX-License-Identifier: MIT */
/* caching: what makes executions of a task equal. */
#include "task/caching.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "task/fault.h"
#include "task/schema.h"

/* ---- reading ---- */

static void
read_texts(
    const json_t **out, const char *pointer, const json_t *cache, const char *key, struct faults *f)
{
	json_t *text;
	size_t i;

	*out = fault_member(f, pointer, cache, key, JSON_ARRAY);
	json_array_foreach((json_t *)*out, i, text)
		if (!json_is_string(text) || !*json_string_value(text))
			fault(f, pointer, key, "must be an array of texts");
}

static void
read_names(struct caching *c, const char *pointer, const json_t *cache, struct faults *f)
{
	const char *format;
	json_t *line;

	c->names = fault_member(f, pointer, cache, "names", JSON_OBJECT);
	json_object_foreach((json_t *)c->names, format, line)
		if (!(json_is_string(line) && *json_string_value(line)) &&
		    !(json_is_integer(line) && json_integer_value(line) > 0))
			fault(f, pointer, "names",
			    "must give the number of a line, or how it begins, for '%s'", format);
}

static void
read_members(struct caching *c, const char *pointer, const json_t *cache, struct faults *f)
{
	static const char *const members[] = { "programs", "parameters", "ignore", "unless",
		"names", "result" };
	const char *which;

	fault_unknown(f, pointer, cache, members, sizeof(members) / sizeof(*members));
	read_texts(&c->programs, pointer, cache, "programs", f);
	read_texts(&c->ignore, pointer, cache, "ignore", f);
	read_texts(&c->unless, pointer, cache, "unless", f);
	read_names(c, pointer, cache, f);
	which = json_string_value(fault_member(f, pointer, cache, "parameters", JSON_STRING));
	c->declared = which && strcmp(which, "declared") == 0;
	if (which && !c->declared && strcmp(which, "all") != 0)
		fault(f, pointer, "parameters", "must be one of all, declared, found '%s'", which);
	c->result = json_string_value(fault_member(f, pointer, cache, "result", JSON_STRING));
}

void
caching_read(struct caching *caching, const char *pointer, const json_t *service, struct faults *f)
{
	const json_t *cache = json_object_get(service, "cache");
	char *at;

	if (!json_is_object(cache)) {
		caching->on = json_is_true(fault_member(f, pointer, service, "cache", JSON_TRUE));
		return;
	}
	caching->on = true;
	at = xasprintf("%s/cache", pointer);
	read_members(caching, at, cache, f);
	free(at);
}

char *
caching_program(const char *entry)
{
	const char *name = strncmp(entry, "${", 2) == 0 ? strstr(entry, ":-") : NULL;
	size_t len = strlen(entry);
	char *variable, *out;
	const char *value;

	if (!name || entry[len - 1] != '}')
		return xstrdup(entry);
	variable = xstrndup(entry + 2, (size_t)(name - entry) - 2);
	value = getenv(variable);
	out = value && *value ? xstrdup(value)
			      : xstrndup(name + 2, (size_t)(entry + len - 1 - (name + 2)));
	free(variable);
	return out;
}

/* ---- parameters ---- */

static bool
is_given(const json_t *params, const char *name)
{
	const json_t *value = json_object_get(params, name);

	return value && !json_is_null(value);
}

/* Are all members that it declares in its `properties`? Else all of them count. */
static bool
declares_plainly(const struct schema *schema)
{
	static const char *const others[] = { "$ref", "allOf", "anyOf", "oneOf" };
	const json_t *source = schema ? schema_source(schema) : NULL;

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (json_object_get(source, others[i]))
			return false;
	return json_object_size(json_object_get(source, "properties")) > 0;
}

/* An object without the members that are not declared. */
static json_t *
declared_only(const struct schema *schema, json_t *value)
{
	const char *name;
	json_t *member, *out;

	if (!json_is_object(value) || !declares_plainly(schema))
		return json_incref(value);
	out = json_object();
	json_object_foreach(value, name, member)
		if (schema_property(schema, name))
			json_object_set(out, name, member);
	return out;
}

json_t *
caching_counted(const struct caching *caching, const struct schema *schema, const json_t *params,
    json_t **labels, struct err *err)
{
	bool declared = caching->declared && declares_plainly(schema);
	json_t *out = json_object(), *rest = json_object(), *value;
	const char *name;
	size_t i;

	json_object_foreach((json_t *)params, name, value) {
		const struct schema *property = schema_property(schema, name);

		if (declared && !property)
			json_object_set(rest, name, value);
		else if (!declared)
			json_object_set(out, name, value);
		else
			json_object_set_new(out, name, declared_only(property, value));
	}
	json_array_foreach((json_t *)caching->ignore, i, value)
		json_object_del(out, json_string_value(value));
	json_array_foreach((json_t *)caching->unless, i, value) {
		if (!is_given(params, json_string_value(value)))
			continue;
		err_set(err, ERR_NO, "with '%s' nothing is", json_string_value(value));
		json_decref(out);
		out = NULL;
		break;
	}
	if (out && labels)
		*labels = json_incref(rest);
	json_decref(rest);
	return out;
}

/* ---- names in files ---- */

bool
caching_names(const struct caching *caching, const char *format)
{
	return format && json_object_get(caching->names, format);
}

void
caching_nameless(const struct caching *caching, const char *format, const char *text, size_t len,
    struct buf *out)
{
	const json_t *rule = format ? json_object_get(caching->names, format) : NULL;
	const char *begins = json_string_value(rule), *end = text + len;
	size_t skip = begins ? strlen(begins) : 0;
	json_int_t number = 1;

	for (const char *at = text; at < end; number++) {
		const char *nl = memchr(at, '\n', (size_t)(end - at));
		size_t n = nl ? (size_t)(nl - at) + 1 : (size_t)(end - at);
		bool named = begins ? n >= skip && memcmp(at, begins, skip) == 0
				    : rule && number == json_integer_value(rule);

		if (!named)
			buf_add(out, at, n);
		at += n;
	}
}
