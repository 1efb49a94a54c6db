/* SPDX-License-Identifier: MIT */
/*
 * dlg: the log that AutoDock-GPU writes of a ligand, as a file of poses.
 *
 * A DLG tells what was given and, in lines that begin with "DOCKED: ", one
 * MODEL for each run, in the order of the runs. What else reads poses wants
 * PDBQT with the best first, so that is made of it: the bytes behind "DOCKED: "
 * are the log's own, none is changed.
 */
#ifndef DOCK_DLG_H
#define DOCK_DLG_H

#include <stddef.h>

struct buf;
struct err;

/* Append the models of a DLG to out, the lowest energy first, equal ones in the order of the runs.
 * -1 with ERR_INPUT: it is no DLG, cut off (fewer models than "Number of runs" says), or a model
 * has no energy. */
int dlg_to_pdbqt(const char *text, size_t len, struct buf *out, struct err *err);

#endif
