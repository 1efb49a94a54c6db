/* SPDX-License-Identifier: MIT */
/* smiles: fragments and heavy atoms of a SMILES text, for where there is no RDKit. */
#ifndef DOCK_SMILES_H
#define DOCK_SMILES_H

#include <jansson.h>
#include <stddef.h>

struct err;

/* Atoms other than hydrogen. */
size_t smiles_heavy(const char *smiles);

/* The largest organic fragment (it has carbon), the caller's to free; the others are added to the
 * array `stripped`. NULL with ERR_INPUT when two different ones are equally large, or none of
 * several is organic. A single fragment is returned whatever it is. */
char *smiles_strip(const char *smiles, json_t *stripped, struct err *why);

/* What cannot be docked in a canonical SMILES of Open Babel, or NULL: a dummy atom, and a carbon
 * with too few bonds, which is what it makes of an aromatic ring that cannot be one (c1cccc1). */
const char *smiles_problem(const char *smiles);

#endif
