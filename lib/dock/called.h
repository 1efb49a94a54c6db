/* SPDX-License-Identifier: MIT */
/*
 * called: what a result is called, and what it counts as when one of each is wanted.
 */
#ifndef DOCK_CALLED_H
#define DOCK_CALLED_H

#include <jansson.h>

#include "base/scan.h"

struct buf;

/* What counts as one. */
enum rank_unit {
	RANK_RECORD, /* every record */
	RANK_PARENT, /* the best record of each parent (ligand.parent, else its name, else the key)
		      */
	RANK_STATE,  /* the best record of each state of a parent */
};

/* Texts without quotes; at NULL: the record does not say. The key is the record's, else the
 * result's; a state that is a number is its digits. */
struct called {
	struct scan_found key, name, parent, state;
	char *held; /* what state points to, when it is ours */
};

/* What a record and the result in it say; its texts are borrowed. Clear it. */
void called_read(struct called *called, const json_t *record, const json_t *result);
void called_clear(struct called *called);

/* Key (else name), state and the text of the unit, all in one allocation, which is returned and
 * starts with the key; "" for what there is not. The caller frees. */
char *called_names(
    const struct called *called, enum rank_unit unit, const char **state, const char **unit_text);

/* A name fit for one line of a file of molecules: no control characters, at most 80 bytes. */
void called_line(const char *name, struct buf *out);

#endif
