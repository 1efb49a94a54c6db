/* SPDX-License-Identifier: MIT */
/*
 * score: what engines call their scores, which direction is better, and where they stand.
 *
 * A result carries `best`: {score: {"value", "pose"}}, each in its own
 * direction, and the same scores as members of each of `poses`. Engines' own
 * names: minimizedAffinity is affinity, CNNscore cnn_score, CNNaffinity
 * cnn_affinity, CNN_VS cnn_vs. ligand_efficiency is affinity by heavy atom.
 *
 * What poses are judged by (their distance to a reference, clashes, strain) has
 * a direction as well, but is no aim of an engine: of a result it is that of its
 * pose, the one its score is best for. A result may carry `chosen`: {"pose"},
 * which is its pose then, for every score.
 */
#ifndef DOCK_SCORE_H
#define DOCK_SCORE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct err;

struct score {
	const char *name;
	const char *unit; /* "" where there is none */
	bool higher;      /* higher is better */
	bool judged;      /* it judges poses: no score of an engine */
};

/* The row of a name, "efficiency" for short; NULL when there is none. */
const struct score *score_find(const char *name);

/* The i-th score of engines, NULL behind the last. */
const struct score *score_at(size_t i);

/* The same of all, judged ones too. */
const struct score *score_any(size_t i);

/* All names joined by ", ". The caller frees. */
char *score_list(void);

/* What a result is ranked by when nobody says: affinity, but for gnina cnn_vs where it is present,
 * else cnn_affinity (gnina writes cnn_vs only for some formats; without networks it has neither,
 * and is ranked by affinity). */
const struct score *score_default(const json_t *result);

/* The pose of a result: the chosen one, else the one that this score of an engine is best for; of
 * another (or NULL) that of score_default. From 1. */
int score_pose(const json_t *result, const struct score *by);
/* The row of a pose, borrowed, or NULL. */
const json_t *score_row(const json_t *result, int pose);

/* The best value of a result and the rank of its pose: from `best`, or the best of `poses` where
 * `best` lacks it; where a pose is chosen, or judged, that of the pose. 1, or 0 when the result has
 * no such score; *pose may be NULL. */
int score_get(const struct score *score, const json_t *result, double *value, int *pose);

/* Below 0 when a is better than b, above 0 when worse. */
int score_compare(const struct score *score, double a, double b);

#endif
