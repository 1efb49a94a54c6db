/* SPDX-License-Identifier: MIT */
/* dice: random numbers that are the same whenever they are thrown again. */
#include "plan/dice.h"

#include <math.h>

enum { ROUNDS = 6 };

static uint64_t
mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

void
dice_init(struct dice *dice, uint64_t seed, uint64_t stream)
{
	dice->state = mix(mix(seed + UINT64_C(0x9e3779b97f4a7c15)) ^ mix(stream + 1));
}

uint64_t
dice_bits(struct dice *dice)
{
	dice->state += UINT64_C(0x9e3779b97f4a7c15);
	return mix(dice->state);
}

double
dice_unit(struct dice *dice)
{
	return (double)(dice_bits(dice) >> 11) * 0x1p-53;
}

uint64_t
dice_below(struct dice *dice, uint64_t n)
{
	uint64_t most = UINT64_MAX - UINT64_MAX % n, bits;

	do
		bits = dice_bits(dice);
	while (bits >= most);
	return bits % n;
}

double
dice_normal(struct dice *dice)
{
	double radius = sqrt(-2 * log(1 - dice_unit(dice)));

	return radius * cos(2 * M_PI * dice_unit(dice));
}

uint64_t
dice_shuffled(uint64_t seed, uint64_t stream, uint64_t n, uint64_t i)
{
	unsigned half = 1;
	struct dice key;
	uint64_t mask, x = i;

	while (half < 32 && n > UINT64_C(1) << (2 * half))
		half++;
	mask = (UINT64_C(1) << half) - 1;
	do {
		dice_init(&key, seed, stream);
		for (int round = 0; round < ROUNDS; round++) {
			uint64_t left = x >> half, right = x & mask;

			x = (right << half) | (left ^ (mix(right + dice_bits(&key)) & mask));
		}
	} while (x >= n);
	return x;
}
