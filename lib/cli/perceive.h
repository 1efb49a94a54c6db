/* SPDX-License-Identifier: MIT */
/*
 * perceive: the SDF of a PDBQT model whose molecule is not known, as Open Babel perceives it.
 *
 * Bond orders, charges and hydrogens are guessed from the geometry; who uses
 * the result must say so.
 */
#ifndef CLI_PERCEIVE_H
#define CLI_PERCEIVE_H

#include <stddef.h>

struct buf;
struct err;

/* Append the molecule block (three header lines to M  END) of one model; title becomes its first
 * line. obabel is $DOCKLINE_OBABEL or on PATH (ERR_SYSTEM when it is missing or fails); a model it
 * cannot read is ERR_INPUT. */
int perceive_sdf(
    const char *model, size_t len, const char *title, struct buf *out, struct err *err);

/* Append the block of a SMILES, whose atoms keep their order and have no places. As above. */
int perceive_smiles(const char *smiles, struct buf *out, struct err *err);

/* Append the block of a whole SDF record with the hydrogens that it implies put to their places;
 * its title stays. As above. */
int perceive_hydrogens(const char *sdf, size_t len, struct buf *out, struct err *err);

#endif
