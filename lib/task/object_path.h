/* SPDX-License-Identifier: MIT */
/*
 * object_path: a stored object in the place of a path.
 *
 * Where a schema says `format: path`, "object:SHA256" or "object:SHA256/NAME"
 * is that object, put under a name of its own into a folder before the run.
 */
#ifndef TASK_OBJECT_PATH_H
#define TASK_OBJECT_PATH_H

#include <jansson.h>
#include <stdbool.h>

#include "base/digest.h"

struct err;
struct schema;

/* Does the text begin as one does? It may be wrong behind that. */
bool object_path_is(const char *text);

/* The hash, if it is one. */
bool object_path_hash(const char *text, char hex[DIGEST_HEX]);

/* The name that the file gets: NAME, or the hash. Borrowed from text, which is one. */
const char *object_path_name(const char *text);

/* Is it one, and is its name that of a file? -1 with ERR_INPUT. */
int object_path_check(const char *text, struct err *err);

/* {"object": SHA256} as results have them, with `name` or `format`, in text form. The caller frees;
 * NULL: it is no such thing. */
char *object_path_of(const json_t *value);

/* Give such an object its text form wherever the schema (NULL: none) says that a text is a path. */
void object_path_replace(const struct schema *schema, json_t *value);

#endif
