/* SPDX-License-Identifier: MIT */
/*
 * pose: docked poses, read from the PDBQT file that Vina and its relatives write.
 *
 * Only the file is believed: the table on the program's standard output lists
 * poses that are not in the file, with fewer digits. What a file lacks (1.1.2
 * has no energy terms) is NAN.
 */
#ifndef DOCK_POSE_H
#define DOCK_POSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/vec.h"

struct err;

/* One ATOM or HETATM line: position in Å, AutoDock type ("OA"). */
struct pose_atom {
	double at[3];
	char type[4];
};

/* One MODEL. Energies in kcal/mol, distances in Å. */
struct pose {
	double affinity;         /* REMARK VINA RESULT, as printed */
	double rmsd_lb, rmsd_ub; /* to pose 1 of the same file */
	double total;            /* REMARK INTER + INTRA */
	double inter, intra, unbound;
	double repaired;      /* what repair_apply made of affinity; NAN before */
	size_t first, natoms; /* its atoms in poses.atoms */
	size_t end;    /* where it ends in the file: the bytes up to there are poses 1 to this */
	int roots;     /* ROOT records: one for each ligand */
	bool flexible; /* holds residues of a flexible receptor */
};

struct poses {
	struct pose *at;
	size_t len, room;
	VEC(struct pose_atom) atoms; /* of all models, one after the other */
};

/* clang-format off */
#define POSES_INIT \
	{ \
		NULL, 0, 0, VEC_INIT \
	}
/* clang-format on */

/* Read a whole file of MODELs. -1 with ERR_INPUT: it is empty, cut off, has a model without a
 * score or without atoms, or a number that is none. Numbers may be any size, finite or not: to
 * judge them is judge_poses' work. Clear `out` in every case. */
int poses_read(const char *text, size_t len, struct poses *out, struct err *err);
void poses_clear(struct poses *poses);

#endif
