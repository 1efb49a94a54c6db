/* SPDX-License-Identifier: MIT */
/*
 * prune: is a trial worth going on with?
 *
 * The median rule (Golovin and others, KDD 2017): a trial is given up when the
 * best that it has reached is worse than the median of the best that those
 * which completed had reached by the same step.
 */
#ifndef PLAN_PRUNE_H
#define PLAN_PRUNE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sweep;

/* Of a trial that is at `step` and has reached `best`; others are those that completed, n of them,
 * which are put in order. False where the sweep prunes nothing. */
bool prune_is_due(const struct sweep *sweep, int64_t step, double best, double *others, size_t n);

#endif
