/* SPDX-License-Identifier: MIT */
/* importance: how much of being good is decided by each axis. */
#include "plan/importance.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "plan/axis.h"
#include "plan/dice.h"

enum { BINS = 50, DRAWS = 50, FIFTH = 5 };

/* One axis: the trials in which it was in force, best first, and what each adds to the density in
 * every bin. */
struct ridge {
	const struct axis *axis;
	size_t bins, len, good;
	double *kernels; /* len rows of bins */
	double *whole;   /* the density of all */
	double *part;    /* room for that of some */
};

static double
kernel_in(const struct ridge *r, double place, size_t bin, double width)
{
	double away = ((double)bin + 0.5) / (double)r->bins - place;

	if (r->axis->kind == AXIS_CATEGORICAL)
		return fabs(away) < 0.5 / (double)r->bins ? 1 : 0.01;
	return exp(-0.5 * (away / width) * (away / width));
}

static void
add_trial(struct ridge *r, double place, double width)
{
	double *kernel = r->kernels + r->len++ * r->bins, sum = 0;

	for (size_t b = 0; b < r->bins; b++)
		sum += kernel[b] = kernel_in(r, place, b, width);
	for (size_t b = 0; b < r->bins; b++)
		kernel[b] /= sum;
}

/* The density of some trials; NULL: of the first n. */
static void
density(const struct ridge *r, const size_t *rows, size_t n, double *out)
{
	memset(out, 0, r->bins * sizeof(*out));
	for (size_t i = 0; i < n; i++) {
		const double *kernel = r->kernels + (rows ? rows[i] : i) * r->bins;

		for (size_t b = 0; b < r->bins; b++)
			out[b] += kernel[b] / (double)n;
	}
}

static double
divergence(const struct ridge *r)
{
	double sum = 0;

	for (size_t b = 0; b < r->bins; b++) {
		double away = r->part[b] - r->whole[b];

		if (r->whole[b] > 0)
			sum += away * away / r->whole[b];
	}
	return sum;
}

/* What as many trials as are good differ by when chance picks them. */
static double
by_chance(struct ridge *r)
{
	size_t *rows = xcalloc(r->len, sizeof(*rows));
	double sum = 0;

	for (uint64_t draw = 0; draw < DRAWS; draw++) {
		for (size_t i = 0; i < r->good; i++)
			rows[i] = (size_t)dice_shuffled(1, draw, r->len, i);
		density(r, rows, r->good, r->part);
		sum += divergence(r);
	}
	free(rows);
	return sum / DRAWS;
}

static double
weigh(struct ridge *r)
{
	double found;

	if (r->len < FIFTH || r->good == 0 || r->good == r->len)
		return 0;
	density(r, NULL, r->len, r->whole);
	density(r, NULL, r->good, r->part);
	found = divergence(r) - by_chance(r);
	return found > 0 ? found : 0;
}

/* The weight of an axis; order: the trials, best first, the first `good` of them being so. A
 * conditional axis counts by how many of the good it was in force in. */
static double
weight_of(const struct axes *axes, size_t d, const double *points, const size_t *order, size_t len,
    size_t good)
{
	const struct axis *axis = &axes->at[d];
	struct ridge r = { .axis = axis, .bins = BINS };
	double width = fmax(
	    0.12 * pow((double)good, -0.2), axis->cells ? 0.5 / (double)axis->cells : 0);
	double weight;

	if (axis->kind == AXIS_CATEGORICAL)
		r.bins = (size_t)axis->cells;
	r.kernels = xcalloc(len * r.bins, sizeof(*r.kernels));
	r.whole = xcalloc(r.bins, sizeof(*r.whole));
	r.part = xcalloc(r.bins, sizeof(*r.part));
	for (size_t i = 0; i < len; i++) {
		double place = points[order[i] * axes->len + d];

		if (isnan(place))
			continue;
		add_trial(&r, place, width);
		r.good += i < good;
	}
	weight = weigh(&r) * (double)r.good / (double)good;
	free(r.kernels);
	free(r.whole);
	free(r.part);
	return weight;
}

struct rank {
	double value;
	size_t trial;
};

static int
compare(const void *a, const void *b)
{
	const struct rank *x = a, *y = b;

	if (x->value != y->value)
		return x->value < y->value ? -1 : 1;
	return (x->trial > y->trial) - (x->trial < y->trial);
}

/* The trials, best first; the caller frees. */
static size_t *
in_order(const double *values, size_t len)
{
	struct rank *ranks = xcalloc(len, sizeof(*ranks));
	size_t *order = xcalloc(len, sizeof(*order));

	for (size_t i = 0; i < len; i++)
		ranks[i] = (struct rank){ values[i], i };
	qsort(ranks, len, sizeof(*ranks), compare);
	for (size_t i = 0; i < len; i++)
		order[i] = ranks[i].trial;
	free(ranks);
	return order;
}

void
importance_of(
    const struct axes *axes, const double *points, const double *values, size_t len, double *share)
{
	size_t *order = in_order(values, len), good = (len + FIFTH - 1) / FIFTH;
	double sum = 0;

	for (size_t d = 0; d < axes->len; d++)
		sum += share[d] = weight_of(axes, d, points, order, len, good);
	for (size_t d = 0; d < axes->len && sum > 0; d++)
		share[d] /= sum;
	free(order);
}
