/* SPDX-License-Identifier: MIT */
/*
 * comparable: may the scores of these results stand in one list?
 *
 * Only when they were made alike: same engine, scoring, mode, receptor, box,
 * repair and exhaustiveness.
 */
#ifndef DOCK_COMPARABLE_H
#define DOCK_COMPARABLE_H

#include <jansson.h>
#include <stdbool.h>

struct err;

enum { COMPARABLE_FIELDS = 7 };

/* What the first result said. Zero-initialised: nothing yet. */
struct comparable {
	char *name; /* of the first result */
	json_t *field[COMPARABLE_FIELDS];
};

/* The first result is remembered, later ones are compared with it: 0, or -1 with ERR_USAGE naming
 * the first difference. any: differences are allowed. */
int comparable_check(
    struct comparable *c, const char *name, const json_t *result, bool any, struct err *err);
void comparable_clear(struct comparable *c);

#endif
