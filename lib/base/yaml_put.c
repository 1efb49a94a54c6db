/* SPDX-License-Identifier: MIT */
/* yaml_put: a JSON value as YAML that people like to read and yaml_parse reads back the same. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/scalar.h"
#include "base/yaml.h"

enum { INDENT = 2, KEY_MAX = 512 };

static void
indent(int depth, struct buf *out)
{
	for (int i = 0; i < depth * INDENT; i++)
		buf_add_char(out, ' ');
}

/* Does it mean itself without quotes, alone and as a key? Also to readers of YAML 1.1, which have
 * more words for true and false, and take some digits for times. */
static bool
is_plain(const char *text, size_t len)
{
	static const char *const words[] = { "y", "n", "yes", "no", "on", "off" };
	json_t *read;
	bool same;

	if (len == 0 || !(isalpha((unsigned char)*text) || strchr("_/", *text)) ||
	    text[len - 1] == ' ' || strlen(text) != len)
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcasecmp(words[i], text) == 0)
			return false;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)text[i]) && !strchr("_-/.+ ()%^=", text[i]))
			return false;
	read = scalar_plain(text, len, NULL);
	same = json_is_string(read);
	json_decref(read);
	return same;
}

/* How many bytes the character here has, and which it is. */
static size_t
character(const unsigned char *p, size_t len, unsigned *code)
{
	static const unsigned char firsts[] = { 0x7f, 0x1f, 0x0f, 0x07 };
	size_t n = *p < 0x80 ? 1 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;

	*code = *p & firsts[n - 1];
	for (size_t i = 1; i < n && i < len; i++)
		*code = *code << 6 | (p[i] & 0x3f);
	return n < len ? n : len;
}

static void
put_quoted(const char *text, size_t len, struct buf *out)
{
	unsigned code;

	buf_add_char(out, '"');
	for (size_t i = 0, n; i < len; i += n) {
		n = character((const unsigned char *)text + i, len - i, &code);
		if (code == '"' || code == '\\')
			buf_addf(out, "\\%c", (char)code);
		else if (code == '\n')
			buf_add_str(out, "\\n");
		else if (code == '\t')
			buf_add_str(out, "\\t");
		else if (code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 ||
		    code == 0x2029 || code == 0xfeff || code == 0xfffe || code == 0xffff)
			buf_addf(out, "\\u%04x", code);
		else
			buf_add(out, text + i, n);
	}
	buf_add_char(out, '"');
}

static void
put_text(const char *text, size_t len, struct buf *out)
{
	if (is_plain(text, len))
		buf_add(out, text, len);
	else
		put_quoted(text, len, out);
}

/* Can it stand as lines of its own, behind '|'? */
static bool
is_block(const char *text, size_t len)
{
	if (!memchr(text, '\n', len) || *text == ' ' || *text == '\n' || text[len - 1] != '\n' ||
	    (len > 1 && text[len - 2] == '\n'))
		return false;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] >= 0x7f ||
		    ((unsigned char)text[i] < 0x20 && text[i] != '\n'))
			return false;
	return true;
}

static void
put_block(const char *text, int depth, struct buf *out)
{
	buf_add_str(out, "|\n");
	while (*text) {
		size_t len = strcspn(text, "\n");

		if (len)
			indent(depth, out);
		buf_add(out, text, len + 1);
		text += len + 1;
	}
}

static bool
is_scalar(const json_t *value)
{
	return json_is_object(value) ? json_object_size(value) == 0
	    : json_is_array(value)   ? json_array_size(value) == 0
				     : true;
}

/* A scalar with its line end; depth is that of the lines of a block. */
static void
put_scalar(const json_t *value, int depth, struct buf *out)
{
	const char *text = json_string_value(value);
	size_t len = json_string_length(value);

	if (text && len && depth > 0 && is_block(text, len)) {
		put_block(text, depth, out);
		return;
	}
	if (text)
		put_text(text, len, out);
	else
		json_put(value, out);
	buf_add_char(out, '\n');
}

static void put_members(const json_t *value, int depth, bool inside, struct buf *out);

/* What stands behind "- " or "key:". */
static void
put_value(const json_t *value, int depth, bool item, struct buf *out)
{
	if (is_scalar(value)) {
		buf_add_str(out, item ? "" : " ");
		put_scalar(value, depth, out);
	} else {
		buf_add_str(out, item ? "" : "\n");
		put_members(value, depth, item, out);
	}
}

/* inside: the first line stands behind "- " already. */
static void
put_members(const json_t *value, int depth, bool inside, struct buf *out)
{
	const char *key;
	const json_t *member;
	size_t i;

	json_object_foreach((json_t *)value, key, member) {
		if (!inside)
			indent(depth, out);
		inside = false;
		if (strlen(key) > KEY_MAX)
			buf_add_str(out, "? ");
		put_text(key, strlen(key), out);
		if (strlen(key) > KEY_MAX) {
			buf_add_char(out, '\n');
			indent(depth, out);
		}
		buf_add_char(out, ':');
		put_value(member, depth + 1, false, out);
	}
	json_array_foreach(value, i, member) {
		if (!inside)
			indent(depth, out);
		inside = false;
		buf_add_str(out, "- ");
		put_value(member, depth + 1, true, out);
	}
}

void
yaml_put(const json_t *value, struct buf *out)
{
	if (is_scalar(value))
		put_scalar(value, 0, out);
	else
		put_members(value, 0, false, out);
}
