/* SPDX-License-Identifier: MIT */
/* grid: every point of the grid that axes span, one after the other. */
#include "plan/grid.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "plan/axis.h"

struct grid {
	const struct axes *axes;
	uint64_t *digits; /* by axis: which of its values */
	double *point;    /* the last one given out */
	uint64_t count;
	bool end;
};

struct grid *
grid_new(const struct axes *axes)
{
	struct grid *g = xcalloc(1, sizeof(*g));

	g->axes = axes;
	g->digits = xcalloc(axes->len, sizeof(*g->digits));
	g->point = xcalloc(axes->len, sizeof(*g->point));
	return g;
}

void
grid_free(struct grid *g)
{
	if (!g)
		return;
	free(g->digits);
	free(g->point);
	free(g);
}

/* The next other value of an axis; false: it had its last. */
static bool
turn(struct grid *g, size_t d)
{
	const struct axis *axis = &g->axes->at[d];

	do
		g->digits[d]++;
	while (g->digits[d] < axis_grid_size(axis) &&
	    axis_grid_place(axis, g->digits[d]) == g->point[d]);
	if (g->digits[d] < axis_grid_size(axis))
		return true;
	g->digits[d] = 0;
	return false;
}

/* Count on by one, as an odometer does. False: it is all nines. */
static bool
count_on(struct grid *g)
{
	for (size_t d = g->axes->len; d-- > 0;)
		if (!isnan(g->point[d]) && turn(g, d))
			return true;
	return false;
}

bool
grid_next(struct grid *g, double *point)
{
	if (g->end || (g->count > 0 && !count_on(g))) {
		g->end = true;
		return false;
	}
	for (size_t d = 0; d < g->axes->len; d++)
		g->point[d] = axes_in_force(g->axes, d, g->point)
		    ? axis_grid_place(&g->axes->at[d], g->digits[d])
		    : NAN;
	memcpy(point, g->point, g->axes->len * sizeof(*point));
	g->count++;
	return true;
}

uint64_t
grid_count(const struct grid *g)
{
	return g->count;
}
