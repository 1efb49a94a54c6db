/* SPDX-License-Identifier: MIT */
/* xml: a small document as a JSON value. */
#include "grid/xml.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"

enum { LEVELS = 64 };

struct reader {
	const char *at, *end;
	struct err *err;
	int level;
};

static int
wrong(struct reader *r, const char *what)
{
	return err_set(r->err, ERR_INPUT, "this is not XML: %s", what);
}

static bool
is_next(const struct reader *r, const char *text)
{
	size_t len = strlen(text);

	return (size_t)(r->end - r->at) >= len && memcmp(r->at, text, len) == 0;
}

static void
skip_blanks(struct reader *r)
{
	while (r->at < r->end && strchr(" \t\r\n", *r->at))
		r->at++;
}

/* Behind the next place where the text stands. */
static int
skip_to(struct reader *r, const char *text)
{
	const char *found = memmem(r->at, (size_t)(r->end - r->at), text, strlen(text));

	if (!found)
		return wrong(r, "it ends too soon");
	r->at = found + strlen(text);
	return 0;
}

/* Comments, instructions and the like, and blanks between them. */
static int
skip_misc(struct reader *r)
{
	for (;;) {
		skip_blanks(r);
		if (is_next(r, "<!--")) {
			if (skip_to(r, "-->") < 0)
				return -1;
		} else if (is_next(r, "<?")) {
			if (skip_to(r, "?>") < 0)
				return -1;
		} else if (is_next(r, "<!DOCTYPE")) {
			if (skip_to(r, ">") < 0)
				return -1;
		} else {
			return 0;
		}
	}
}

static void
add_code(struct buf *out, unsigned long code)
{
	if (code < 0x80) {
		buf_add_char(out, (char)code);
	} else if (code < 0x800) {
		buf_add_char(out, (char)(0xc0 | code >> 6));
		buf_add_char(out, (char)(0x80 | (code & 0x3f)));
	} else if (code < 0x10000) {
		buf_add_char(out, (char)(0xe0 | code >> 12));
		buf_add_char(out, (char)(0x80 | (code >> 6 & 0x3f)));
		buf_add_char(out, (char)(0x80 | (code & 0x3f)));
	} else {
		buf_add_char(out, '?');
	}
}

/* "&lt;" and the like; what is none stays. */
static void
take_entity(struct reader *r, struct buf *out)
{
	static const struct {
		const char *name;
		char c;
	} entities[] = { { "&lt;", '<' }, { "&gt;", '>' }, { "&amp;", '&' }, { "&quot;", '"' },
		{ "&apos;", '\'' } };
	char *end = NULL;
	unsigned long code = 0;

	for (size_t i = 0; i < sizeof(entities) / sizeof(*entities); i++)
		if (is_next(r, entities[i].name)) {
			buf_add_char(out, entities[i].c);
			r->at += strlen(entities[i].name);
			return;
		}
	if (is_next(r, "&#x"))
		code = strtoul(r->at + 3, &end, 16);
	else if (is_next(r, "&#"))
		code = strtoul(r->at + 2, &end, 10);
	if (code > 0 && *end == ';') {
		add_code(out, code);
		r->at = end + 1;
		return;
	}
	buf_add_char(out, *r->at++);
}

/* Text up to a character. */
static void
take_text(struct reader *r, char until, struct buf *out)
{
	while (r->at < r->end && *r->at != until)
		if (*r->at == '&')
			take_entity(r, out);
		else
			buf_add_char(out, *r->at++);
}

static char *
take_name(struct reader *r)
{
	const char *start = r->at;

	while (r->at < r->end && !strchr(" \t\r\n=/>\"'<", *r->at))
		r->at++;
	if (r->at > start)
		return xstrndup(start, (size_t)(r->at - start));
	wrong(r, "a name is missing");
	return NULL;
}

/* A text as a JSON string; what is not UTF-8 becomes "?". */
static json_t *
string_of(const struct buf *text)
{
	json_t *string = json_stringn(buf_str(text), text->len);

	return string ? string : json_string("?");
}

static int
take_attribute(struct reader *r, json_t *object)
{
	struct buf text = BUF_INIT;
	char *name = take_name(r), *key;
	char quote;

	if (!name)
		return -1;
	skip_blanks(r);
	if (!is_next(r, "=")) {
		free(name);
		return wrong(r, "an attribute without '='");
	}
	r->at++;
	skip_blanks(r);
	quote = r->at < r->end ? *r->at++ : 0;
	take_text(r, quote, &text);
	key = xasprintf("@%s", name);
	json_object_set_new(object, key, string_of(&text));
	free(key);
	free(name);
	buf_clear(&text);
	if ((quote != '"' && quote != '\'') || r->at++ >= r->end)
		return wrong(r, "an attribute without quotes");
	return 0;
}

static json_t *take_element(struct reader *r, char **name);

/* What stands within an element, up to its end tag. */
static int
take_content(struct reader *r, json_t *object, struct buf *text)
{
	json_t *child, *list;
	char *name;

	while (r->at < r->end && !is_next(r, "</")) {
		if (is_next(r, "<![CDATA[")) {
			const char *start = r->at + 9;

			if (skip_to(r, "]]>") < 0)
				return -1;
			buf_add(text, start, (size_t)(r->at - 3 - start));
		} else if (is_next(r, "<!--") || is_next(r, "<?")) {
			if (skip_misc(r) < 0)
				return -1;
		} else if (*r->at == '<') {
			if (!(child = take_element(r, &name)))
				return -1;
			if (!(list = json_object_get(object, name))) {
				list = json_array();
				json_object_set_new(object, name, list);
			}
			json_array_append_new(list, child);
			free(name);
		} else {
			take_text(r, '<', text);
		}
	}
	return 0;
}

/* Behind "</name>". */
static int
take_end(struct reader *r, const char *name)
{
	size_t len = strlen(name);

	if (!is_next(r, "</"))
		return wrong(r, "it ends too soon");
	r->at += 2;
	if (!is_next(r, name))
		return wrong(r, "an element ends that did not begin");
	r->at += len;
	skip_blanks(r);
	return skip_to(r, ">");
}

/* Attributes and content, behind "<name". */
static int
take_rest(struct reader *r, const char *name, json_t *object, struct buf *text)
{
	for (skip_blanks(r); r->at < r->end && *r->at != '>' && *r->at != '/'; skip_blanks(r))
		if (take_attribute(r, object) < 0)
			return -1;
	if (is_next(r, "/>")) {
		r->at += 2;
		return 0;
	}
	if (!is_next(r, ">"))
		return wrong(r, "it ends too soon");
	r->at++;
	if (take_content(r, object, text) < 0)
		return -1;
	return take_end(r, name);
}

static json_t *
take_element(struct reader *r, char **name)
{
	json_t *object = json_object(), *value = NULL;
	struct buf text = BUF_INIT;

	*name = NULL;
	r->at++; /* '<' */
	if (++r->level > LEVELS)
		wrong(r, "too many levels");
	else if ((*name = take_name(r)) && take_rest(r, *name, object, &text) == 0)
		value = json_object_size(object) > 0 ? json_incref(object) : string_of(&text);
	if (value == object && strspn(buf_str(&text), " \t\r\n") < text.len)
		json_object_set_new(object, "", string_of(&text));
	r->level--;
	json_decref(object);
	buf_clear(&text);
	if (!value) {
		free(*name);
		*name = NULL;
	}
	return value;
}

json_t *
xml_parse(const char *text, size_t len, struct err *err)
{
	struct reader r = { .at = text, .end = text + len, .err = err };
	json_t *root, *document;
	char *name;

	if (skip_misc(&r) < 0)
		return NULL;
	if (!is_next(&r, "<")) {
		wrong(&r, "no element");
		return NULL;
	}
	if (!(root = take_element(&r, &name)))
		return NULL;
	document = json_object();
	json_object_set_new(document, name, root);
	free(name);
	return document;
}
