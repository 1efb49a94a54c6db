/* SPDX-License-Identifier: MIT */
/* tpe: the point that a Tree-structured Parzen Estimator would try next. */
#include "plan/tpe.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "plan/axis.h"
#include "plan/dice.h"

#define NEGLIGIBLE 30.0 /* exp(-30) more or less is no difference */
#define ERF_ONE 4.5     /* erf of more than this is 1, but for 2e-10 */

enum { ROW = 8 }; /* kernels that are looked at together */

/* What the kernels of a mixture have in common along an axis. */
struct side {
	bool category;
	double width; /* of the normal distributions */
	double scale; /* 1 / (width sqrt 2) */
	double peak;  /* logarithm of the density at its point, of a whole normal distribution, or
			 of the own category */
	double fall;  /* how much less it is for any other category */
	bool may_be_out; /* it need not be in force */
};

/* A mixture of kernels around points, and one that is uniform. Densities are against the uniform
 * one, so that its logarithm is 0, and that of an axis which is not in force is too. */
struct mixture {
	const struct axes *axes;
	const double **points; /* borrowed */
	size_t len;
	struct side *sides; /* by axis */
	double *peaks;      /* by point: logarithm of the density at the point itself */
	double *parts;      /* by point and axis: the part of it, of axes that may be out */
	double *rows; /* ROW points at a time: their places along the first axis, the next, ... */
};

/* ---- kernels ---- */

static double
width_of(const struct mixture *m, size_t axis)
{
	double width = TPE_WIDTH * pow((double)m->len, -1 / ((double)m->axes->len + 4));
	uint64_t cells = m->axes->at[axis].cells;

	return fmax(width, cells ? fmax(TPE_NARROWEST, 0.5 / (double)cells) : TPE_NARROWEST);
}

/* Of n trials in k categories: one more was spread over all, so 1/n of a trial is in each; its own
 * has a whole one besides. */
static double
category_peak(const struct mixture *m, size_t axis, bool own)
{
	double each = 1 / (double)m->len, k = (double)m->axes->at[axis].cells;

	return log(k * (each + own) / (1 + k * each));
}

static void
measure(struct mixture *m, size_t axis)
{
	const struct axis *a = &m->axes->at[axis];
	struct side *side = &m->sides[axis];

	side->category = a->kind == AXIS_CATEGORICAL;
	side->may_be_out = a->nwhen > 0;
	if (side->category) {
		side->peak = category_peak(m, axis, true);
		side->fall = side->peak - category_peak(m, axis, false);
	} else {
		side->width = width_of(m, axis);
		side->scale = 1 / (side->width * M_SQRT2);
		side->peak = -log(side->width * sqrt(2 * M_PI));
	}
}

static double
half_inside(double x)
{
	return x > ERF_ONE ? 0.5 : 0.5 * erf(x);
}

/* The normal distribution is cut off at 0 and 1: how much is left of it, to make 1 again. */
static double
inside(const struct side *side, double mean)
{
	return half_inside((1 - mean) * side->scale) + half_inside(mean * side->scale);
}

static void
raise_peak(struct mixture *m, size_t kernel)
{
	const double *point = m->points[kernel];
	double sum = 0, left = 1;

	for (size_t d = 0; d < m->axes->len; d++) {
		const struct side *side = &m->sides[d];
		double part = side->peak;

		if (isnan(point[d]))
			continue;
		if (!side->category && side->may_be_out)
			part -= log(inside(side, point[d]));
		else if (!side->category)
			left *= inside(side, point[d]); /* of all axes: one logarithm */
		if (side->may_be_out)
			m->parts[kernel * m->axes->len + d] = part;
		sum += part;
	}
	m->peaks[kernel] = sum - log(left);
}

/* The points once more, so that those of a row stand side by side along each axis. */
static void
set_rows(struct mixture *m)
{
	size_t n = m->axes->len;

	for (size_t i = 0; i < m->len; i++)
		for (size_t d = 0; d < n; d++)
			m->rows[(i / ROW * n + d) * ROW + i % ROW] = m->points[i][d];
	for (size_t i = m->len; i % ROW != 0; i++)
		m->peaks[i] = -INFINITY;
}

static void
raise_peaks(struct mixture *m)
{
	for (size_t d = 0; d < m->axes->len && m->len > 0; d++)
		measure(m, d);
	for (size_t i = 0; i < m->len; i++)
		raise_peak(m, i);
	set_rows(m);
}

static void
mixture_init(struct mixture *m, const struct axes *axes, size_t most)
{
	*m = (struct mixture){ .axes = axes,
		.points = xcalloc(most + 1, sizeof(*m->points)),
		.sides = xcalloc(axes->len, sizeof(*m->sides)),
		.peaks = xcalloc(most + ROW, sizeof(*m->peaks)),
		.rows = xcalloc((most + ROW) * axes->len, sizeof(*m->rows)),
		.parts = xcalloc((most + 1) * axes->len, sizeof(*m->parts)) };
}

static void
mixture_clear(struct mixture *m)
{
	free(m->points);
	free(m->sides);
	free(m->peaks);
	free(m->rows);
	free(m->parts);
}

/* ---- densities ---- */

/* How much less a kernel is at x than at its point, along an axis that is not just a number. */
static double
loss(const struct mixture *m, size_t kernel, size_t axis, double x)
{
	const struct side *side = &m->sides[axis];
	double away = x - m->points[kernel][axis];

	if (isnan(m->points[kernel][axis])) /* not in force there */
		return 0;
	if (isnan(x)) /* not in force here */
		return m->parts[kernel * m->axes->len + axis];
	if (side->category)
		return away == 0 ? 0 : side->fall;
	return away * side->scale * (away * side->scale);
}

/* Kernels of a row along a number: in one go, without a branch. */
static void
lose_numbers(const double *restrict places, double x, double scale, double *restrict sums)
{
	for (int k = 0; k < ROW; k++) {
		double away = (x - places[k]) * scale;

		sums[k] -= away * away;
	}
}

/* The logarithms of the kernels of a row at x. */
static void
row_at(const struct mixture *m, size_t row, const double *x, double sums[ROW])
{
	size_t n = m->axes->len, first = row * ROW, len = m->len - first;

	memcpy(sums, m->peaks + first, ROW * sizeof(*sums));
	for (size_t d = 0; d < n; d++) {
		const struct side *side = &m->sides[d];

		if (!side->category && !side->may_be_out)
			lose_numbers(m->rows + (row * n + d) * ROW, x[d], side->scale, sums);
		else
			for (size_t k = 0; k < ROW && k < len; k++)
				sums[k] -= loss(m, first + k, d, x[d]);
	}
}

/* The logarithm of the mixture at x; more than `most` when it is known to be. The last trials come
 * first: they are near to where is looked. */
static double
density_at(const struct mixture *m, const double *x, double most)
{
	double count = log((double)m->len + 1);
	double greatest = 0, sum = 1; /* of the uniform kernel */
	double enough = exp(most + count), sums[ROW];

	for (size_t row = (m->len + ROW - 1) / ROW; row-- > 0 && sum <= enough;) {
		row_at(m, row, x, sums);
		for (int k = ROW; k-- > 0;) {
			if (sums[k] > greatest) {
				sum = sum * exp(greatest - sums[k]) + 1;
				greatest = sums[k];
				enough = exp(most + count - greatest);
			} else if (sums[k] > greatest - NEGLIGIBLE) {
				sum += exp(sums[k] - greatest);
			}
		}
	}
	return greatest + log(sum) - count;
}

/* ---- drawing ---- */

static double
draw_normal(double mean, double width, struct dice *dice)
{
	double x;

	do
		x = mean + width * dice_normal(dice);
	while (x < 0 || x > 1);
	return x;
}

static double
draw_category(const struct side *side, double own, struct dice *dice)
{
	/* the share of another category, times how many there are */
	double each = exp(side->peak - side->fall);

	return dice_unit(dice) < each ? dice_unit(dice) : own;
}

static void
draw(const struct mixture *m, struct dice *dice, double *x)
{
	size_t kernel = (size_t)dice_below(dice, m->len + 1);
	const double *point = kernel < m->len ? m->points[kernel] : NULL;

	for (size_t d = 0; d < m->axes->len; d++) {
		if (!point || isnan(point[d]))
			x[d] = dice_unit(dice);
		else if (m->sides[d].category)
			x[d] = draw_category(&m->sides[d], point[d], dice);
		else
			x[d] = draw_normal(point[d], m->sides[d].width, dice);
	}
	axes_settle(m->axes, x);
}

/* ---- trials ---- */

/* Part the trials: the best, in order, into *good, which has room for `most`; the others into *bad.
 * Trials that nothing came of are never good. */
static void
part(const struct tpe_trials *trials, size_t most, struct mixture *good, struct mixture *bad)
{
	size_t n = good->axes->len, held[TPE_GOOD_MOST + 1] = { 0 };

	for (size_t i = 0; i < trials->len; i++) {
		size_t at = good->len, out = i;

		while (at > 0 && trials->values[i] < trials->values[held[at - 1]])
			at--;
		if (!isnan(trials->values[i]) && at < most) {
			for (size_t k = good->len; k > at; k--)
				held[k] = held[k - 1];
			held[at] = i;
			if (good->len < most) {
				good->len++;
				continue;
			}
			out = held[most];
		}
		bad->points[bad->len++] = trials->points + out * n;
	}
	for (size_t k = 0; k < good->len; k++)
		good->points[k] = trials->points + held[k] * n;
}

static size_t
how_many_are_good(const struct tpe_trials *trials)
{
	size_t told = 0, good;

	for (size_t i = 0; i < trials->len; i++)
		told += !isnan(trials->values[i]);
	good = (size_t)ceil(TPE_GOOD * (double)told);
	return good > TPE_GOOD_MOST ? TPE_GOOD_MOST : good;
}

void
tpe_suggest(
    const struct axes *axes, const struct tpe_trials *trials, struct dice *dice, double *point)
{
	struct mixture good, bad;
	double best = -INFINITY, *x = xcalloc(axes->len, sizeof(*x));
	size_t most = how_many_are_good(trials);

	mixture_init(&good, axes, most);
	mixture_init(&bad, axes, trials->len);
	part(trials, most, &good, &bad);
	raise_peaks(&good);
	raise_peaks(&bad);
	for (int i = 0; i < TPE_CANDIDATES; i++) {
		double gain;

		draw(&good, dice, x);
		gain = density_at(&good, x, INFINITY);
		gain -= density_at(&bad, x, gain - best);
		if (gain <= best)
			continue;
		best = gain;
		for (size_t d = 0; d < axes->len; d++)
			point[d] = x[d];
	}
	free(x);
	mixture_clear(&good);
	mixture_clear(&bad);
}
