/* SPDX-License-Identifier: MIT */
/*
 * receptor: what of a PDB entry becomes the receptor, and what is said about it.
 *
 * Waters go; metals, cofactors and everything else stay unless named. Of alternate locations one
 * stays per residue.
 */
#ifndef DOCK_RECEPTOR_H
#define DOCK_RECEPTOR_H

#include <jansson.h>
#include <stddef.h>

#include "dock/pdb.h"

struct err;

struct receptor_options {
	const char *chains;  /* "A" or "A,B": only these; NULL: all */
	const char *keep;    /* residues that stay although they are waters or of another chain */
	const char *remove;  /* residues that go */
	const char *extract; /* one residue that goes; NULL: none */
	char altloc;         /* which alternate location stays; 0: the one of highest occupancy */
};

/* Mark what goes in p. Adds `kept`, `removed`, `altlocs`, `missing_atoms`, `gaps`, `unseen` and
 * `warnings` to the record. *extracted is the residue of options->extract, marked gone, or NULL. A
 * list that names nothing in the file, and an extract that is not one residue, are ERR_INPUT. */
int receptor_choose(struct pdb *p, const struct receptor_options *options, json_t *record,
    const struct pdb_residue **extracted, struct err *err);

#endif
