/* SPDX-License-Identifier: MIT */
/*
 * points: texts apart from the points in space that stand in them.
 *
 * A point is three decimal numbers in fields side by side, as molecule files have
 * them: "%8.3f" three times (PDB, PDBQT) or "%10.4f" (SDF). The digits of one
 * repeat nothing, so that zstd gives each of them more than it tells. A text is
 * split into a frame, where a byte stands for each point, and figures: their
 * numbers in as many bits as they need. A point of three decimals that is one of
 * four, rounded, as a molecule has them that stands in a text in both formats, is
 * told by which one it is.
 */
#ifndef STORE_POINTS_H
#define STORE_POINTS_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct err;

/* Reset split and fill it: the frame, a byte that no frame has, the figures. *frame is the length
 * of the frame. false: there are too few points for it to be worth it, or the text has such bytes.
 */
bool points_split(const void *data, size_t len, struct buf *split, size_t *frame);

/* Append the text that was split. -1: damaged. */
int points_join(const void *data, size_t len, struct buf *out, struct err *err);

#endif
