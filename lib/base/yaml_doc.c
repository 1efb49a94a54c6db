/* SPDX-License-Identifier: MIT */
/* yaml_doc: documents that were read, and where in them a value stood. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "base/vec.h"
#include "base/yaml.h"

void
yaml_docs_clear(struct yaml_docs *docs)
{
	for (size_t i = 0; i < docs->len; i++) {
		struct yaml_doc *doc = &docs->at[i];

		for (size_t j = 0; j < doc->nmarks; j++)
			free(doc->marks[j].key);
		free(doc->marks);
		free(doc->name);
		json_decref(doc->value);
	}
	vec_clear(docs);
}

/* The child of a mark that a reference token names, or 0. value is that of the mark. */
static size_t
child_mark(const struct yaml_doc *doc, size_t mark, const json_t *value, const char *token)
{
	size_t i = doc->marks[mark].child, n;
	char *end;

	if (json_is_array(value)) {
		n = strtoul(token, &end, 10);
		while (i && n-- > 0)
			i = doc->marks[i].next;
		return *end || end == token ? 0 : i;
	}
	while (i && (!doc->marks[i].key || strcmp(doc->marks[i].key, token) != 0))
		i = doc->marks[i].next;
	return i;
}

int
yaml_where(const struct yaml_doc *doc, const char *pointer, size_t *line, size_t *column)
{
	size_t mark = 0, child = 1;
	json_t *value = doc->value;
	char *token;

	*line = *column = 1;
	if (doc->nmarks == 0)
		return 0;
	while (child && (token = json_pointer_next(&pointer))) {
		child = child_mark(doc, mark, value, token);
		if (child)
			mark = child;
		value = json_is_array(value) ? json_array_get(value, strtoul(token, NULL, 10))
					     : json_object_get(value, token);
		free(token);
	}
	*line = doc->marks[mark].line;
	*column = doc->marks[mark].column;
	return child && !*pointer;
}

int
yaml_error(const struct yaml_doc *doc, const char *pointer, struct err *err, const char *fmt, ...)
{
	size_t line, column;
	va_list ap;
	char text[900];

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	yaml_where(doc, pointer, &line, &column);
	return err_set(err, ERR_INPUT, "%s:%zu:%zu: %s", doc->name, line, column, text);
}
