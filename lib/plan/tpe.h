/* SPDX-License-Identifier: MIT */
/*
 * tpe: the point that a Tree-structured Parzen Estimator would try next.
 *
 * The trials that are known are parted into the best few and the rest. Each
 * part becomes a density l(x), g(x): an equal mixture of one kernel around each
 * of its points and one that is uniform. Candidates are drawn from l; the one
 * with the greatest l(x)/g(x) is tried. (Bergstra, Bardenet, Bengio and Kégl,
 * NIPS 2011.)
 *
 * A kernel spans all axes at once, so that what belongs together is found
 * together (Falkner, Klein and Hutter, ICML 2018): normal distributions cut off
 * at 0 and 1 along numbers, and for categories most of the weight on the one
 * that was tried. An axis that was not in force where the kernel stands is
 * uniform there. The width of n kernels over d axes is TPE_WIDTH n^(-1/(d+4)),
 * but never less than half the cell of a value or 1/100.
 *
 * Trials that are still open, that failed or were pruned count among the rest,
 * as if the worst had come of them: so parallel asks keep their distance, and
 * what fails is not tried again and again.
 */
#ifndef PLAN_TPE_H
#define PLAN_TPE_H

#include <stddef.h>

struct axes;
struct dice;

enum {
	TPE_STARTUP = 10,    /* trials that are spread evenly before this begins */
	TPE_CANDIDATES = 24, /* drawn from l(x) */
	TPE_GOOD_MOST = 25,  /* the best TPE_GOOD of all, and no more than these */
};

#define TPE_GOOD 0.15
#define TPE_WIDTH 0.15
#define TPE_NARROWEST 0.01

/* What is known. Nothing is owned. */
struct tpe_trials {
	const double *points; /* len times as many as there are axes */
	const double *values; /* the smaller the better; NAN: open, failed or pruned */
	size_t len;
};

/* The next point. */
void tpe_suggest(
    const struct axes *axes, const struct tpe_trials *trials, struct dice *dice, double *point);

#endif
