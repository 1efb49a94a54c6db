/* SPDX-License-Identifier: MIT */
/* score: what engines call their scores, which direction is better, and where they stand. */
#include "dock/score.h"

#include <assert.h>
#include <string.h>

#include "base/strtab.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* The names, and the rest of each row in the same order. */
static const char *const names[] = { "affinity", "cnn_score", "cnn_affinity", "cnn_vs",
	"ligand_efficiency", "clashes", "contacts", "intra", "outside", "rmsd", "strain" };

static const struct score scores[] = {
	{ "affinity", "kcal/mol", false, false },
	{ "cnn_score", "", true, false },
	{ "cnn_affinity", "pK", true, false },
	{ "cnn_vs", "", true, false },
	{ "ligand_efficiency", "kcal/mol", false, false },
	{ "clashes", "", false, true },
	{ "contacts", "", true, true },
	{ "intra", "kcal/mol", false, true },
	{ "outside", "Å", false, true },
	{ "rmsd", "Å", false, true },
	{ "strain", "kcal/mol", false, true },
};

static_assert(COUNT(names) == COUNT(scores), "a name for every score");

const struct score *
score_find(const char *name)
{
	int i;

	if (strcmp(name, "efficiency") == 0)
		name = "ligand_efficiency";
	i = strtab_find(names, COUNT(names), name);
	return i < 0 ? NULL : &scores[i];
}

const struct score *
score_at(size_t i)
{
	return i < COUNT(scores) && !scores[i].judged ? &scores[i] : NULL;
}

const struct score *
score_any(size_t i)
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

const json_t *
score_row(const json_t *result, int pose)
{
	size_t i;
	json_t *row;

	json_array_foreach(json_object_get(result, "poses"), i, row) {
		const json_t *rank = json_object_get(row, "rank");

		if ((json_is_integer(rank) ? json_integer_value(rank) : (int)i + 1) == pose)
			return row;
	}
	return NULL;
}

int
score_pose(const json_t *result, const struct score *by)
{
	const json_t *chosen = json_object_get(json_object_get(result, "chosen"), "pose");
	double value;
	int pose = 1;

	if (json_is_integer(chosen))
		return (int)json_integer_value(chosen);
	score_get(by && !by->judged ? by : score_default(result), result, &value, &pose);
	return pose;
}

/* The value at one pose; of a list its length. */
static int
value_at(const struct score *score, const json_t *row, double *value)
{
	const json_t *is = json_object_get(row, score->name);

	if (json_is_array(is))
		*value = (double)json_array_size(is);
	else if (json_is_number(is))
		*value = json_number_value(is);
	else
		return 0;
	return 1;
}

int
score_get(const struct score *score, const json_t *result, double *value, int *pose)
{
	bool one = score->judged || json_object_get(result, "chosen");
	int at = one ? score_pose(result, NULL) : 0;
	const json_t *best = json_object_get(json_object_get(result, "best"), score->name);
	const json_t *number = json_object_get(best, "value");
	const json_t *rank = json_object_get(best, "pose");

	if (one && pose)
		*pose = at;
	if (one)
		return value_at(score, score_row(result, at), value);
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
