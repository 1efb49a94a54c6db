/* SPDX-License-Identifier: MIT */
/*
 * yaml_reader: libyaml's parser with our messages, limits and anchors; for base/yaml*.c alone.
 */
#ifndef BASE_YAML_READER_H
#define BASE_YAML_READER_H

#include <jansson.h>
#include <stdbool.h>
#include <yaml.h>

#include "base/vec.h"
#include "base/yaml.h"

struct err;

struct anchor {
	char *name;
	json_t *value;
};

struct yaml_reader {
	const char *name;
	const char *text;
	yaml_parser_t parser;
	struct err *err;
	bool syntax; /* libyaml refused the text, not we */
	size_t values;
	VEC(struct anchor) anchors;
	VEC(struct yaml_mark) marks;
};

/* The next event (the caller deletes it): 0, or -1 with a message. */
int yaml_reader_next(struct yaml_reader *r, yaml_event_t *event);

/* Refuse what stands at this mark. Returns -1. */
int yaml_reader_fail(struct yaml_reader *r, const yaml_mark_t *at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Pay for a value (NULL: a single one) and all it holds, out of the limits of depth and values. */
int yaml_reader_charge(
    struct yaml_reader *r, const yaml_mark_t *at, const json_t *value, int depth);

/* Keep a value for aliases; find it (borrowed, NULL: no such anchor). */
int yaml_reader_anchor(
    struct yaml_reader *r, const yaml_mark_t *at, const yaml_char_t *name, json_t *value);
json_t *yaml_reader_anchored(const struct yaml_reader *r, const char *name);

/* The document that starts with this event, which stays the caller's, and its marks: the value
 * (the caller's), or NULL with a message (base/yaml_compose.c). */
json_t *yaml_compose(struct yaml_reader *r, const yaml_event_t *event);

/* Forget anchors and marks: they belong to one document. */
void yaml_reader_clear(struct yaml_reader *r);

#endif
