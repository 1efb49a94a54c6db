/* SPDX-License-Identifier: MIT */
/*
 * rmsd: how far poses are from a reference of the same molecule.
 *
 * Heavy atoms, symmetry-corrected, nothing superposed: Open Babel's obrms
 * ($DOCKLINE_OBRMS) on the first molecule of the reference.
 */
#ifndef CLI_RMSD_H
#define CLI_RMSD_H

#include <stddef.h>

struct docked;
struct err;
struct rmsd;

/* NULL when obrms (ERR_SYSTEM, naming the package) or the reference (ERR_INPUT) is missing. */
struct rmsd *rmsd_open(const char *reference, struct err *err);
void rmsd_close(struct rmsd *rmsd);

/* Set `rmsd` (Å) in every pose of n results whose poses were read, unless it is another molecule
 * than the reference: obrms runs once for all of them (twice where some are PDBQT and some SDF). A
 * result that is NULL is passed over. *same counts those of the reference's molecule. */
int rmsd_some(
    struct rmsd *rmsd, const struct docked *docked, size_t n, size_t *same, struct err *err);

#endif
