/* SPDX-License-Identifier: MIT */
/*
 * relabel: the residues of the source put back on a receptor that Open Babel wrote.
 *
 * Open Babel 3.1.1 gives atoms of files with several chains the name and chain of other residues
 * (the arginine C:18 of 1tii becomes PHE G:18). Coordinates are kept to the digit, so they tell
 * which atom is which; hydrogens get the residue of the nearest heavy atom.
 */
#ifndef DOCK_RELABEL_H
#define DOCK_RELABEL_H

#include "dock/pdb.h"

struct buf;
struct err;

/* Rewrite columns 1-6 and 13-27 of every atom line of pdbqt. ERR_INPUT when a heavy atom is at no
 * place of p, or one of p is missing. */
int relabel(const struct pdb *p, struct buf *pdbqt, struct err *err);

#endif
