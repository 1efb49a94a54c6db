/* SPDX-License-Identifier: MIT */
/*
 * planar: single bonds that are half double, which nothing turns at room temperature.
 *
 * These are the bonds from a carbon with =O or =S to
 *   O or S with one other neighbour: esters, carbamates, carbonates, thioesters. They are flat and
 *     Z: the group on the O lies on the side of the =O. E costs methyl acetate 8.5 kcal/mol (Blom
 * and Guenthard, Chem. Phys. Lett. 84 (1981) 267), the way out of the plane 13 kcal/mol (Wiberg and
 *     Laidig, J. Am. Chem. Soc. 109 (1987) 5935), and in crystals the group is flat and Z too
 *     (Schweizer and Dunitz, Helv. Chim. Acta 65 (1982) 1547);
 *   N with three neighbours: amides, thioamides. They are flat, and their halves do not change
 *     places.
 * Not these: acids (only a hydrogen turns), anhydrides, where two carbons share one oxygen.
 *
 * Engines such as Vina have no term that keeps them flat: turned freely, an ester buys contacts
 * with a torsion that the molecule could never pay for. Open Babel keeps amides in PDBQT, and
 * nothing else of these.
 */
#ifndef DOCK_PLANAR_H
#define DOCK_PLANAR_H

#include <stddef.h>

#include "base/vec.h"

struct molecule;

enum { PLANAR_ANGLE = 30 }; /* degrees: further off is not what is meant, and no bond to keep */

struct planar_bond {
	size_t from, to; /* places in the atoms of the molecule: the carbon, the other */
};

struct planar {
	VEC(struct planar_bond) bonds;
};

/* clang-format off */
#define PLANAR_INIT { VEC_INIT }
/* clang-format on */

/* Those of m that are as they should be in its coordinates: within PLANAR_ANGLE of Z, or of the
 * plane where it is N. In rings too. m needs its bonds and hydrogens. */
void planar_find(const struct molecule *m, struct planar *out);
void planar_clear(struct planar *p);

#endif
