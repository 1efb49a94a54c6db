/* SPDX-License-Identifier: MIT */
/* consensus: one order out of several standings. */
#include "dock/consensus.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "dock/standing.h"

const char *const consensus_names[CONSENSUS_METHODS] = { "rank", "ecr", "zscore" };

/* What a standing adds to the value of a molecule. */
struct part {
	const struct standing *standing;
	size_t n;
	double sigma, mean, deviation, worst;
	bool higher;
};

static struct part
make_part(const struct standing *s, size_t n, double sigma)
{
	struct part p = { .standing = s, .n = n, .sigma = sigma > 0 ? sigma : 0.05 * (double)n };

	standing_moments(s, &p.mean, &p.deviation);
	p.higher = standing_by(s)->higher;
	p.worst = standing_row(s, n - 1)->value;
	return p;
}

static double
value_of(const struct part *p, const struct standing_row *row, enum consensus_method method)
{
	double rank = row ? row->rank : (double)p->n + 1, value = row ? row->value : p->worst, z;

	switch (method) {
	case CONSENSUS_RANK:
		return rank;
	case CONSENSUS_ECR:
		return exp(-rank / p->sigma) / p->sigma;
	default:
		z = p->deviation > 0 ? (value - p->mean) / p->deviation : 0;
		return p->higher ? z : -z;
	}
}

/* The molecule of a row of the k-th standing; false when an earlier one has it: it was counted. */
static bool
count(const struct part *parts, size_t n, size_t k, const char *name, enum consensus_method method,
    struct consensus_row *out)
{
	*out = (struct consensus_row){ .name = name };
	for (size_t i = 0; i < n; i++) {
		const struct standing_row *row = standing_find(parts[i].standing, name);

		if (row && i < k)
			return false;
		out->missing += !row;
		out->value += value_of(&parts[i], row, method);
	}
	if (method != CONSENSUS_ECR)
		out->value /= (double)n;
	return true;
}

static int
compare_rows(const void *a, const void *b, void *method)
{
	const struct consensus_row *one = a, *two = b;
	int order = (one->value > two->value) - (one->value < two->value);

	if (*(enum consensus_method *)method != CONSENSUS_RANK)
		order = -order;
	return order ? order : strcmp(one->name, two->name);
}

void
consensus_make(struct standing *const *standings, size_t n, enum consensus_method method,
    double sigma, bool worst, struct consensus_rows *out, struct consensus_rows *missing)
{
	struct part *parts = xcalloc(n, sizeof(*parts));
	struct consensus_row row;
	size_t used = 0;

	for (size_t i = 0; i < n; i++) {
		size_t len = standing_finish(standings[i]);

		if (len > 0)
			parts[used++] = make_part(standings[i], len, sigma);
	}
	for (size_t k = 0; k < used; k++)
		for (size_t i = 0; i < parts[k].n; i++) {
			const char *name = standing_row(parts[k].standing, i)->name;

			if (!count(parts, used, k, name, method, &row))
				continue;
			if (row.missing > 0 && !worst)
				vec_add(missing, row);
			else
				vec_add(out, row);
		}
	if (out->len > 0)
		qsort_r(out->at, out->len, sizeof(*out->at), compare_rows, &method);
	free(parts);
}

/* Ranks of the rows of `of` that `other` has too, among themselves, ties averaged, by index; NAN
 * for the rest. */
static void
shared_ranks(const struct standing *of, size_t n, const struct standing *other, double *ranks)
{
	size_t before = 0;

	for (size_t i = 0, end; i < n; i = end) {
		size_t tied = 0;

		for (end = i; end < n && standing_row(of, end)->value == standing_row(of, i)->value;
		     end++) {
			bool shared = standing_find(other, standing_row(of, end)->name) != NULL;

			ranks[end] = shared ? 0 : NAN;
			tied += shared;
		}
		for (size_t k = i; k < end; k++)
			ranks[k] += (double)before + (double)(tied + 1) / 2;
		before += tied;
	}
}

static double
correlation(const double *x, const double *y, size_t n)
{
	double sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0;

	for (size_t i = 0; i < n; i++) {
		sx += x[i];
		sy += y[i];
	}
	for (size_t i = 0; i < n; i++) {
		double dx = x[i] - sx / (double)n, dy = y[i] - sy / (double)n;

		sxx += dx * dx;
		syy += dy * dy;
		sxy += dx * dy;
	}
	return sxx > 0 && syy > 0 ? sxy / sqrt(sxx * syy) : NAN;
}

static size_t
size_of(const struct standing *s)
{
	size_t n = 0;

	while (standing_row(s, n))
		n++;
	return n;
}

double
consensus_spearman(const struct standing *a, const struct standing *b)
{
	size_t na = size_of(a), nb = size_of(b), n = 0;
	double *ra = xcalloc(na + 1, sizeof(*ra)), *rb = xcalloc(nb + 1, sizeof(*rb));
	double *x = xcalloc(na + 1, sizeof(*x)), *y = xcalloc(na + 1, sizeof(*y)), r;

	shared_ranks(a, na, b, ra);
	shared_ranks(b, nb, a, rb);
	for (size_t i = 0; i < na; i++) {
		const struct standing_row *other;

		if (isnan(ra[i]))
			continue;
		other = standing_find(b, standing_row(a, i)->name);
		x[n] = ra[i];
		y[n++] = rb[other - standing_row(b, 0)];
	}
	r = n > 1 ? correlation(x, y, n) : NAN;
	free(ra);
	free(rb);
	free(x);
	free(y);
	return r;
}
