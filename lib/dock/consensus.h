/* SPDX-License-Identifier: MIT */
/*
 * consensus: one order out of several standings.
 *
 *	rank	mean of the ranks; lower is better
 *	ecr	exponential consensus ranking (Palacio-Rodríguez, Lans, Cavasotto and Cossio,
 *		Scientific Reports 9, 5142, 2019): the sum of exp(-rank / sigma) / sigma;
 *		higher is better. sigma is 5 % of the molecules unless it is given
 *	zscore	mean of (value - mean) / deviation, turned so that higher is better
 *
 * Every score counts in its own direction. A molecule that a standing lacks is
 * left out, or stands behind all others there: never a mean over fewer.
 */
#ifndef DOCK_CONSENSUS_H
#define DOCK_CONSENSUS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/vec.h"

struct standing;

enum consensus_method {
	CONSENSUS_RANK,
	CONSENSUS_ECR,
	CONSENSUS_ZSCORE,
	CONSENSUS_METHODS,
};
extern const char *const consensus_names[CONSENSUS_METHODS];

struct consensus_row {
	const char *name; /* of a standing's row */
	double value;
	size_t missing; /* standings that lack it */
};

struct consensus_rows {
	struct consensus_row *at;
	size_t len, room;
};

/* The molecules in their order, ties by name; those that a standing lacks are left out of out, and
 * into missing, unless worst. sigma 0: 5 %. Clear both with vec_clear. */
void consensus_make(struct standing *const *standings, size_t n, enum consensus_method method,
    double sigma, bool worst, struct consensus_rows *out, struct consensus_rows *missing);

/* Spearman's rank correlation of the molecules that two standings share, with ranks among these
 * alone; NAN for fewer than two, or where one ranks all alike. */
double consensus_spearman(const struct standing *a, const struct standing *b);

#endif
