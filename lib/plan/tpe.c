/* SPDX-License-Identifier: MIT */
/* tpe: the point that a Tree-structured Parzen Estimator would try next. */
#include "plan/tpe.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "plan/axis.h"
#include "plan/dice.h"

#define NEGLIGIBLE 40.0 /* exp(-40) more or less is no difference */

/* A mixture of kernels around points, and one that is uniform. Densities are against the uniform
 * one, so that its logarithm is 0, and that of an axis which is not in force is too. */
struct mixture {
	const struct axes *axes;
	const double **points; /* borrowed */
	size_t len;
	double *peaks;  /* by point and axis: logarithm of the density at the point itself */
	double *widths; /* by axis: of its normal distributions */
	double *others; /* by axis: logarithm of the density of any other category */
};

static bool
is_category(const struct axes *axes, size_t axis)
{
	return axes->at[axis].kind == AXIS_CATEGORICAL;
}

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

/* The normal distribution is cut off at 0 and 1: what is left of it makes 1 again. */
static double
normal_peak(double mean, double width)
{
	double scale = 1 / (width * M_SQRT2);
	double inside = 0.5 * (erf((1 - mean) * scale) + erf(mean * scale));

	return -log(width * sqrt(2 * M_PI) * inside);
}

static void
raise_peaks(struct mixture *m)
{
	size_t n = m->axes->len;

	for (size_t d = 0; d < n && m->len > 0; d++) {
		bool category = is_category(m->axes, d);

		m->widths[d] = width_of(m, d);
		m->others[d] = category ? category_peak(m, d, false) : 0;
		for (size_t i = 0; i < m->len; i++)
			m->peaks[i * n + d] = category ? category_peak(m, d, true)
						       : normal_peak(m->points[i][d], m->widths[d]);
	}
}

static void
mixture_init(struct mixture *m, const struct axes *axes, size_t most)
{
	*m = (struct mixture){ .axes = axes,
		.points = xcalloc(most + 1, sizeof(*m->points)),
		.peaks = xcalloc((most + 1) * axes->len, sizeof(*m->peaks)),
		.widths = xcalloc(axes->len, sizeof(*m->widths)),
		.others = xcalloc(axes->len, sizeof(*m->others)) };
}

static void
mixture_clear(struct mixture *m)
{
	free(m->points);
	free(m->peaks);
	free(m->widths);
	free(m->others);
}

/* ---- densities ---- */

/* The logarithm of a kernel at x. */
static double
kernel_at(const struct mixture *m, size_t kernel, const double *x)
{
	const double *point = m->points[kernel], *peaks = m->peaks + kernel * m->axes->len;
	double sum = 0;

	for (size_t d = 0; d < m->axes->len; d++) {
		double away = x[d] - point[d];

		if (isnan(away)) /* not in force here or there */
			continue;
		if (!is_category(m->axes, d))
			sum += peaks[d] - 0.5 * (away / m->widths[d]) * (away / m->widths[d]);
		else
			sum += away == 0 ? peaks[d] : m->others[d];
	}
	return sum;
}

/* The logarithm of the mixture at x. */
static double
density_at(const struct mixture *m, const double *x)
{
	double greatest = 0, sum = 1; /* of the uniform kernel */

	for (size_t i = 0; i < m->len; i++) {
		double log_kernel = kernel_at(m, i, x);

		if (log_kernel > greatest) {
			sum = sum * exp(greatest - log_kernel) + 1;
			greatest = log_kernel;
		} else if (log_kernel > greatest - NEGLIGIBLE) {
			sum += exp(log_kernel - greatest);
		}
	}
	return greatest + log(sum) - log((double)m->len + 1);
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
draw_category(const struct mixture *m, size_t axis, double own, struct dice *dice)
{
	double each = exp(m->others[axis]); /* the share of a category, times how many there are */

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
		else if (is_category(m->axes, d))
			x[d] = draw_category(m, d, point[d], dice);
		else
			x[d] = draw_normal(point[d], m->widths[d], dice);
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
		gain = density_at(&good, x) - density_at(&bad, x);
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
