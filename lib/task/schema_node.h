/* SPDX-License-Identifier: MIT */
/*
 * schema_node: what a schema is made into, for the schema*.c files alone.
 *
 * A keyword is a row of schema_rules: how its argument is read into a node,
 * and how a value is checked against it. Nodes refer to each other as the
 * schemas do, $ref undone; all of them belong to the whole.
 */
#ifndef TASK_SCHEMA_NODE_H
#define TASK_SCHEMA_NODE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <uthash.h>

#include "task/schema.h"

struct buf;
struct compiler;
struct walk;

/* Kinds of values, a bit for each jansson type. */
enum {
	KIND_OBJECT = 1 << JSON_OBJECT,
	KIND_ARRAY = 1 << JSON_ARRAY,
	KIND_STRING = 1 << JSON_STRING,
	KIND_INTEGER = 1 << JSON_INTEGER,
	KIND_NUMBER = 1 << JSON_INTEGER | 1 << JSON_REAL,
	KIND_BOOLEAN = 1 << JSON_TRUE | 1 << JSON_FALSE,
	KIND_NULL = 1 << JSON_NULL,
	KIND_ANY = KIND_OBJECT | KIND_ARRAY | KIND_STRING | KIND_NUMBER | KIND_BOOLEAN | KIND_NULL,
};

struct step;

struct rule {
	const char *name;
	unsigned kinds; /* which values it means */
	/* Read the argument into node or step; what is wrong goes to compile_fail. */
	void (*read)(struct compiler *c, struct schema *node, const json_t *arg, struct step *step);
	/* Hold a value of those kinds against it; NULL: nothing to check. */
	void (*check)(struct walk *w, const struct schema *node, const struct step *step,
	    const json_t *value);
};

/* A keyword of one schema. */
struct step {
	const struct rule *rule;
	const json_t *arg;
	union {
		size_t count;
		bool open; /* the bound itself is outside */
		struct pattern *pattern;
		const struct format *format;
		struct {
			const char **at;
			size_t len;
		} names;
	};
};

struct format {
	const char *name;
	unsigned kinds;
	const char *words; /* "a date (2026-11-21)" */
	bool (*fits)(const json_t *value);
};

struct property {
	const char *name;
	struct schema *schema;
};

struct schemas {
	struct schema **at;
	size_t len;
};

/* Which schema the text of one property names. */
struct discriminator {
	const char *property;
	struct property *choices;
	size_t len, room;
};

struct schema {
	const json_t *source; /* never a $ref; the key of the whole's table */
	struct whole *whole;
	char *pointer;           /* where it stands */
	const struct type *type; /* NULL: any */
	unsigned kinds;          /* what it takes */
	bool nullable;
	bool paths, defaults; /* there are such in it, or in what it leads to */
	const struct format *format;
	const json_t *fallback; /* default */
	struct property *properties;
	size_t nproperties;
	struct schema *items, *additional, *never;
	struct schemas all, any, one;
	struct discriminator *discriminator;
	struct step *steps;
	size_t nsteps;
	UT_hash_handle hh;
};

struct whole {
	json_t *document;
	enum schema_use use;
	struct schema *root;
	struct schema *nodes; /* by source, in the order they were met */
};

struct type {
	const char *name, *words; /* "integer", "an integer" */
	unsigned kinds;
};

/* ---- compiling ---- */

extern const struct rule schema_rules[];
extern const size_t schema_nrules;

/* The row of a keyword, of a format, of a type; NULL: there is none. */
const struct rule *schema_rule(const char *name);
const struct format *schema_format(const char *name);
const struct type *schema_type(const char *name);

/* Something is wrong with a keyword (sub: a pointer from there on, or ""). found may be NULL. */
void compile_fail(struct compiler *c, const struct schema *node, const char *rule, const char *sub,
    const json_t *found, const char *expected, ...) __attribute__((format(printf, 6, 7)));

/* The node of a schema within the argument of a keyword (sub as above), its $ref followed; NULL
 * when it is none, which is reported. */
struct schema *compile_part(struct compiler *c, const struct schema *node, const char *rule,
    const char *sub, const json_t *schema);

/* The place of the document that a $ref names, *pointer (the caller's) what it is written as, or
 * NULL with *pointer NULL. */
const json_t *compile_ref(const json_t *document, const char *ref, char **pointer);

/* The node of one of the components/schemas. */
struct schema *compile_component(struct compiler *c, const char *name);

enum schema_use compile_use(const struct compiler *c);
const json_t *compile_document(const struct compiler *c);

void schema_read_discriminator(
    struct compiler *c, struct schema *node, const json_t *arg, struct step *step);

/* ---- checking ---- */

/* Where in the value a walk is. */
struct place {
	const struct place *up;
	const char *key; /* NULL: index */
	size_t index;
};

/* Which schemas judge the same value further out. */
struct through {
	const struct through *up;
	const struct schema *node;
	const json_t *value;
};

/* One walk over a value. */
struct walk {
	const struct place *at;
	const struct through *through;
	schema_report_fn *report;
	void *ctx;
	int errors, depth;
	bool quick; /* the first error is enough */
	long left;  /* steps */
};

/* Report one error at the current place. found may be NULL. */
void walk_fail(struct walk *w, const char *rule, const json_t *found, const char *expected, ...)
    __attribute__((format(printf, 4, 5)));

void walk_value(struct walk *w, const struct schema *node, const json_t *value);

/* The same value held against a schema within node. */
void walk_inner(
    struct walk *w, const struct schema *node, const struct schema *inner, const json_t *value);

/* Does the value fit node, which is within from? Nothing is reported. all: *errors is how many
 * there are, else whether there are any. */
bool walk_fits(struct walk *w, const struct schema *from, const struct schema *node,
    const json_t *value, bool all, int *errors);

/* Does it, apart from any walk? */
bool schema_fits(const struct schema *node, const json_t *value);

/* A pointer as text. The caller frees. */
char *place_text(const struct place *at);

/* "'/a' must be an integer, found 1.5", appended. */
void schema_error_text(
    const char *pointer, const char *expected, const char *found, struct buf *out);

/* Append a value as people like to see it in a message. */
void schema_show(const json_t *value, struct buf *out);

void schema_check_all(
    struct walk *w, const struct schema *node, const struct step *step, const json_t *value);
void schema_check_any(
    struct walk *w, const struct schema *node, const struct step *step, const json_t *value);
void schema_check_one(
    struct walk *w, const struct schema *node, const struct step *step, const json_t *value);
void schema_check_not(
    struct walk *w, const struct schema *node, const struct step *step, const json_t *value);
void schema_check_discriminator(
    struct walk *w, const struct schema *node, const struct step *step, const json_t *value);

/* The schema that the discriminator of a node chooses for a value; NULL: none. */
const struct schema *schema_chosen(const struct schema *node, const json_t *value);

/* The name of a schema among the components, or NULL. */
const char *schema_name(const struct schema *node);

/* ---- values ---- */

/* Exact for every 64-bit integer and every double. */
long double json_exact(const json_t *number);

/* Equal as JSON Schema means it: numbers by their value. */
bool json_same(const json_t *a, const json_t *b);

/* Is it a whole multiple? In decimal, as both are written. */
bool json_is_multiple(const json_t *number, const json_t *of);

/* Two equal items of an array: 1 and which; 0: none; -1: more than *steps comparisons were needed.
 * *steps is what is left. */
int json_twins(const json_t *array, long *steps, size_t *first, size_t *second);

#endif
