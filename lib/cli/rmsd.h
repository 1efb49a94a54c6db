/* SPDX-License-Identifier: MIT */
/*
 * rmsd: how far poses are from a reference of the same molecule.
 *
 * Heavy atoms, symmetry-corrected, nothing superposed: Open Babel's obrms
 * ($DOCKLINE_OBRMS) on the first molecule of the reference.
 */
#ifndef CLI_RMSD_H
#define CLI_RMSD_H

#include <jansson.h>

struct app;
struct err;
struct rmsd;

/* NULL when obrms (ERR_SYSTEM, naming the package) or the reference (ERR_INPUT) is missing. */
struct rmsd *rmsd_open(const char *reference, struct err *err);
void rmsd_close(struct rmsd *rmsd);

/* Set `rmsd` (Å) in every pose of a result that has poses as a file. 1, or 0 when it is another
 * molecule than the reference: nothing is set. */
int rmsd_add(struct rmsd *rmsd, struct app *app, json_t *result, struct err *err);

#endif
