/* SPDX-License-Identifier: MIT */
/*
 * pose: docked poses, read from the PDBQT or SDF file that Vina and its relatives write.
 *
 * Only the file is believed: the table on the program's standard output lists
 * poses that are not in the file, with fewer digits. What a file lacks (1.1.2
 * has no energy terms, only gnina has networks) is NAN.
 */
#ifndef DOCK_POSE_H
#define DOCK_POSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/vec.h"

struct err;

/* An atom: position in Å, AutoDock type ("OA"), or element in SDF ("O"). */
struct pose_atom {
	double at[3];
	char type[4];
};

/* One MODEL. Energies in kcal/mol, distances in Å. */
struct pose {
	double affinity;         /* REMARK VINA RESULT or minimizedAffinity, as printed */
	double rmsd_lb, rmsd_ub; /* to pose 1 of the same file */
	double rmsd_start;       /* minimizedRMSD: to where it was before */
	double cnn_score, cnn_affinity,
	    cnn_variance; /* CNNscore, CNNaffinity, CNNaffinity_variance */
	double
	    cnn_vs; /* CNN_VS; where gnina leaves it out, what it is: CNNscore times CNNaffinity */
	double total; /* REMARK INTER + INTRA */
	double inter, intra, unbound;
	double repaired;      /* what repair_apply made of affinity; NAN before */
	size_t first, natoms; /* its atoms in poses.atoms */
	size_t end;    /* where it ends in the file: the bytes up to there are poses 1 to this */
	int roots;     /* ROOT records: one for each ligand */
	char name[64]; /* the molecule's, as far as it goes, or "": of PDBQT that of the first
			  ligand */
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

/* The same of a file of one pose without MODEL and without a score, as Vina writes it after a local
 * search: affinity is NAN. */
int poses_read_bare(const char *text, size_t len, struct poses *out, struct err *err);

/* The same of an SDF file (V2000), as smina and gnina write it. Scores are its tags; where the
 * molecule had tags of these names itself, what the engine added behind them counts. */
int poses_read_sdf(const char *text, size_t len, struct poses *out, struct err *err);

/* What engines say on standard output of a ligand that they did not move, or that Vina moved
 * without writing its score: sets the scores of *pose. -1: there is no score in it. */
int pose_said(const char *text, size_t len, struct pose *pose, struct err *err);

/* A pose that knows nothing yet. */
struct pose pose_none(void);

/* A score by the engine's name for it ("CNNscore"): 1, or 0 when the name is no score. */
int pose_set(struct pose *pose, const char *name, size_t len, double value);
void poses_clear(struct poses *poses);

#endif
