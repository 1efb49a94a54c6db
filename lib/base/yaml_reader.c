/* SPDX-License-Identifier: MIT */
/* yaml_reader: libyaml's parser with our messages, limits and anchors. */
#include "base/yaml_reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

int
yaml_reader_fail(struct yaml_reader *r, const yaml_mark_t *at, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return err_set(
	    r->err, ERR_INPUT, "%s:%zu:%zu: %s", r->name, at->line + 1, at->column + 1, text);
}

/* What libyaml says, and what would be right. */
static const struct {
	const char *problem, *advice;
} advices[] = {
	{ "found character that cannot start any token",
	    "a tab, '@', '`' or '%' cannot start a value: indent with spaces, or quote the text" },
	{ "found a tab character that violates indentation", "indent with spaces, not with tabs" },
	{ "mapping values are not allowed in this context",
	    "a ':' where no key can be: check the indentation, or quote text that holds ': '" },
	{ "did not find expected key",
	    "a key was expected: check the indentation and the quotes above" },
	{ "did not find expected node content", "a value was expected" },
	{ "did not find expected '-' indicator",
	    "a list item ('- ') was expected: check the indentation" },
	{ "could not find expected ':'", "a key without ':' behind it" },
	{ "found unexpected end of stream", "a quote is opened and never closed" },
	{ "did not find expected ',' or ']'", "',' or ']' was expected" },
	{ "did not find expected ',' or '}'", "',' or '}' was expected" },
	{ "did not find expected <document start>",
	    "'---' or the end was expected: check the indentation" },
	{ "found unknown escape character",
	    "no such escape: write '\\\\' for a backslash, or use single quotes" },
};

static const char *
advice(const char *problem)
{
	for (size_t i = 0; i < sizeof(advices) / sizeof(*advices); i++)
		if (strcmp(advices[i].problem, problem) == 0)
			return advices[i].advice;
	return problem;
}

/* The mark of a byte, for errors that libyaml gives without one. */
static yaml_mark_t
mark_of_byte(const char *text, size_t offset)
{
	yaml_mark_t at = { offset, 0, 0 };

	for (size_t i = 0; i < offset; i++) {
		if (text[i] == '\n') {
			at.line++;
			at.column = 0;
		} else if ((text[i] & 0xc0) != 0x80) {
			at.column++;
		}
	}
	return at;
}

static int
syntax_error(struct yaml_reader *r)
{
	const yaml_parser_t *p = &r->parser;
	const char *problem = p->problem ? p->problem : "cannot be read";
	yaml_mark_t at = p->problem_mark;

	r->syntax = true;
	if (p->error == YAML_MEMORY_ERROR)
		return err_set(r->err, ERR_SYSTEM, "%s: out of memory", r->name);
	if (p->error == YAML_READER_ERROR) {
		at = mark_of_byte(r->text, p->problem_offset);
		return yaml_reader_fail(r, &at,
		    "not YAML: the text must be UTF-8 without control characters: %s", problem);
	}
	if (p->context && p->context_mark.line < at.line)
		return yaml_reader_fail(r, &at, "not YAML: %s (%s on line %zu)", advice(problem),
		    p->context, p->context_mark.line + 1);
	return yaml_reader_fail(r, &at, "not YAML: %s", advice(problem));
}

int
yaml_reader_next(struct yaml_reader *r, yaml_event_t *event)
{
	return yaml_parser_parse(&r->parser, event) ? 0 : syntax_error(r);
}

int
yaml_reader_charge(struct yaml_reader *r, const yaml_mark_t *at, const json_t *value, int depth)
{
	const char *key;
	const json_t *part;
	size_t i;

	if (depth > YAML_DEPTH_MAX)
		return yaml_reader_fail(r, at, "nested deeper than %d levels", YAML_DEPTH_MAX);
	if (++r->values > YAML_VALUES_MAX)
		return yaml_reader_fail(
		    r, at, "more than %d values with all aliases written out", YAML_VALUES_MAX);
	json_object_foreach((json_t *)value, key, part)
		if (yaml_reader_charge(r, at, part, depth + 1) < 0)
			return -1;
	json_array_foreach(value, i, part)
		if (yaml_reader_charge(r, at, part, depth + 1) < 0)
			return -1;
	return 0;
}

int
yaml_reader_anchor(
    struct yaml_reader *r, const yaml_mark_t *at, const yaml_char_t *name, json_t *value)
{
	struct anchor a = { xstrdup((const char *)name), json_incref(value) };

	vec_add(&r->anchors, a);
	if (r->anchors.len > YAML_ANCHORS_MAX)
		return yaml_reader_fail(r, at, "more than %d anchors", YAML_ANCHORS_MAX);
	return 0;
}

json_t *
yaml_reader_anchored(const struct yaml_reader *r, const char *name)
{
	for (size_t i = r->anchors.len; i-- > 0;)
		if (strcmp(r->anchors.at[i].name, name) == 0)
			return r->anchors.at[i].value;
	return NULL;
}

void
yaml_reader_clear(struct yaml_reader *r)
{
	for (size_t i = 0; i < r->anchors.len; i++) {
		free(r->anchors.at[i].name);
		json_decref(r->anchors.at[i].value);
	}
	for (size_t i = 0; i < r->marks.len; i++)
		free(r->marks.at[i].key);
	vec_clear(&r->anchors);
	vec_clear(&r->marks);
}
