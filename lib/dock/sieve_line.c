/* SPDX-License-Identifier: MIT */
/*
 * sieve_line: the sieve for a line of text, of which no values are made.
 *
 * A line is scanned for every place where a criterion's name may stand; the
 * poses are then one text, of which the rows are scanned until that of the pose
 * comes. What is not there as a plain number or text takes the record.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "dock/sieve.h"
#include "dock/sieve_parts.h"

/* The number of a pointer made of these parts, its dots slashes; each stands there once. */
static size_t
want(struct pointers *all, const char *prefix, const char *name)
{
	char *pointer = xasprintf("%s/%s", prefix, name);
	size_t i = 0;

	for (char *at = pointer + strlen(prefix); (at = strchr(at, '.')); at++)
		*at = '/';
	while (i < all->len && strcmp(all->at[i], pointer) != 0)
		i++;
	if (i < all->len)
		free(pointer);
	else
		vec_add(all, pointer);
	return i;
}

/* The score whose pose is the one of a result of this engine. */
static const char *
default_score(bool gnina)
{
	return gnina ? "cnn_vs" : "affinity";
}

static void
want_fixed(struct sieve *s, int k, const char *prefix)
{
	static const char *const names[] = { "error", "skipped", "chosen", "engine", "poses",
		"inchikey", "ligand.sha256" };
	const char *by = s->by && !s->by->judged ? s->by->name : default_score(false);
	char *pose = xasprintf("best.%s.pose", by);

	for (size_t i = 0; i < FIXED_POSE; i++)
		s->fixed[k][i] = want(&s->pointers, prefix, names[i]);
	s->fixed[k][FIXED_POSE] = want(&s->pointers, prefix, pose);
	s->fixed[k][FIXED_VS] = want(&s->pointers, prefix, "best.cnn_vs.pose");
	free(pose);
}

static void
prepare(struct sieve *s)
{
	static const char *const prefixes[] = { "", "/result" };

	s->type = want(&s->pointers, "", "type");
	s->result = want(&s->pointers, "", "result");
	s->rank = want(&s->row_pointers, "", "rank");
	for (int k = 0; k < 2; k++) {
		char *ligand = xasprintf("%s/ligand", prefixes[k]);

		want_fixed(s, k, prefixes[k]);
		for (size_t i = 0; i < s->rules.len; i++) {
			struct rule *rule = &s->rules.at[i];

			rule->own[k] = want(&s->pointers, prefixes[k], rule->criterion.name);
			rule->member[k] = want(&s->pointers, ligand, rule->criterion.name);
			rule->row = want(&s->row_pointers, "", rule->criterion.name);
		}
		free(ligand);
	}
	s->line = scan_new((const char *const *)s->pointers.at, s->pointers.len);
	s->row = scan_new((const char *const *)s->row_pointers.at, s->row_pointers.len);
	s->found = xcalloc(s->pointers.len, sizeof(*s->found));
	s->cells = xcalloc(s->row_pointers.len, sizeof(*s->cells));
}

static bool
is_word(const struct scan_found *found, const char *word)
{
	size_t len = strlen(word);

	return scan_is_string(found) && found->len == len + 2 &&
	    memcmp(found->at + 1, word, len) == 0;
}

/* Which form the line has: 0 a result, 1 an execution with one; -1: see for yourself. */
static int
form(const struct sieve *s)
{
	int k = is_word(&s->found[s->type], "execution");
	const struct scan_found *error = &s->found[s->fixed[k][FIXED_ERROR]];

	/* a type with escapes may be that word too */
	if (scan_is_string(&s->found[s->type]) &&
	    memchr(s->found[s->type].at, '\\', s->found[s->type].len))
		return -1;
	if (!s->found[s->fixed[k][FIXED_POSES]].at)
		return -1;
	if (k == 1 && !scan_is_object(&s->found[s->result]))
		return -1;
	if (error->at && !scan_is_null(error))
		return -1;
	if (s->found[s->fixed[k][FIXED_SKIPPED]].at || s->found[s->fixed[k][FIXED_CHOSEN]].at)
		return -1;
	return k;
}

/* The object that begins at *at or behind a comma, in an array that is known to be good: *at moves
 * behind it. */
static bool
next_object(const char **at, const char *end, const char **from)
{
	int depth = 0;

	while (*at < end && **at != '{')
		++*at;
	for (*from = *at; *at < end; ++*at) {
		if (**at == '"')
			while (++*at < end && **at != '"')
				*at += **at == '\\';
		else if (**at == '{')
			depth++;
		else if (**at == '}' && --depth == 0)
			return ++*at, true;
	}
	return false;
}

/* The row of a pose into s->cells. */
static bool
find_row(const struct sieve *s, const struct scan_found *poses, double pose)
{
	const char *at = poses->at, *end = at + poses->len, *from;
	double rank;

	while (at && next_object(&at, end, &from))
		if (!scan_text(s->row, from, (size_t)(at - from), s->cells) ||
		    !scan_number(&s->cells[s->rank], &rank))
			return false;
		else if (rank == pose)
			return true;
	return false;
}

/* The rules that can be seen in the line, in the form it has. */
static int
follow_rules(struct sieve *s, int k)
{
	const struct scan_found *found = s->found;
	bool sure = true;

	for (size_t i = 0; i < s->rules.len; i++) {
		struct rule *rule = &s->rules.at[i];
		const struct scan_found *at = &s->cells[rule->row];
		struct operand operand;

		if (!at->at)
			at = &found[rule->own[k]];
		if (!at->at)
			at = &found[rule->member[k]];
		if (rule->measured || !operand_scanned(at, &operand))
			sure = false;
		else if (!rule_fits(s, rule, &operand))
			return SIEVE_OUT;
	}
	return sure ? SIEVE_IN : SIEVE_UNSURE;
}

int
sieve_line(struct sieve *s, const char *text, size_t len)
{
	struct scan_found key = { 0 }, sha256 = { 0 };
	size_t score;
	double pose;
	int k;

	if (!s->line)
		prepare(s);
	s->results++;
	if (s->any_pose || !scan_text(s->line, text, len, s->found) || (k = form(s)) < 0)
		return SIEVE_UNSURE;
	if (!scan_plain(&s->found[s->fixed[k][FIXED_KEY]], &key))
		key.at = NULL;
	if (!scan_plain(&s->found[s->fixed[k][FIXED_SHA256]], &sha256))
		sha256.at = NULL;
	if (!sieve_on_rolls(s, &key, &sha256))
		return SIEVE_OUT;
	if (s->rules.len == 0)
		return SIEVE_IN;
	score = s->fixed[k][FIXED_POSE];
	if ((!s->by || s->by->judged) && is_word(&s->found[s->fixed[k][FIXED_ENGINE]], "gnina"))
		score = s->fixed[k][FIXED_VS];
	if (!scan_number(&s->found[score], &pose) ||
	    !find_row(s, &s->found[s->fixed[k][FIXED_POSES]], pose))
		return SIEVE_UNSURE;
	return follow_rules(s, k);
}
