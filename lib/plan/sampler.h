/* SPDX-License-Identifier: MIT */
/*
 * sampler: points drawn without looking at what came of others.
 *
 * Point i of a seed is always the same, in whatever order they are asked for.
 */
#ifndef PLAN_SAMPLER_H
#define PLAN_SAMPLER_H

#include <stdint.h>

struct axes;

/* Uniform along each axis. */
void sampler_random(const struct axes *axes, uint64_t seed, uint64_t i, double *point);

/* Row i of a Latin hypercube of n rows: each axis is cut into n slices, and each slice is used
 * once. (McKay, Beckman and Conover, Technometrics 1979.) i < n. */
void sampler_lhs(const struct axes *axes, uint64_t seed, uint64_t n, uint64_t i, double *point);

#endif
