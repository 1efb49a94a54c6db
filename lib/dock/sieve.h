/* SPDX-License-Identifier: MIT */
/*
 * sieve: which results are wanted, by criteria and by other campaigns, before they are ranked.
 *
 * A criterion's name is looked for in the pose of a result (affinity,
 * cnn_score, ligand_efficiency, intra, and what cli/measure adds: rmsd,
 * clashes, contacts, outside, strain), then in the result (mw, label,
 * tags.pIC50), then in its ligand (name, parent, state).
 *
 * Scores and properties of most results are seen in their text, without making
 * values of it (base/scan.h), as dock/glance.h does for the ranking.
 */
#ifndef DOCK_SIEVE_H
#define DOCK_SIEVE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "dock/score.h"

struct criterion;
struct err;
struct roll;
struct sieve;

/* by: the score results are ranked by (NULL: score_default's). any_pose: a result keeps the poses
 * that fit, and the best of them is chosen; else its one pose (score_pose) must fit. */
struct sieve *sieve_new(const struct score *by, bool any_pose);
void sieve_free(struct sieve *sieve);

/* "rmsd<2" (dock/criterion.h). -1 with ERR_USAGE. */
int sieve_add(struct sieve *sieve, const char *text, struct err *err);

/* Only molecules that are on this roll, or that are not; it is the sieve's. */
void sieve_roll(struct sieve *sieve, struct roll *roll, bool there);

/* The i-th criterion, NULL behind the last. */
const struct criterion *sieve_criterion(const struct sieve *sieve, size_t i);

/* Is there nothing to ask? */
bool sieve_is_open(const struct sieve *sieve);
bool sieve_any_pose(const struct sieve *sieve);

/* A line of JSON lines. SIEVE_UNSURE: it takes the record to tell. */
enum { SIEVE_OUT, SIEVE_IN, SIEVE_UNSURE };
int sieve_line(struct sieve *sieve, const char *text, size_t len);

/* A result before it is measured: 0, or 1: what is known so far fits. Then sieve_result. */
int sieve_early(struct sieve *sieve, const json_t *result);

/* A result that was measured: 0, or 1; then with any_pose `chosen` is set in it. */
int sieve_result(struct sieve *sieve, json_t *result);

/* Results that were asked for what the i-th criterion names and have it, and that lack it. */
size_t sieve_had(const struct sieve *sieve, size_t i);
size_t sieve_lacked(const struct sieve *sieve, size_t i);

/* What a name means for a pose of a result, borrowed, or NULL. */
const json_t *sieve_look(const json_t *result, const json_t *row, const char *name);

#endif
