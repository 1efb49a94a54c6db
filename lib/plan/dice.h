/* SPDX-License-Identifier: MIT */
/*
 * dice: random numbers that are the same whenever they are thrown again.
 *
 * A throw is decided by a seed and the number of a stream, so the nth trial of
 * a study draws the same whoever asks for it and whatever was drawn before.
 * The generator is SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): good
 * enough to search with, not to keep secrets.
 */
#ifndef PLAN_DICE_H
#define PLAN_DICE_H

#include <stdint.h>

struct dice {
	uint64_t state;
};

void dice_init(struct dice *dice, uint64_t seed, uint64_t stream);

/* 64 random bits. */
uint64_t dice_bits(struct dice *dice);

/* In 0 <= x < 1, with 53 random bits. */
double dice_unit(struct dice *dice);

/* In 0 <= i < n; n is above 0. */
uint64_t dice_below(struct dice *dice, uint64_t n);

/* Normally distributed, mean 0, standard deviation 1 (Box and Muller). */
double dice_normal(struct dice *dice);

/* Where i goes when 0..n-1 are shuffled; i < n. Each i has a place of its own. Takes no memory: a
 * Feistel network over the next power of four, walked until it ends below n. */
uint64_t dice_shuffled(uint64_t seed, uint64_t stream, uint64_t n, uint64_t i);

#endif
