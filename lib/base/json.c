/* SPDX-License-Identifier: MIT */
/* json: what our records need beyond jansson. */
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/source.h"

#define PARSE_FLAGS (JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL)
#define FILE_LIMIT ((size_t)256 << 20)

json_t *
json_parse(const char *text, size_t len, struct err *err)
{
	json_error_t at;
	json_t *value = json_loadb(text, len, PARSE_FLAGS, &at);

	if (!value)
		err_set(err, ERR_INPUT, "%d:%d: not JSON: %s", at.line, at.column, at.text);
	return value;
}

json_t *
json_read_file(const char *path, struct err *err)
{
	struct buf text = BUF_INIT;
	json_t *value = NULL;

	if (source_read_file(path, FILE_LIMIT, &text, err) == 0) {
		value = json_parse(buf_str(&text), text.len, err);
		if (!value)
			err_wrap(err, "%s", path);
	}
	buf_clear(&text);
	return value;
}

const char *
json_type_name(const json_t *value)
{
	static const char *const names[] = {
		[JSON_OBJECT] = "object",
		[JSON_ARRAY] = "array",
		[JSON_STRING] = "string",
		[JSON_INTEGER] = "integer",
		[JSON_REAL] = "number",
		[JSON_TRUE] = "boolean",
		[JSON_FALSE] = "boolean",
		[JSON_NULL] = "null",
	};

	return value ? names[json_typeof(value)] : "nothing";
}

static int
wrong(const char *key, const char *expected, const json_t *found, struct err *err)
{
	return err_set(
	    err, ERR_INPUT, "'%s' must be %s, found %s", key, expected, json_type_name(found));
}

int
json_get_string(const json_t *object, const char *key, const char **out, struct err *err)
{
	json_t *v = json_object_get(object, key);

	if (!v || json_is_null(v))
		return 0;
	if (!json_is_string(v))
		return wrong(key, "a string", v, err);
	*out = json_string_value(v);
	return 1;
}

int
json_get_int(const json_t *object, const char *key, json_int_t *out, struct err *err)
{
	json_t *v = json_object_get(object, key);

	if (!v || json_is_null(v))
		return 0;
	if (!json_is_integer(v))
		return wrong(key, "an integer", v, err);
	*out = json_integer_value(v);
	return 1;
}

int
json_get_number(const json_t *object, const char *key, double *out, struct err *err)
{
	json_t *v = json_object_get(object, key);

	if (!v || json_is_null(v))
		return 0;
	if (!json_is_number(v))
		return wrong(key, "a number", v, err);
	*out = json_number_value(v);
	return 1;
}

int
json_get_bool(const json_t *object, const char *key, bool *out, struct err *err)
{
	json_t *v = json_object_get(object, key);

	if (!v || json_is_null(v))
		return 0;
	if (!json_is_boolean(v))
		return wrong(key, "true or false", v, err);
	*out = json_is_true(v);
	return 1;
}

int
json_get_object(const json_t *object, const char *key, json_t **out, struct err *err)
{
	json_t *v = json_object_get(object, key);

	if (!v || json_is_null(v))
		return 0;
	if (!json_is_object(v))
		return wrong(key, "an object", v, err);
	*out = v;
	return 1;
}

int
json_get_array(const json_t *object, const char *key, json_t **out, struct err *err)
{
	json_t *v = json_object_get(object, key);

	if (!v || json_is_null(v))
		return 0;
	if (!json_is_array(v))
		return wrong(key, "an array", v, err);
	*out = v;
	return 1;
}

char *
json_pointer_next(const char **pointer)
{
	const char *start = *pointer + 1;
	char *text, *to;
	size_t len;

	if (**pointer != '/')
		return NULL;
	len = strcspn(start, "/");
	*pointer = start + len;
	text = to = xstrndup(start, len);
	for (const char *p = text; *p; p++, to++) {
		*to = *p;
		if (p[0] == '~' && (p[1] == '0' || p[1] == '1')) {
			*to = p[1] == '0' ? '~' : '/';
			p++;
		}
	}
	*to = '\0';
	return text;
}

void
json_pointer_add(struct buf *pointer, const char *key)
{
	buf_add_char(pointer, '/');
	for (; *key; key++) {
		if (*key == '~')
			buf_add_str(pointer, "~0");
		else if (*key == '/')
			buf_add_str(pointer, "~1");
		else
			buf_add_char(pointer, *key);
	}
}

static json_t *
step(const json_t *value, const char *token)
{
	char *end;
	unsigned long i;

	if (json_is_object(value))
		return json_object_get(value, token);
	if (!json_is_array(value) || *token < '0' || *token > '9' || (*token == '0' && token[1]))
		return NULL;
	i = strtoul(token, &end, 10);
	return *end ? NULL : json_array_get(value, i);
}

json_t *
json_at(const json_t *value, const char *pointer)
{
	json_t *at = (json_t *)value;
	char *token;

	while (at && (token = json_pointer_next(&pointer))) {
		at = step(at, token);
		free(token);
	}
	return *pointer ? NULL : at;
}

void
json_fill(json_t *to, const json_t *from)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)from, key, value)
		if (!json_object_get(to, key))
			json_object_set(to, key, value);
}
