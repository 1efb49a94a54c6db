/* SPDX-License-Identifier: MIT */
/*
 * stencil: a JSON value with ${{ jq }} in its texts, to be filled in as often as wanted.
 *
 * A text that is one expression and nothing else becomes what the expression
 * gives, of whatever type; in a longer text strings go in as they are, other
 * values as JSON, and null is an error. A member of an object whose expression
 * gives null is left out. "$${{" stands for "${{" itself.
 */
#ifndef PLAN_STENCIL_H
#define PLAN_STENCIL_H

#include <jansson.h>
#include <stdbool.h>

#include "plan/formula.h"

struct err;
struct faults;
struct stencil;

/* Read a value that stands at a pointer of the file; its expressions are added to all. A fault for
 * each that has no end. Never NULL; the caller frees. */
struct stencil *stencil_new(
    const json_t *value, const char *pointer, struct formulas *all, struct faults *faults);
void stencil_free(struct stencil *t);

/* The value filled in, the caller's. NULL with ERR_INPUT. */
json_t *stencil_fill(
    const struct stencil *t, struct formulas *all, const struct scope *scope, struct err *err);

/* Does a value hold expressions, so that it is not known yet? */
bool stencil_is_open(const json_t *value);

/* Nothing is to be filled in. */
bool stencil_is_constant(const struct stencil *t);

#endif
