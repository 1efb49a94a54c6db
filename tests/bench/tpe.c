/* SPDX-License-Identifier: MIT */
/*
 * tpe: does the estimator find better points than chance?
 *
 * usage: tpe [SEEDS [TRIALS [PARALLEL]]]
 * Searches Branin, Hartmann-6 and Rosenbrock-5 with each seed, by random points and by the
 * estimator, PARALLEL (1) trials open at a time, and compares the best of both after 60 % and all
 * of TRIALS (100): medians, and the one-sided rank-sum test (Wilcoxon, Mann and Whitney; normal
 * approximation). Ends 1 when p is not below 0.01 somewhere.
 */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "plan/axis.h"
#include "plan/dice.h"
#include "plan/sampler.h"
#include "plan/tpe.h"

enum { AXES_MOST = 6, SEEDS_MOST = 1000, STAGES = 2 };

static int seeds = 20, trials = 100, parallel = 1;

/* ---- functions, of places; the smaller the better ---- */

/* Branin: x in -5..10, y in 0..15; least 0.397887. */
static double
branin(const double *place)
{
	double x = 15 * place[0] - 5, y = 15 * place[1];
	double valley = y - 5.1 / (4 * M_PI * M_PI) * x * x + 5 / M_PI * x - 6;

	return valley * valley + 10 * (1 - 1 / (8 * M_PI)) * cos(x) + 10;
}

/* Hartmann, six axes of 0..1; least -3.32237. */
static double
hartmann(const double *x)
{
	static const double height[4] = { 1, 1.2, 3, 3.2 };
	static const double steep[4][6] = {
		{ 10, 3, 17, 3.5, 1.7, 8 },
		{ 0.05, 10, 17, 0.1, 8, 14 },
		{ 3, 3.5, 1.7, 10, 17, 8 },
		{ 17, 8, 0.05, 10, 0.1, 14 },
	};
	static const double middle[4][6] = {
		{ 0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886 },
		{ 0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991 },
		{ 0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650 },
		{ 0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381 },
	};
	double sum = 0;

	for (int i = 0; i < 4; i++) {
		double away = 0;

		for (int d = 0; d < 6; d++)
			away += steep[i][d] * (x[d] - middle[i][d]) * (x[d] - middle[i][d]);
		sum -= height[i] * exp(-away);
	}
	return sum;
}

/* Rosenbrock, five axes of -5..10; least 0. */
static double
rosenbrock(const double *place)
{
	double sum = 0;

	for (int d = 0; d < 4; d++) {
		double x = 15 * place[d] - 5, y = 15 * place[d + 1] - 5;

		sum += 100 * (y - x * x) * (y - x * x) + (1 - x) * (1 - x);
	}
	return sum;
}

static const struct {
	const char *name;
	double (*at)(const double *place);
	size_t axes;
} functions[] = {
	{ "Branin", branin, 2 },
	{ "Hartmann-6", hartmann, 6 },
	{ "Rosenbrock-5", rosenbrock, 5 },
};

/* ---- searches ---- */

static void
choose(const struct axes *axes, int seed, const struct tpe_trials *known, double *point)
{
	struct dice dice;

	if (known->len < TPE_STARTUP) {
		sampler_lhs(axes, (uint64_t)seed, TPE_STARTUP, known->len, point);
		return;
	}
	dice_init(&dice, (uint64_t)seed, known->len + 1);
	tpe_suggest(axes, known, &dice, point);
}

/* The best after each stage. */
static void
search(size_t f, int seed, bool learn, double best[STAGES])
{
	struct axis at[AXES_MOST] = { { 0 } };
	struct axes axes = { at, functions[f].axes };
	double *points = xcalloc((size_t)trials * axes.len, sizeof(*points));
	double *values = xcalloc((size_t)trials, sizeof(*values)), least = INFINITY;
	int told = 0;

	for (size_t d = 0; d < axes.len; d++)
		at[d].max = 1;
	for (int i = 0; i < trials; i++) {
		double *point = points + (size_t)i * axes.len;
		struct tpe_trials known = { points, values, (size_t)i };

		if (learn)
			choose(&axes, seed, &known, point);
		else
			sampler_random(&axes, (uint64_t)seed, (uint64_t)i, point);
		values[i] = NAN;
		least = fmin(least, functions[f].at(point));
		for (; i - told + 1 >= parallel && told <= i; told++)
			values[told] = functions[f].at(points + (size_t)told * axes.len);
		if (i + 1 == trials * 6 / 10)
			best[0] = least;
	}
	best[1] = least;
	free(points);
	free(values);
}

/* ---- statistics ---- */

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *values, int n)
{
	qsort(values, (size_t)n, sizeof(*values), compare);
	return (values[(n - 1) / 2] + values[n / 2]) / 2;
}

/* How likely the ranks of a are so low when both are alike. */
static double
rank_sum(const double *a, const double *b, int n)
{
	double below = 0, mean = n * n / 2.0, deviation = sqrt(n * n * (2 * n + 1) / 12.0);

	for (int i = 0; i < n; i++)
		for (int k = 0; k < n; k++)
			below += a[i] < b[k] ? 1 : a[i] == b[k] ? 0.5 : 0;
	return 0.5 * erfc((below - mean - 0.5) / deviation / M_SQRT2);
}

/* True: better than chance. */
static bool
judge(size_t f)
{
	static double best[STAGES][2][SEEDS_MOST];
	bool good = true;

	for (int seed = 1; seed <= seeds; seed++) {
		for (int learn = 0; learn < 2; learn++) {
			double found[STAGES];

			search(f, seed, learn, found);
			for (int stage = 0; stage < STAGES; stage++)
				best[stage][learn][seed - 1] = found[stage];
		}
	}
	for (int stage = 0; stage < STAGES; stage++) {
		double p = rank_sum(best[stage][1], best[stage][0], seeds);

		printf("%-14s %6d %12.4g %12.4g %10.2g\n", functions[f].name,
		    stage ? trials : trials * 6 / 10, median(best[stage][0], seeds),
		    median(best[stage][1], seeds), p);
		good = good && p < 0.01;
	}
	return good;
}

static int
argument(int argc, char **argv, int i, int absent, int most)
{
	long n = i < argc ? strtol(argv[i], NULL, 10) : absent;

	return n < 1 || n > most ? absent : (int)n;
}

int
main(int argc, char **argv)
{
	bool good = true;

	seeds = argument(argc, argv, 1, seeds, SEEDS_MOST);
	trials = argument(argc, argv, 2, trials, 100000);
	parallel = argument(argc, argv, 3, parallel, trials);
	printf("tpe: the median of the best of %d seeds, %d open at a time\n", seeds, parallel);
	printf("%-14s %6s %12s %12s %10s\n", "", "trials", "random", "tpe", "p");
	for (size_t f = 0; f < sizeof(functions) / sizeof(*functions); f++)
		good = judge(f) && good;
	printf("aims for p < 0.01 everywhere: %s\n", good ? "yes" : "no");
	return good ? 0 : 1;
}
