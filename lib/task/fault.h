/* SPDX-License-Identifier: MIT */
/*
 * fault: everything that is wrong in a definition, each with the member it is about.
 *
 * Reading a definition goes on after a fault, so that a person sees all of
 * them at once.
 */
#ifndef TASK_FAULT_H
#define TASK_FAULT_H

#include <jansson.h>

#include "base/quantity.h"

struct err;

/* Gets every fault in turn: the JSON pointer of the member ("" is the whole) and what is wrong
 * with it ("must be a string, found integer"). The texts live until it returns. */
typedef void fault_fn(const char *pointer, const char *what, void *ctx);

struct faults {
	fault_fn *fn; /* NULL: only count */
	void *ctx;
	int count;
};

/* Count and report a fault of the member `key` (NULL: none) of what pointer names. Returns -1. */
int fault(struct faults *faults, const char *pointer, const char *key, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* A fault for each member of an object that is not one of names and does not start with "x-"; it
 * tells the name that was probably meant, or all. */
void fault_unknown(struct faults *faults, const char *pointer, const json_t *object,
    const char *const *names, size_t count);

/* A fault when the member is absent or null. */
void fault_missing(
    struct faults *faults, const char *pointer, const json_t *object, const char *key);

/* A fault unless the member is absent, null, or of the type ("a string"). The member when it is
 * there and of the type, else NULL; borrowed. */
json_t *fault_member(struct faults *faults, const char *pointer, const json_t *object,
    const char *key, json_type type);

/* A member that is a number or a text with a unit, and more than 0. Where it is absent, null, or
 * wrong, *out stays. */
void fault_quantity(struct faults *faults, const char *pointer, const json_t *object,
    const char *key, enum quantity kind, double *out);

/* A member that is a program and its arguments: at least one text, the first not empty. NULL-ended,
 * the array the caller's, its texts borrowed; NULL when it is absent or null. */
char **fault_argv(
    struct faults *faults, const char *pointer, const json_t *object, const char *key);

/* Judge the members of an object one by one, {key: value} each, or another value as a whole; a
 * fault for each that judge refuses (-1 with err). */
typedef int fault_judge_fn(const json_t *json, void *ctx, struct err *err);
void fault_each(struct faults *faults, const char *pointer, const char *key, const json_t *value,
    fault_judge_fn *judge, void *ctx);

/* A fault_fn that keeps the first fault in ctx, a struct err *, as "'pointer' what" ("it what" for
 * the whole). */
void fault_keep_first(const char *pointer, const char *what, void *ctx);

#endif
