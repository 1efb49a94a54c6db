/* SPDX-License-Identifier: MIT */
/*
 * rings: the N-H hydrogens of histidine and tryptophan rings.
 *
 * Open Babel cannot assign the double bonds of these rings without them ("Failed to kekulize"); it
 * then types no ring of the protein as aromatic, makes the donor nitrogens acceptors and adds no
 * hydrogen to them. So they are put there before it reads the receptor.
 *
 * Histidine gets its hydrogen on NE2 (HIE), on ND1 (HID) when a metal is within 2.8 Å of NE2, or
 * when an oxygen is within 3.3 Å of ND1 and none of NE2; residues called HID, HIE or HIP say it
 * themselves. A ring that came with a hydrogen keeps its state.
 */
#ifndef DOCK_RINGS_H
#define DOCK_RINGS_H

#include <jansson.h>

#include "dock/pdb.h"

struct pdbqt;

/* Mark every hydrogen gone but those of these rings, for a receptor that gets the states of a pH:
 * Open Babel gives lysines that came with hydrogens a fourth one. */
void rings_only_hydrogens(struct pdb *p);

/* For pdb_write: the ring hydrogens of a residue that lacks them. */
void rings_hydrogens(const struct pdb *p, const struct pdb_residue *r, struct buf *out);

/* Are phenylalanines and tyrosines aromatic in it? False: Open Babel failed after all. */
bool rings_are_aromatic(const struct pdbqt *receptor);

/* The histidines of a prepared receptor by the hydrogens they got: {"A:69": "HIE"}, also HID, HIP
 * and "none". The caller's to decref. */
json_t *rings_histidines(const struct pdbqt *receptor);

#endif
