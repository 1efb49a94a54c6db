/* SPDX-License-Identifier: MIT */
/* sieve: which results are wanted, by criteria and by other campaigns, before they are ranked. */
#include "dock/sieve.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "dock/roll.h"
#include "dock/sieve_parts.h"

struct sieve *
sieve_new(const struct score *by, bool any_pose)
{
	struct sieve *s = xcalloc(1, sizeof(*s));

	s->by = by;
	s->any_pose = any_pose;
	return s;
}

void
sieve_free(struct sieve *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->rules.len; i++)
		criterion_clear(&s->rules.at[i].criterion);
	for (size_t i = 0; i < s->rolls.len; i++)
		roll_free(s->rolls.at[i].roll);
	for (size_t i = 0; i < s->pointers.len; i++)
		free(s->pointers.at[i]);
	for (size_t i = 0; i < s->row_pointers.len; i++)
		free(s->row_pointers.at[i]);
	vec_clear(&s->rules);
	vec_clear(&s->rolls);
	vec_clear(&s->pointers);
	vec_clear(&s->row_pointers);
	scan_free(s->line);
	scan_free(s->row);
	free(s->found);
	free(s->cells);
	free(s);
}

int
sieve_add(struct sieve *s, const char *text, struct err *err)
{
	struct rule rule = { 0 };
	int rc = criterion_parse(&rule.criterion, text, err);
	const struct score *score = rc == 0 ? score_find(rule.criterion.name) : NULL;

	if (score) { /* by its whole name */
		free(rule.criterion.name);
		rule.criterion.name = xstrdup(score->name);
		rule.measured = score->judged && strcmp(score->name, "intra") != 0;
	}
	vec_add(&s->rules, rule);
	return rc;
}

void
sieve_roll(struct sieve *s, struct roll *roll, bool there)
{
	struct guest_list list = { roll, there };

	vec_add(&s->rolls, list);
}

const struct criterion *
sieve_criterion(const struct sieve *s, size_t i)
{
	return i < s->rules.len ? &s->rules.at[i].criterion : NULL;
}

bool
sieve_is_open(const struct sieve *s)
{
	return s->rules.len == 0 && s->rolls.len == 0;
}

bool
sieve_any_pose(const struct sieve *s)
{
	return s->any_pose;
}

bool
rule_fits(const struct sieve *s, struct rule *rule, const struct operand *operand)
{
	if (rule->counted != s->results) {
		*(operand->kind == OPERAND_NONE ? &rule->lacked : &rule->had) += 1;
		rule->counted = s->results;
	}
	return criterion_fits(&rule->criterion, operand);
}

bool
sieve_on_rolls(const struct sieve *s, const struct scan_found *key, const struct scan_found *sha256)
{
	for (size_t i = 0; i < s->rolls.len; i++)
		if (roll_has(s->rolls.at[i].roll, key, sha256) != s->rolls.at[i].there)
			return false;
	return true;
}

/* A member by a name with dots. */
static const json_t *
member(const json_t *object, const char *name)
{
	const json_t *at = object;
	char *copy, *rest, *part;

	if (!strchr(name, '.'))
		return json_object_get(object, name);
	rest = copy = xstrdup(name);
	while (at && (part = strsep(&rest, ".")))
		at = json_object_get(at, part);
	free(copy);
	return at;
}

const json_t *
sieve_look(const json_t *result, const json_t *row, const char *name)
{
	const json_t *found = member(row, name);

	if (!found)
		found = member(result, name);
	return found ? found : member(json_object_get(result, "ligand"), name);
}

/* Does a pose fit the criteria of what is measured, or those of the rest? */
static bool
row_fits(struct sieve *s, const json_t *result, const json_t *row, bool measured)
{
	for (size_t i = 0; i < s->rules.len; i++) {
		struct rule *rule = &s->rules.at[i];
		struct operand operand;

		if (rule->measured != measured)
			continue;
		operand = operand_of(sieve_look(result, row, rule->criterion.name));
		if (!rule_fits(s, rule, &operand))
			return false;
	}
	return true;
}

static bool
is_there(const struct sieve *s, const json_t *result)
{
	const char *key = json_string_value(json_object_get(result, "inchikey"));
	const char *sha256 = json_string_value(
	    json_object_get(json_object_get(result, "ligand"), "sha256"));
	struct scan_found k = { key, key ? strlen(key) : 0 };
	struct scan_found h = { sha256, sha256 ? strlen(sha256) : 0 };

	return sieve_on_rolls(s, &k, &h);
}

/* How many poses can be chosen: those whose atoms were kept. */
static size_t
choices(const json_t *result)
{
	const json_t *file = json_object_get(json_object_get(result, "files"), "poses");
	const json_t *models = json_object_get(file, "models");
	size_t n = json_array_size(json_object_get(result, "poses"));

	if (!json_is_integer(models) || (size_t)json_integer_value(models) > n)
		return n;
	return (size_t)json_integer_value(models);
}

/* Of the poses that fit the one that is best by the score; 0: none does. */
static int
choose(struct sieve *s, const json_t *result)
{
	const struct score *by = s->by ? s->by : score_default(result);
	const json_t *rows = json_object_get(result, "poses"), *row;
	struct operand best = { 0 };
	int pose = 0;

	for (size_t i = 0; i < choices(result); i++) {
		struct operand is;

		row = json_array_get(rows, i);
		is = operand_of(json_object_get(row, by->name));
		if (!row_fits(s, result, row, false) || !row_fits(s, result, row, true))
			continue;
		if (is.kind == OPERAND_LIST)
			is.number = (double)json_array_size(is.list);
		if (is.kind == OPERAND_NONE ||
		    (pose > 0 && score_compare(by, is.number, best.number) >= 0))
			continue;
		best = is;
		pose = (int)i + 1;
	}
	row = json_array_get(rows, (size_t)pose - 1);
	if (pose > 0 && json_is_integer(json_object_get(row, "rank")))
		pose = (int)json_integer_value(json_object_get(row, "rank"));
	return pose;
}

int
sieve_early(struct sieve *s, const json_t *result)
{
	const json_t *rows = json_object_get(result, "poses");

	s->results++;
	if (!is_there(s, result))
		return 0;
	if (!s->any_pose)
		return row_fits(s, result, score_row(result, score_pose(result, s->by)), false);
	for (size_t i = 0; i < choices(result); i++)
		if (row_fits(s, result, json_array_get(rows, i), false))
			return 1;
	return 0;
}

int
sieve_result(struct sieve *s, json_t *result)
{
	int pose;

	if (!s->any_pose)
		return row_fits(s, result, score_row(result, score_pose(result, s->by)), true);
	pose = choose(s, result);
	if (pose > 0)
		json_object_set_new(result, "chosen", json_pack("{s:i}", "pose", pose));
	return pose > 0;
}

size_t
sieve_had(const struct sieve *s, size_t i)
{
	return s->rules.at[i].had;
}

size_t
sieve_lacked(const struct sieve *s, size_t i)
{
	return s->rules.at[i].lacked;
}
