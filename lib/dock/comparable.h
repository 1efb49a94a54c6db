/* SPDX-License-Identifier: MIT */
/*
 * comparable: may the scores of these results stand in one list?
 *
 * Only when they were made alike: same engine, scoring, mode, receptor, box,
 * repair, exhaustiveness and max_evals. Versions of an engine may differ, as
 * they do where machines do, and are remembered to be told.
 */
#ifndef DOCK_COMPARABLE_H
#define DOCK_COMPARABLE_H

#include <jansson.h>
#include <stdbool.h>

struct err;

enum { COMPARABLE_FIELDS = 8 };

/* What the first result said. Zero-initialised: nothing yet. */
struct comparable {
	char *name; /* of the first result */
	json_t *field[COMPARABLE_FIELDS];
	char *lowest,
	    *highest; /* versions of the engine, in the order of strcmp(3); NULL: none said */
};

/* The first result is remembered, later ones are compared with it: 0, or -1 with ERR_USAGE naming
 * the first difference. any: differences are allowed. */
int comparable_check(
    struct comparable *c, const char *name, const json_t *result, bool any, struct err *err);
void comparable_clear(struct comparable *c);

#endif
