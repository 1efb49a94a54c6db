/* SPDX-License-Identifier: MIT */
/*
 * json: what our records need beyond jansson.
 *
 * jansson.h may be used everywhere; integers stay 64-bit. Ownership as in
 * jansson: *_new steals, everything else borrows.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <jansson.h>
#include <stdbool.h>

struct buf;
struct err;

/* Text to value: any JSON value, no duplicate keys, no trailing text, at most 2048 levels. NULL
 * with ERR_INPUT and line:column. The caller owns the result. */
json_t *json_parse(const char *text, size_t len, struct err *err);

/* A whole file; .gz .zst .bz2 .xz are decompressed. */
json_t *json_read_file(const char *path, struct err *err);

/* Append compact JSON on one line, keys in insertion order, without newline. Numbers
 * are as short as they can be and still read back the same. */
void json_put(const json_t *value, struct buf *out);

/* Compact JSON with sorted keys: equal values give equal bytes. The caller frees. */
char *json_canonical(const json_t *value);
/* The same, appended. */
void json_put_canonical(const json_t *value, struct buf *out);

/* One object written member by member, without making it first: json_begin, members, json_end.
 * A NULL string is null; json is a value as json_put writes it. */
void json_begin(struct buf *out);
void json_add_string(struct buf *out, const char *key, const char *text);
void json_add_int(struct buf *out, const char *key, json_int_t n);
void json_add_json(struct buf *out, const char *key, const char *json, size_t len);
void json_end(struct buf *out);

/* "string", "integer", "number", "boolean", "null", "array", "object". */
const char *json_type_name(const json_t *value);

/* Members of an object, borrowed. Absent and null: *out (or the result) keeps its value and 0 is
 * returned; present: 1; wrong type: -1 with a message naming key, expected and found. */
int json_get_string(const json_t *object, const char *key, const char **out, struct err *err);
int json_get_int(const json_t *object, const char *key, json_int_t *out, struct err *err);
int json_get_number(const json_t *object, const char *key, double *out, struct err *err);
int json_get_bool(const json_t *object, const char *key, bool *out, struct err *err);
int json_get_object(const json_t *object, const char *key, json_t **out, struct err *err);
int json_get_array(const json_t *object, const char *key, json_t **out, struct err *err);

/* The value a JSON pointer (RFC 6901) names, borrowed, or NULL. */
json_t *json_at(const json_t *value, const char *pointer);

/* The next reference token of a pointer, with ~1 and ~0 undone, and *pointer moved behind it: the
 * caller's to free. NULL at the end, or when what is left does not start with '/'. */
char *json_pointer_next(const char **pointer);

/* Append "/" and the key, with ~ and / written as ~0 and ~1. */
void json_pointer_add(struct buf *pointer, const char *key);

/* Copy into `to` the members of `from` that it lacks (shallow; references are shared). */
void json_fill(json_t *to, const json_t *from);

#endif
