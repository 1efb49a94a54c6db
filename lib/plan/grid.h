/* SPDX-License-Identifier: MIT */
/*
 * grid: every point of the grid that axes span, one after the other.
 *
 * The last axis runs fastest. An axis that is not in force is passed over, so
 * that each point comes once.
 */
#ifndef PLAN_GRID_H
#define PLAN_GRID_H

#include <stdbool.h>
#include <stdint.h>

struct axes;
struct grid;

/* The axes, each fit for a grid (axis_grid_size), must outlive it. */
struct grid *grid_new(const struct axes *axes);
void grid_free(struct grid *grid);

/* The next point. False: there are no more, and point is undefined. */
bool grid_next(struct grid *grid, double *point);

/* How many points were given out. */
uint64_t grid_count(const struct grid *grid);

#endif
