/* SPDX-License-Identifier: MIT */
/*
 * schema: parameters and results held against a Schema Object of OpenAPI 3.0.3.
 *
 * A schema is compiled once and may then check any number of values, from
 * several threads. All keywords of a Schema Object count; any other one is an
 * error unless it begins with x-, of which x-unit is a word for people. $ref
 * leads to another place of the same document, and may lead around in circles.
 *
 * As OpenAPI 3.0 (JSON Schema draft 5) has it: 1.0 is a number but no integer;
 * an integer is a number; null is no value of any type unless nullable, and
 * enum lists it where it is meant; a schema without type takes anything; what
 * stands beside $ref does not count. Numbers are compared by their value, and
 * exactly: integers in 64 bits, multipleOf in decimal. Lengths are characters.
 *
 * A check takes a bounded number of steps: what would need more is an error
 * of the rule "limit".
 */
#ifndef TASK_SCHEMA_H
#define TASK_SCHEMA_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct err;
struct schema;

/* One thing that is wrong. Read as: 'pointer' must be `expected`, found `found`. */
struct schema_error {
	const char *pointer;  /* JSON pointer into the value; "" is the whole of it */
	const char *rule;     /* the keyword */
	const char *expected; /* "an integer", "at least 1", "given" */
	const char *found;    /* shortened text of the value; NULL: there is nothing to show */
};

/* Gets every error in turn; the texts live until it returns. */
typedef void schema_report_fn(const struct schema_error *error, void *ctx);

/* Who is sent the values: readOnly properties need not be in a request, writeOnly ones not in a
 * response. */
enum schema_use { SCHEMA_REQUEST, SCHEMA_RESPONSE };

/* ---- making ---- */

/* The schema at a JSON pointer of a document, to which $ref refers. NULL when there is anything
 * wrong with it, or with what it refers to: all of it is reported (report may be NULL), with
 * pointers into the document, which is kept. */
struct schema *schema_new(const json_t *document, const char *pointer, enum schema_use use,
    schema_report_fn *report, void *ctx);

/* Look at schemas only: how many errors there are, all of them reported. $ref must lead into
 * #/components/, as in an OpenAPI document. */
int schema_lint(const json_t *document, char *const *pointers, size_t count,
    schema_report_fn *report, void *ctx);

/* What schema_new gave; with it go the schemas within. */
void schema_free(struct schema *schema);

/* ---- checking ---- */

/* Hold a value against a schema. Returns the number of errors, all of them reported; report may be
 * NULL. */
int schema_check(
    const struct schema *schema, const json_t *value, schema_report_fn *report, void *ctx);

/* The same, collected: an array of {"pointer","rule","expected","found"} (the caller's), or NULL
 * when the value is good. */
json_t *schema_errors(const struct schema *schema, const json_t *value);

/* Such an array as one line: "'/cpu' must be an integer, found "two"; '/receptor' must be given".
 * The caller frees. */
char *schema_errors_text(const json_t *errors);

/* Schema and value judged in one: 0, or -1 with ERR_INPUT and that line, each error with its rule:
 * "'/cpu' must be an integer, found "two" (type)". */
int schema_judge(const struct schema *schema, const json_t *value, struct err *err);

/* ---- using ---- */

/* Give objects the defaults of the properties they lack, also those that the value holds, and
 * those that come in as defaults; of alternatives (anyOf, oneOf) only those that the value fits.
 * Anything but an object or array stays as it is. */
void schema_fill_defaults(const struct schema *schema, json_t *value);

/* The schema of a property, borrowed; NULL when the schema (may be NULL) does not name it. */
const struct schema *schema_property(const struct schema *schema, const char *name);

/* The value that a person's text ("k=v" on a command line) means for a property: its type decides.
 * "null" is null where nullable, except for strings. Without schema or type: JSON if it is JSON,
 * else a string. The caller owns it; NULL with ERR_INPUT when the text is nothing of that type. */
json_t *schema_parse_value(const struct schema *property, const char *text, struct err *err);

/* Is it a text that is the name of a file (type: string, format: path)? */
bool schema_is_path(const struct schema *schema);

/* Does it say `format: path` anywhere? NULL does not. */
bool schema_has_paths(const struct schema *schema);

/* Every string in the value whose schema says `format: path`, once; fn may change it with
 * json_string_set, and returns 0 to go on or -1 with err to stop. 0 or -1. */
typedef int schema_path_fn(const char *pointer, json_t *string, void *ctx, struct err *err);
int schema_each_path(
    const struct schema *schema, json_t *value, schema_path_fn *fn, void *ctx, struct err *err);

/* Every value that stands where a path is meant (schema_is_path); what make returns, if anything,
 * takes its place. */
typedef json_t *schema_make_fn(json_t *value, void *ctx);
void schema_replace_paths(
    const struct schema *schema, json_t *value, schema_make_fn *make, void *ctx);

/* ---- telling people ---- */

/* The schema as written, borrowed: for title, description, default, x-unit. */
const json_t *schema_source(const struct schema *schema);

/* Each property, also those of allOf, in order; the names live as long as the schema. */
struct schema_member {
	const char *name;
	const struct schema *schema;
	bool required;
};
typedef void schema_member_fn(const struct schema_member *member, void *ctx);
void schema_each_member(const struct schema *schema, schema_member_fn *fn, void *ctx);

/* The schema of items, NULL when it is not said; borrowed. */
const struct schema *schema_items(const struct schema *schema);

/* Its type in a word or a few: "integer", "number[]", "path", "string or null", "Circle | Square",
 * "any". The caller frees. */
char *schema_type_words(const struct schema *schema);

/* What it allows besides, short: "1..64", "> 0", "vina, vinardo", "3 items"; "" for nothing. The
 * caller frees. */
char *schema_allowed_words(const struct schema *schema);

#endif
