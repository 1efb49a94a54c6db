/* SPDX-License-Identifier: MIT */
/*
 * placed: a docked pose as the molecule it was made from: bonds, charges and all, at the places of
 * the pose.
 *
 * PDBQT knows neither bond orders nor charges, so they are not guessed from it:
 * the prepared molecule (a V2000 SDF) is written again with the pose's
 * coordinates. Hydrogens that PDBQT leaves out (those on carbon) have no place
 * in a pose; they are left out, and are implied by the bonds.
 */
#ifndef DOCK_PLACED_H
#define DOCK_PLACED_H

#include <jansson.h>
#include <stddef.h>

struct buf;
struct err;
struct pose_atom;

/* Append the molecule block (three header lines to M  END) of sdf at the places of the pose. atoms
 * is the array `atoms` of a record's `input`: for each pose atom the number, from 1, of the atom in
 * sdf. The title stays, or is title where that is not NULL. -1 (ERR_INPUT): they do not belong
 * together, a heavy atom would be left without a place, or it is no V2000. */
int placed_sdf(const char *sdf, const json_t *atoms, const struct pose_atom *pose, size_t count,
    const char *title, struct buf *out, struct err *err);

#endif
