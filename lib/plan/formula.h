/* SPDX-License-Identifier: MIT */
/*
 * formula: the jq expressions of a pipeline, compiled together and run one by one.
 *
 * Each sees `params`, `steps`, `item` and `run`, and must give exactly one
 * value. Names with dots between them are looked up without jq.
 */
#ifndef PLAN_FORMULA_H
#define PLAN_FORMULA_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "plan/scan.h"

struct err;
struct formulas;

/* What expressions see; NULL is null. Borrowed. */
struct scope {
	json_t *root[ROOT_COUNT];
};

struct formulas *formulas_new(void);
void formulas_free(struct formulas *all);

/* Add an expression that stands at a JSON pointer of the file: its number. */
size_t formula_add(struct formulas *all, const char *text, size_t len, const char *pointer);

size_t formula_count(const struct formulas *all);
/* Borrowed. */
const char *formula_text(const struct formulas *all, size_t n);
const char *formula_pointer(const struct formulas *all, size_t n);

/* Compile all, once. -1 with ERR_INPUT: number *wrong is no jq expression. */
int formulas_compile(struct formulas *all, size_t *wrong, struct err *err);

/* Does the expression name the root? */
bool formula_names(const struct formulas *all, size_t n, enum root root);

/* The value, the caller's. NULL with ERR_INPUT that names the expression. formulas_compile must
 * have been called. */
json_t *formula_run(struct formulas *all, size_t n, const struct scope *scope, struct err *err);

/* The number of the one that was run last. */
size_t formula_last(const struct formulas *all);

#endif
