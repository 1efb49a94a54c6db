/* SPDX-License-Identifier: MIT */
/*
 * standing: where the molecules of one campaign stand: each once, at its best, with its rank.
 *
 * Two standings are compared, several make a consensus. Ties share the mean of
 * their ranks, and of equal states one is kept by key, then state, then pose,
 * then the bytes of the record: the order of arrival does not matter.
 */
#ifndef DOCK_STANDING_H
#define DOCK_STANDING_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/spool.h"
#include "base/vec.h"
#include "dock/score.h"

struct err;
struct standing;

struct standing_row {
	char *key;                /* of the record; the other names are in the same allocation */
	const char *state, *name; /* of the parent */
	double value;
	int pose;
	double rank; /* from 1; of equals the mean */
	struct piece piece;
};

/* by NULL: score_default of the first result; mixed: results may differ in how they were made. The
 * spool (NULL: none) keeps the records, and must live as long. */
struct standing *standing_new(const struct score *by, bool mixed, struct spool *spool);
void standing_free(struct standing *standing);

/* As rank_add; there are no limits, so never 0. */
int standing_add(
    struct standing *standing, const json_t *record, const json_t *result, struct err *err);

/* After the last record: how many molecules there are. Rows are then in order, the best first. May
 * be called again. */
size_t standing_finish(struct standing *standing);
/* The i-th row, NULL behind the last. */
const struct standing_row *standing_row(const struct standing *standing, size_t i);
/* The row of a name, or NULL. */
const struct standing_row *standing_find(const struct standing *standing, const char *name);
/* NULL before the first record when none was given. */
const struct score *standing_by(const struct standing *standing);

/* Mean and standard deviation (of the population) of the values. */
void standing_moments(const struct standing *standing, double *mean, double *deviation);

#endif
