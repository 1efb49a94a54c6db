/* SPDX-License-Identifier: MIT */
/* gaps: where the chains of a receptor are interrupted, and which residues nobody saw. */
#ifndef DOCK_GAPS_H
#define DOCK_GAPS_H

#include <jansson.h>

struct pdb;

/* A list of the places where an amino acid that stays is not bonded to the next of its chain (C to
 * N more than 2 Å apart): {"after": "LYS A:5", "before": "GLY A:9", "residues": 3 (by their
 * numbers; absent where those do not tell), "distance": Å}. The caller's to decref. */
json_t *gaps_find(const struct pdb *p);

/* The residues that the file itself says were not seen (REMARK 465), of chains that stay:
 * "MET A:1". The caller's to decref. */
json_t *gaps_unseen(const struct pdb *p);

#endif
