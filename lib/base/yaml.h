/* SPDX-License-Identifier: MIT */
/*
 * yaml: files that people write, as JSON values that know where they stood.
 *
 * YAML 1.2 with the core schema (base/scalar.h); JSON is a part of it, so a
 * .json file is read by the same function.  A text holds any number of
 * documents; empty ones are passed over.
 *
 * Keys are text: a plain scalar as it is written, or a quoted one; anything
 * else, and a key given twice, is an error.  Aliases are copies, and "<<"
 * merges one mapping or a list of them (what the mapping itself says wins).
 * Tags other than !!str !!int !!float !!bool !!null !!map !!seq are refused.
 * At most 16 MiB of UTF-8, 100 levels, 1000 anchors, and a million values with
 * all aliases written out.
 *
 * Every error is ERR_INPUT, "name:line:column: what"; lines and columns
 * (characters) count from 1.
 */
#ifndef BASE_YAML_H
#define BASE_YAML_H

#include <jansson.h>
#include <stddef.h>

struct buf;
struct err;

/* Where a value stood. Mark 0 is the document; child and next are indexes, 0: none. */
struct yaml_mark {
	char *key; /* NULL: the document, an item of a list, or "<<" */
	size_t line, column;
	size_t child, next;
};

/* One document. The value is the docs' own: json_incref to keep it. */
struct yaml_doc {
	json_t *value;
	char *name; /* of the file, for messages */
	struct yaml_mark *marks;
	size_t nmarks;
};

struct yaml_docs {
	struct yaml_doc *at;
	size_t len, room;
};

/* clang-format off */
#define YAML_DOCS_INIT \
	{ \
		NULL, 0, 0 \
	}
/* clang-format on */

enum {
	YAML_TEXT_MAX = 16 << 20,
	YAML_DEPTH_MAX = 100,
	YAML_VALUES_MAX = 1000000,
	YAML_ANCHORS_MAX = 1000,
};

/* All documents of a text into *docs (zero-initialised; empty again after an error). The text
 * need not end in NUL and is not kept. 0 or -1. */
int yaml_parse(
    const char *name, const char *text, size_t len, struct yaml_docs *docs, struct err *err);

/* All documents of a file (.gz .zst .bz2 .xz are decompressed; "-" is standard input). */
int yaml_read(const char *path, struct yaml_docs *docs, struct err *err);

void yaml_docs_clear(struct yaml_docs *docs);

/* Append a value as one YAML document in block style, without "---": keys in their order, quotes
 * only where they are needed. yaml_parse reads it back the same, within its own limits. */
void yaml_put(const json_t *value, struct buf *out);

/* Line and column of the value that a JSON pointer names: 1. When it did not stand in the file
 * (missing, from a merge or within an alias) those of the nearest value around it: 0. */
int yaml_where(const struct yaml_doc *doc, const char *pointer, size_t *line, size_t *column);

/* As err_set with ERR_INPUT and "name:line:column: " of that pointer in front. Returns -1. */
int yaml_error(const struct yaml_doc *doc, const char *pointer, struct err *err, const char *fmt,
    ...) __attribute__((format(printf, 4, 5)));

#endif
