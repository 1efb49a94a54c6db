/* SPDX-License-Identifier: MIT */
/*
 * schema: parameters and results held against a Schema Object of OpenAPI 3.0.
 *
 * Checked: type required properties enum minimum maximum exclusiveMinimum
 * exclusiveMaximum items minItems maxItems nullable additionalProperties (true
 * or false), format path and int32. Used elsewhere: default. Descriptive, so
 * passed over: title description example externalDocs xml deprecated, other
 * formats, and whatever starts with x- (x-unit is a word for people). Any other
 * keyword means something that is not checked here: schema_lint refuses it.
 *
 * As OpenAPI 3.0 (JSON Schema draft 5) has it: 1.0 is a number but no integer;
 * an integer is a number; null is no value of any type unless nullable; enum
 * compares 1 and 1.0 as equal, and lists null itself where null is meant. An
 * integer is exact in 64 bits. A schema without type takes anything.
 */
#ifndef TASK_SCHEMA_H
#define TASK_SCHEMA_H

#include <jansson.h>
#include <stdbool.h>

struct err;

/* One thing that is wrong. Read as: 'pointer' must be `expected`, found `found`. */
struct schema_error {
	const char *pointer;  /* JSON pointer into the value; "" is the whole of it */
	const char *rule;     /* the keyword */
	const char *expected; /* "an integer", "at least 1", "given" */
	const char *found;    /* shortened text of the value; NULL: there is nothing to show */
};

/* Gets every error in turn; the texts live until it returns. */
typedef void schema_report_fn(const struct schema_error *error, void *ctx);

/* Is this a schema that we check in full? Reports keywords that are not supported and arguments
 * of the wrong type, with pointers into the schema. Returns how many; report may be NULL. */
int schema_lint(const json_t *schema, schema_report_fn *report, void *ctx);

/* Hold a value against a schema that schema_lint found good. Returns the number of errors, all of
 * them reported; report may be NULL. */
int schema_check(const json_t *schema, const json_t *value, schema_report_fn *report, void *ctx);

/* The same, collected: an array of {"pointer","rule","expected","found"} (the caller's), or NULL
 * when the value is good. */
json_t *schema_errors(const json_t *schema, const json_t *value);

/* Such an array as one line: "'/cpu' must be an integer, found "two"; '/receptor' must be given".
 * The caller frees. */
char *schema_errors_text(const json_t *errors);

/* Schema and value judged in one: 0, or -1 with ERR_INPUT and that line. */
int schema_judge(const json_t *schema, const json_t *value, struct err *err);

/* Give an object the defaults of the properties it lacks, also in the objects and arrays it holds.
 * Anything but an object or array stays as it is. */
void schema_fill_defaults(const json_t *schema, json_t *value);

/* The schema of a property, borrowed; NULL when the schema (may be NULL) does not name it. */
const json_t *schema_property(const json_t *schema, const char *name);

/* The value that a person's text ("k=v" on a command line) means for a property: its type decides.
 * "null" is null where nullable, except for strings. Without schema or type: JSON if it is JSON,
 * else a string. The caller owns it; NULL with ERR_INPUT when the text is nothing of that type. */
json_t *schema_parse_value(const json_t *property, const char *text, struct err *err);

/* Does it say `format: path` anywhere? NULL does not. */
bool schema_has_paths(const json_t *schema);

/* Every string in the value whose schema says `format: path`; fn may change it with
 * json_string_set, and returns 0 to go on or -1 with err to stop. 0 or -1. */
typedef int schema_path_fn(const char *pointer, json_t *string, void *ctx, struct err *err);
int schema_each_path(
    const json_t *schema, json_t *value, schema_path_fn *fn, void *ctx, struct err *err);

#endif
