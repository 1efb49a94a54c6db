/* SPDX-License-Identifier: MIT */
/* sampler: points drawn without looking at what came of others. */
#include "plan/sampler.h"

#include <stddef.h>

#include "plan/axis.h"
#include "plan/dice.h"

#define SHUFFLES (UINT64_C(1) << 62) /* streams from here on; points have those below */

void
sampler_random(const struct axes *axes, uint64_t seed, uint64_t i, double *point)
{
	struct dice dice;

	dice_init(&dice, seed, i);
	for (size_t d = 0; d < axes->len; d++)
		point[d] = dice_unit(&dice);
	axes_settle(axes, point);
}

void
sampler_lhs(const struct axes *axes, uint64_t seed, uint64_t n, uint64_t i, double *point)
{
	struct dice dice;

	dice_init(&dice, seed, i);
	for (size_t d = 0; d < axes->len; d++) {
		uint64_t slice = dice_shuffled(seed, SHUFFLES + d, n, i);

		point[d] = ((double)slice + dice_unit(&dice)) / (double)n;
	}
	axes_settle(axes, point);
}
