/* SPDX-License-Identifier: MIT */
/*
 * contacts: which residues a pose touches, and where it is too close to them.
 *
 * A residue is touched when one of its heavy atoms is within 4 Å of a heavy
 * atom of the pose: the reach of hydrophobic contacts in PLIP (Salentin et al.,
 * Nucleic Acids Res. 43, W443, 2015), within which hydrogen bonds lie. A clash is a pair of heavy
 * atoms closer than three quarters of the sum of their van der Waals radii (Bondi, J. Phys. Chem.
 * 68, 441, 1964; the bound is that of PoseBusters, Buttenschoen et al., Chem. Sci. 15, 3130, 2024),
 * metals aside, which bonds bring closer.
 */
#ifndef DOCK_CONTACTS_H
#define DOCK_CONTACTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct err;
struct pose_atom;
struct pdbqt;

#define CONTACTS_DISTANCE 4.0 /* Å */

/* Is an AutoDock type, or an element, hydrogen? */
bool contacts_hydrogen(const char *type);

/* Is a residue "A:ASP25" called so? "ASP25", "ASP", "25", each also behind "A:", or "A:" alone. */
bool contacts_names(const char *residue, const char *called);

/* Does the receptor have a residue that is called so? */
bool contacts_there(const struct pdbqt *receptor, const char *called);

/* Add `clashes` (a count) and `contacts` (an array of "A:ASP381", in the order of the receptor) to
 * a row of a result's poses. */
void contacts_add(
    const struct pdbqt *receptor, const struct pose_atom *atoms, size_t count, json_t *row);

#endif
