/* SPDX-License-Identifier: MIT */
/* schema_walk: where a check is, what it says, and the names of types. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "task/schema_rules.h"

enum { SHOWN = 60 }; /* bytes of a string that a message shows */

static const struct {
	const char *name, *text;
} types[] = {
	{ "string", "a string" },
	{ "number", "a number" },
	{ "integer", "an integer" },
	{ "boolean", "true or false" },
	{ "array", "an array" },
	{ "object", "an object" },
};

const char *
schema_type_text(const char *name)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (strcmp(types[i].name, name) == 0)
			return types[i].text;
	return NULL;
}

int
schema_is_type(const char *name, const json_t *value)
{
	const char *found = json_type_name(value);

	if (strcmp(name, "number") == 0)
		return json_is_number(value);
	return schema_type_text(name) && strcmp(name, found) == 0;
}

/* The start of a string, cut between characters. */
static void
show_string(const json_t *value, struct buf *out)
{
	const char *text = json_string_value(value);
	size_t len = json_string_length(value), cut = len;
	json_t *start;

	if (len > SHOWN)
		for (cut = SHOWN; cut > 0 && ((unsigned char)text[cut] & 0xc0) == 0x80;)
			cut--;
	start = json_stringn(text, cut);
	json_put(start, out);
	json_decref(start);
	if (cut < len)
		buf_addf(out, "... (%zu bytes)", len);
}

void
schema_show(const json_t *value, struct buf *out)
{
	if (json_is_string(value))
		show_string(value, out);
	else if (json_is_array(value))
		buf_addf(out, "an array of %zu", json_array_size(value));
	else if (json_is_object(value))
		buf_addf(out, "an object of %zu", json_object_size(value));
	else
		json_put(value, out);
}

void
walk_fail(struct walk *w, const char *rule, const json_t *found, const char *expected, ...)
{
	struct buf text = BUF_INIT;
	struct schema_error error = { buf_str(&w->at), rule, NULL, NULL };
	char *want = NULL;
	va_list ap;

	w->errors++;
	if (!w->report)
		return;
	va_start(ap, expected);
	if (vasprintf(&want, expected, ap) < 0)
		want = NULL;
	va_end(ap);
	if (found)
		schema_show(found, &text);
	error.expected = want ? want : rule;
	error.found = found ? buf_str(&text) : NULL;
	w->report(&error, w->ctx);
	buf_clear(&text);
	free(want);
}

size_t
walk_enter(struct walk *w, const char *key)
{
	size_t mark = w->at.len;

	json_pointer_add(&w->at, key);
	return mark;
}

size_t
walk_enter_item(struct walk *w, size_t index)
{
	size_t mark = w->at.len;

	buf_addf(&w->at, "/%zu", index);
	return mark;
}

void
walk_leave(struct walk *w, size_t mark)
{
	w->at.len = mark;
	w->at.data[mark] = '\0';
}
