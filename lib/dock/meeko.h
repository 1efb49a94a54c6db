/* SPDX-License-Identifier: MIT */
/*
 * meeko: the molecule that Meeko's remarks in a PDBQT tell of.
 *
 * REMARK SMILES is the molecule without hydrogens, REMARK SMILES IDX pairs of an atom's number in
 * it and its serial in the PDBQT, REMARK H PARENT pairs of the number of a heavy atom and the
 * serial of a hydrogen on it. Vina copies all of them into its poses. The atoms that Meeko adds
 * where it opens a macrocycle (types G0 to G3) belong to no molecule.
 */
#ifndef DOCK_MEEKO_H
#define DOCK_MEEKO_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/vec.h"

struct err;
struct pose_atom;

struct meeko_pair {
	int number; /* in the SMILES, from 1 */
	int serial;
};

struct meeko {
	struct buf smiles;
	VEC(struct meeko_pair) heavy;
	VEC(struct meeko_pair) hydrogens; /* with their parents */
	VEC(int) serials;                 /* of the atoms, in the order of the model */
};

/* clang-format off */
#define MEEKO_INIT { BUF_INIT, VEC_INIT, VEC_INIT, VEC_INIT }
/* clang-format on */

/* Read the remarks and serials of one model. False: it has no such remarks. Clear it in every
 * case. */
bool meeko_read(struct meeko *m, const char *model, size_t len);
void meeko_clear(struct meeko *m);

/* Append the molecule block of sdf, a V2000 of the SMILES with its atoms in that order, at the
 * places of the pose, with the hydrogens that the pose has; title becomes its first line. -1
 * (ERR_INPUT): remarks, molecule and pose do not belong together. */
int meeko_sdf(const struct meeko *m, const char *sdf, const struct pose_atom *pose, size_t count,
    const char *title, struct buf *out, struct err *err);

#endif
