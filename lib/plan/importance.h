/* SPDX-License-Identifier: MIT */
/*
 * importance: how much of being good is decided by each axis.
 *
 * Along each axis the density of the best fifth of the trials is held against
 * that of all of them: Pearson's divergence, as PED-ANOVA has it (Watanabe,
 * Bansal and Hutter, IJCAI 2023). Where the good ones lie as all do, the axis
 * does not matter. Any fifth differs a little, so what fifths drawn by chance
 * have on average is taken off first.
 */
#ifndef PLAN_IMPORTANCE_H
#define PLAN_IMPORTANCE_H

#include <stddef.h>

struct axes;

enum { IMPORTANCE_LEAST = 10 }; /* trials, for it to mean anything */

/* Into share, by axis: 0 or more, 1 together, or all 0 when no axis is better than chance. Points
 * as in struct tpe_trials; values: the smaller the better, none NAN, len of them. */
void importance_of(
    const struct axes *axes, const double *points, const double *values, size_t len, double *share);

#endif
