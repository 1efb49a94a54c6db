/* SPDX-License-Identifier: MIT */
/*
 * branches: the torsion tree of a PDBQT ligand, and branches of it that engines shall not turn.
 *
 * A branch that is joined becomes part of what it hangs on: its atoms follow those of that body,
 * its own branches hang on it. Atoms are numbered anew in their order, TORSDOF is less by as many.
 * The remarks of Open Babel, "1  A    between atoms: C_1  and  O_2", have I (inactive) for it.
 */
#ifndef DOCK_BRANCHES_H
#define DOCK_BRANCHES_H

#include <stddef.h>

struct buf;
struct err;

struct branches_bond {
	int serial[2]; /* its atoms in the PDBQT */
	int number[2]; /* the same in the remarks: their numbers in what the PDBQT was made of */
	int joined;    /* set to 1 where it was a branch */
};

/* Append text with the branches over these bonds joined, and say in bonds which were branches.
 * Returns how many; 0: nothing was appended, the text is as it shall be; -1: no ligand
 * (ERR_INPUT). */
int branches_join(
    const char *text, struct branches_bond *bonds, size_t count, struct buf *out, struct err *why);

#endif
