/* SPDX-License-Identifier: MIT */
/*
 * docked: a result with the file of its poses read, and a pose as a molecule.
 */
#ifndef CLI_DOCKED_H
#define CLI_DOCKED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "dock/export.h"
#include "dock/pose.h"

struct app;
struct err;

struct docked {
	struct exported x;
	struct buf text; /* the file of poses */
	struct poses poses;
	bool sdf; /* it is SDF, not PDBQT */
};

/* clang-format off */
#define DOCKED_INIT { .text = BUF_INIT, .poses = POSES_INIT }
/* clang-format on */

/* Read the poses of x.result, from the record or the state directory. Clear it in every case. */
int docked_read(struct app *app, struct docked *d, struct err *err);
void docked_clear(struct docked *d);

/* The bytes of the i-th pose in its file, borrowed. */
const char *docked_model(const struct docked *d, size_t i, size_t *len);

/* Append the ligand of the i-th pose, PDBQT: its lines without residues of the receptor that moved
 * along. */
void docked_ligand(const struct docked *d, size_t i, struct buf *out);

/* The same as engines take it for a ligand: without MODEL and ENDMDL, nor the scores of before. */
void docked_again(const struct docked *d, size_t i, struct buf *out);

/* How many ligands were docked together; 0: one, as usual. And the i-th of them, from 0, is meant
 * by what follows, until docked_all. */
size_t docked_parts(const struct docked *d);
void docked_part(struct docked *d, size_t i);
void docked_all(struct docked *d);

/* Append the molecule block (three header lines to M  END) of the i-th pose: of a PDBQT pose the
 * molecule of the record at its place, without one that of Meeko's remarks, else what Open Babel
 * makes of it; of an SDF pose the engine's own. Returns where the bonds come from, "input",
 * "meeko", "perceived" or "engine"; NULL with err, also of several ligands of which none is meant.
 */
const char *docked_sdf(const struct docked *d, size_t i, struct buf *out, struct err *err);

/* The same with all hydrogens, which Open Babel puts where they were left out. */
const char *docked_whole_sdf(const struct docked *d, size_t i, struct buf *out, struct err *err);

#endif
