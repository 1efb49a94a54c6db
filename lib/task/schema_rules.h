/* SPDX-License-Identifier: MIT */
/*
 * schema_rules: the keyword table, for the schema*.c files alone.
 *
 * A keyword is a row: how a value is checked against its argument, and how the
 * argument itself is checked. A new keyword is a row and two functions.
 */
#ifndef TASK_SCHEMA_RULES_H
#define TASK_SCHEMA_RULES_H

#include <jansson.h>
#include <stddef.h>

#include "base/buf.h"
#include "task/schema.h"

/* One walk over a value (or a schema). */
struct walk {
	struct buf at; /* JSON pointer of where it is */
	schema_report_fn *report;
	void *ctx;
	int errors;
};

struct rule {
	const char *name;
	/* Hold value against the argument; NULL: nothing to check. It passes over types it does
	 * not mean. */
	void (*check)(struct walk *w, const json_t *schema, const json_t *arg, const json_t *value);
	/* Is the argument what the keyword takes? NULL: anything. */
	void (*lint)(struct walk *w, const json_t *schema, const json_t *arg);
};

extern const struct rule schema_rules[];
extern const size_t schema_nrules;

/* The row of a keyword, or NULL. */
const struct rule *schema_rule(const char *name);

/* Report one error at the current place. found may be NULL. */
void walk_fail(struct walk *w, const char *rule, const json_t *found, const char *expected, ...)
    __attribute__((format(printf, 4, 5)));

/* Step into a member or item and back. enter returns what leave wants. */
size_t walk_enter(struct walk *w, const char *key);
size_t walk_enter_item(struct walk *w, size_t index);
void walk_leave(struct walk *w, size_t mark);

/* Is value of a type by its OpenAPI name? An unknown name fits nothing. */
int schema_is_type(const char *name, const json_t *value);
/* "an integer", or NULL when there is no such type. */
const char *schema_type_text(const char *name);

/* Append a value as people like to see it in a message. */
void schema_show(const json_t *value, struct buf *out);

void lint_schema(struct walk *w, const json_t *schema);
void lint_string(struct walk *w, const json_t *schema, const json_t *arg);
void lint_boolean(struct walk *w, const json_t *schema, const json_t *arg);
void lint_number(struct walk *w, const json_t *schema, const json_t *arg);
void lint_count(struct walk *w, const json_t *schema, const json_t *arg);
void lint_type(struct walk *w, const json_t *schema, const json_t *arg);
void lint_required(struct walk *w, const json_t *schema, const json_t *arg);
void lint_properties(struct walk *w, const json_t *schema, const json_t *arg);
void lint_items(struct walk *w, const json_t *schema, const json_t *arg);
void lint_enum(struct walk *w, const json_t *schema, const json_t *arg);
void lint_default(struct walk *w, const json_t *schema, const json_t *arg);

#endif
