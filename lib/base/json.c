/* SPDX-License-Identifier: MIT */
/* json: what our records need beyond jansson. */
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/num.h"
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

/* Our own writer: jansson 2.14 writes -13.293 as -13.292999999999999, later versions do not, and
 * hashes of canonical texts must not depend on its version. */
static void put_value(const json_t *value, bool sorted, struct buf *out);

static void
put_string(const char *s, size_t len, struct buf *out)
{
	const char *end = s + len, *from = s;

	buf_add_char(out, '"');
	for (; s < end; s++) {
		unsigned char c = (unsigned char)*s;

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_add(out, from, (size_t)(s - from));
		from = s + 1;
		if (c == '"' || c == '\\')
			buf_add(out, c == '"' ? "\\\"" : "\\\\", 2);
		else if (c == '\n' || c == '\t' || c == '\r')
			buf_add(out, c == '\n' ? "\\n" : c == '\t' ? "\\t" : "\\r", 2);
		else
			buf_addf(out, "\\u%04x", c);
	}
	buf_add(out, from, (size_t)(end - from));
	buf_add_char(out, '"');
}

/* A real stays a real when it is read again: "20.0", not "20". */
static void
put_real(double x, struct buf *out)
{
	char text[NUM_TEXT];

	buf_add_str(out, num_text(x, text));
	if (!strpbrk(text, ".e"))
		buf_add_str(out, ".0");
}

static void
put_array(const json_t *array, bool sorted, struct buf *out)
{
	size_t i;
	json_t *item;

	buf_add_char(out, '[');
	json_array_foreach(array, i, item) {
		if (i > 0)
			buf_add_char(out, ',');
		put_value(item, sorted, out);
	}
	buf_add_char(out, ']');
}

struct member {
	const char *key;
	const json_t *value;
};

static int
compare_members(const void *a, const void *b)
{
	return strcmp(((const struct member *)a)->key, ((const struct member *)b)->key);
}

static void
put_member(const char *key, const json_t *value, bool sorted, struct buf *out)
{
	if (out->data[out->len - 1] != '{')
		buf_add_char(out, ',');
	put_string(key, strlen(key), out);
	buf_add_char(out, ':');
	put_value(value, sorted, out);
}

static void
put_sorted(const json_t *object, struct buf *out)
{
	struct member *members = xcalloc(json_object_size(object), sizeof(*members));
	size_t n = 0;
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)object, key, value)
		members[n++] = (struct member){ key, value };
	qsort(members, n, sizeof(*members), compare_members);
	for (size_t i = 0; i < n; i++)
		put_member(members[i].key, members[i].value, true, out);
	free(members);
}

static void
put_object(const json_t *object, bool sorted, struct buf *out)
{
	const char *key;
	json_t *value;

	buf_add_char(out, '{');
	if (sorted)
		put_sorted(object, out);
	else
		json_object_foreach((json_t *)object, key, value)
			put_member(key, value, false, out);
	buf_add_char(out, '}');
}

static void
put_value(const json_t *value, bool sorted, struct buf *out)
{
	char text[NUM_TEXT];

	switch (json_typeof(value)) {
	case JSON_OBJECT:
		put_object(value, sorted, out);
		break;
	case JSON_ARRAY:
		put_array(value, sorted, out);
		break;
	case JSON_STRING:
		put_string(json_string_value(value), json_string_length(value), out);
		break;
	case JSON_INTEGER:
		snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		buf_add_str(out, text);
		break;
	case JSON_REAL:
		put_real(json_real_value(value), out);
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		buf_add_str(out, json_is_true(value) ? "true" : "false");
		break;
	case JSON_NULL:
		buf_add_str(out, "null");
		break;
	}
}

void
json_put(const json_t *value, struct buf *out)
{
	put_value(value, false, out);
}

char *
json_canonical(const json_t *value)
{
	struct buf out = BUF_INIT;

	put_value(value, true, &out);
	return buf_take(&out);
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
