/* SPDX-License-Identifier: MIT */
/* json_put: JSON written as text, whole or member by member. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/num.h"

/* Our own writer: jansson 2.14 writes -13.293 as -13.292999999999999, later versions do not, and
 * hashes of canonical texts must not depend on its version. */
static void put_value(const json_t *value, bool sorted, struct buf *out);

/* Can it stand in a JSON string as it is? */
static bool
is_plain(unsigned char c)
{
	return c >= 0x20 && c != '"' && c != '\\';
}

static void
put_escaped(const char *s, size_t len, struct buf *out)
{
	const char *end = s + len, *from = s;

	for (; s < end; s++) {
		unsigned char c = (unsigned char)*s;

		if (is_plain(c))
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
}

static void
put_string(const char *s, size_t len, struct buf *out)
{
	size_t plain = 0;
	char *to = buf_reserve(out, len + 2);

	while (plain < len && is_plain((unsigned char)s[plain]))
		plain++;
	*to = '"';
	memcpy(to + 1, s, plain);
	out->len += plain + 1;
	if (plain < len)
		put_escaped(s + plain, len - plain, out);
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

enum { FEW = 16 }; /* members that are sorted in place */

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
put_key(const char *key, struct buf *out)
{
	if (out->data[out->len - 1] != '{')
		buf_add_char(out, ',');
	put_string(key, strlen(key), out);
	buf_add_char(out, ':');
}

static void
put_member(const char *key, const json_t *value, bool sorted, struct buf *out)
{
	put_key(key, out);
	put_value(value, sorted, out);
}

/* Sort members; mostly they are few, and in order already. */
static void
sort_members(struct member *members, size_t n)
{
	if (n > FEW) {
		qsort(members, n, sizeof(*members), compare_members);
		return;
	}
	for (size_t i = 1; i < n; i++) {
		struct member m = members[i];
		size_t at = i;

		for (; at > 0 && strcmp(members[at - 1].key, m.key) > 0; at--)
			members[at] = members[at - 1];
		members[at] = m;
	}
}

static void
put_sorted(const json_t *object, struct buf *out)
{
	struct member few[FEW], *members = few;
	size_t n = json_object_size(object);
	const char *key;
	json_t *value;

	if (n > FEW)
		members = xcalloc(n, sizeof(*members));
	n = 0;
	json_object_foreach((json_t *)object, key, value)
		members[n++] = (struct member){ key, value };
	sort_members(members, n);
	for (size_t i = 0; i < n; i++)
		put_member(members[i].key, members[i].value, true, out);
	if (members != few)
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
		buf_add_str(out, num_whole(json_integer_value(value), text));
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

void
json_put_canonical(const json_t *value, struct buf *out)
{
	put_value(value, true, out);
}

char *
json_canonical(const json_t *value)
{
	struct buf out = BUF_INIT;

	put_value(value, true, &out);
	return buf_take(&out);
}

void
json_begin(struct buf *out)
{
	buf_add_char(out, '{');
}

void
json_end(struct buf *out)
{
	buf_add_char(out, '}');
}

void
json_add_string(struct buf *out, const char *key, const char *text)
{
	put_key(key, out);
	if (text)
		put_string(text, strlen(text), out);
	else
		buf_add(out, "null", 4);
}

void
json_add_int(struct buf *out, const char *key, json_int_t n)
{
	char text[NUM_TEXT];

	put_key(key, out);
	buf_add_str(out, num_whole(n, text));
}

void
json_add_json(struct buf *out, const char *key, const char *json, size_t len)
{
	put_key(key, out);
	buf_add(out, json, len);
}
