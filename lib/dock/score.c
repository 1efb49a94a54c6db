/* SPDX-License-Identifier: MIT */
/* score: what engines call their scores, which direction is better, and where they stand. */
#include "dock/score.h"

#include <assert.h>
#include <string.h>

#include "base/strtab.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* The names, and the rest of each row in the same order. */
static const char *const names[] = { "affinity", "cnn_score", "cnn_affinity", "cnn_vs",
	"ligand_efficiency" };

static const struct score scores[] = {
	{ "affinity", "kcal/mol", false },
	{ "cnn_score", "", true },
	{ "cnn_affinity", "pK", true },
	{ "cnn_vs", "", true },
	{ "ligand_efficiency", "kcal/mol", false },
};

static_assert(COUNT(names) == COUNT(scores), "a name for every score");

const struct score *
score_find(const char *name)
{
	int i = strtab_find(names, COUNT(names), name);

	return i < 0 ? NULL : &scores[i];
}

const struct score *
score_at(size_t i)
{
	return i < COUNT(scores) ? &scores[i] : NULL;
}

char *
score_list(void)
{
	return strtab_list(names, COUNT(names));
}

const struct score *
score_default(const json_t *result)
{
	static const char *const order[] = { "cnn_vs", "cnn_affinity" };
	const char *engine = json_string_value(json_object_get(result, "engine"));
	double value;

	if (engine && strcmp(engine, "gnina") == 0)
		for (size_t i = 0; i < COUNT(order); i++)
			if (score_get(score_find(order[i]), result, &value, NULL))
				return score_find(order[i]);
	return score_find("affinity");
}

/* The best of the poses, for results whose `best` lacks the score. */
static int
best_pose(const struct score *score, const json_t *poses, double *value, int *pose)
{
	int found = 0;
	size_t i;
	json_t *row;

	json_array_foreach((json_t *)poses, i, row) {
		const json_t *is = json_object_get(row, score->name);
		const json_t *rank = json_object_get(row, "rank");

		if (!json_is_number(is))
			continue;
		if (found && score_compare(score, json_number_value(is), *value) >= 0)
			continue;
		found = 1;
		*value = json_number_value(is);
		if (pose)
			*pose = json_is_integer(rank) ? (int)json_integer_value(rank) : (int)i + 1;
	}
	return found;
}

int
score_get(const struct score *score, const json_t *result, double *value, int *pose)
{
	const json_t *best = json_object_get(json_object_get(result, "best"), score->name);
	const json_t *number = json_object_get(best, "value");
	const json_t *rank = json_object_get(best, "pose");

	if (!json_is_number(number))
		return best_pose(score, json_object_get(result, "poses"), value, pose);
	*value = json_number_value(number);
	if (pose)
		*pose = json_is_integer(rank) ? (int)json_integer_value(rank) : 1;
	return 1;
}

int
score_compare(const struct score *score, double a, double b)
{
	int order = (a > b) - (a < b);

	return score->higher ? -order : order;
}
