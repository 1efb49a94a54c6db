/* SPDX-License-Identifier: MIT */
/* prune: is a trial worth going on with? */
#include "plan/prune.h"

#include <stdlib.h>

#include "plan/sweep.h"

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *values, size_t n)
{
	qsort(values, n, sizeof(*values), compare);
	return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

bool
prune_is_due(const struct sweep *sweep, int64_t step, double best, double *others, size_t n)
{
	const struct sweep_pruner *p = &sweep->pruner;

	if (!p->on || step < p->warmup || n == 0 || (int64_t)n < p->startup)
		return false;
	return sweep_is_better(sweep, median(others, n), best);
}
