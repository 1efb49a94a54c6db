/* SPDX-License-Identifier: MIT */
/* glance: what ranking needs to know of a result, from the text of its record alone. */
#include "dock/glance.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* Members of a result; the same behind "/result" for that of an execution. */
enum member {
	ERROR,
	SKIPPED,
	CHOSEN,
	KEY,
	NAME,
	PARENT,
	STATE,
	WARNINGS,
	/* what makes results comparable, all of it */
	ENGINE,
	VERSION,
	SCORING,
	MODE,
	RECEPTOR,
	BOX,
	REPAIRED,
	REQUEST_SCORING,
	REQUEST_MODE,
	REQUEST_RECEPTOR_SHA256,
	REQUEST_RECEPTOR,
	REQUEST_BOX,
	REQUEST_REPAIR,
	REQUEST_EXHAUSTIVENESS,
	REQUEST_MAX_EVALS,
	/* scores: value and pose of each */
	AFFINITY,
	AFFINITY_POSE,
	CNN_SCORE,
	CNN_SCORE_POSE,
	CNN_AFFINITY,
	CNN_AFFINITY_POSE,
	CNN_VS,
	CNN_VS_POSE,
	EFFICIENCY,
	EFFICIENCY_POSE,
	MEMBERS,
	/* and of the record */
	TYPE = 2 * MEMBERS,
	RESULT,
	POINTERS,
};

#define MEMBER(name, pointer) [name] = (pointer), [MEMBERS + (name)] = "/result" pointer

static const char *const pointers[] = {
	MEMBER(ERROR, "/error"),
	MEMBER(SKIPPED, "/skipped"),
	MEMBER(CHOSEN, "/chosen"),
	MEMBER(KEY, "/key"),
	MEMBER(NAME, "/ligand/name"),
	MEMBER(PARENT, "/ligand/parent"),
	MEMBER(STATE, "/ligand/state"),
	MEMBER(WARNINGS, "/warnings"),
	MEMBER(ENGINE, "/engine"),
	MEMBER(VERSION, "/version"),
	MEMBER(SCORING, "/scoring"),
	MEMBER(MODE, "/mode"),
	MEMBER(RECEPTOR, "/receptor"),
	MEMBER(BOX, "/box"),
	MEMBER(REPAIRED, "/repaired"),
	MEMBER(REQUEST_SCORING, "/request/scoring"),
	MEMBER(REQUEST_MODE, "/request/mode"),
	MEMBER(REQUEST_RECEPTOR_SHA256, "/request/receptor_sha256"),
	MEMBER(REQUEST_RECEPTOR, "/request/receptor"),
	MEMBER(REQUEST_BOX, "/request/box"),
	MEMBER(REQUEST_REPAIR, "/request/repair"),
	MEMBER(REQUEST_EXHAUSTIVENESS, "/request/exhaustiveness"),
	MEMBER(REQUEST_MAX_EVALS, "/request/max_evals"),
	MEMBER(AFFINITY, "/best/affinity/value"),
	MEMBER(AFFINITY_POSE, "/best/affinity/pose"),
	MEMBER(CNN_SCORE, "/best/cnn_score/value"),
	MEMBER(CNN_SCORE_POSE, "/best/cnn_score/pose"),
	MEMBER(CNN_AFFINITY, "/best/cnn_affinity/value"),
	MEMBER(CNN_AFFINITY_POSE, "/best/cnn_affinity/pose"),
	MEMBER(CNN_VS, "/best/cnn_vs/value"),
	MEMBER(CNN_VS_POSE, "/best/cnn_vs/pose"),
	MEMBER(EFFICIENCY, "/best/ligand_efficiency/value"),
	MEMBER(EFFICIENCY_POSE, "/best/ligand_efficiency/pose"),
	[TYPE] = "/type",
	[RESULT] = "/result",
};

static_assert(COUNT(pointers) == POINTERS, "a pointer for every member");

static const struct {
	const char *name;
	enum member value;
} scores[] = {
	{ "affinity", AFFINITY },
	{ "cnn_score", CNN_SCORE },
	{ "cnn_affinity", CNN_AFFINITY },
	{ "cnn_vs", CNN_VS },
	{ "ligand_efficiency", EFFICIENCY },
};

struct glance {
	struct scan *scan;
	struct scan_found found[POINTERS];
	const struct scan_found *of; /* the members of the result */
	struct buf alike;
};

struct glance *
glance_new(void)
{
	struct glance *g = xcalloc(1, sizeof(*g));

	g->scan = scan_new(pointers, POINTERS);
	return g;
}

void
glance_free(struct glance *g)
{
	if (!g)
		return;
	scan_free(g->scan);
	buf_clear(&g->alike);
	free(g);
}

static bool
is_word(const struct scan_found *found, const char *word)
{
	size_t len = strlen(word);

	return scan_is_string(found) && found->len == len + 2 &&
	    memcmp(found->at + 1, word, len) == 0;
}

/* Find the result: that of an execution, else the record. It must be one that did not fail, and of
 * which no pose was chosen. */
static bool
find_result(struct glance *g)
{
	const struct scan_found *type = &g->found[TYPE], *error;
	bool execution = is_word(type, "execution");

	/* a type with escapes may be that word too */
	if (scan_is_string(type) && memchr(type->at, '\\', type->len))
		return false;
	g->of = g->found + (execution ? MEMBERS : 0);
	error = &g->of[ERROR];
	if (execution && !scan_is_object(&g->found[RESULT]))
		return false;
	return (!error->at || scan_is_null(error)) && !g->of[SKIPPED].at && !g->of[CHOSEN].at;
}

/* A text that is there: it must be a plain string. What is no string counts as absent. */
static bool
plain_or_absent(const struct scan_found *found, struct scan_found *out)
{
	*out = (struct scan_found){ 0 };
	return !scan_is_string(found) || scan_plain(found, out);
}

/* A whole number that fits an int, without sign. */
static bool
is_count(const struct scan_found *found)
{
	for (size_t i = 0; i < found->len; i++)
		if (found->at[i] < '0' || found->at[i] > '9')
			return false;
	return found->len <= 9;
}

/* A state is a word or a number. */
static bool
find_state(const struct scan_found *found, struct scan_found *out)
{
	if (!scan_is_number(found))
		return plain_or_absent(found, out);
	*out = *found;
	return is_count(found);
}

static bool
find_names(const struct glance *g, struct glanced *out)
{
	const struct scan_found *key = &g->found[KEY];
	struct called *c = &out->called;

	c->held = NULL;

	if (!scan_is_string(key))
		key = &g->of[KEY];
	return plain_or_absent(key, &c->key) && plain_or_absent(&g->of[NAME], &c->name) &&
	    plain_or_absent(&g->of[PARENT], &c->parent) && find_state(&g->of[STATE], &c->state);
}

/* A score and its pose as `best` has them. */
static bool
find_score(const struct glance *g, const char *name, struct glanced *out)
{
	const struct scan_found *rank;
	double pose = 1;
	size_t i = 0;

	while (i < COUNT(scores) && strcmp(scores[i].name, name) != 0)
		i++;
	if (i == COUNT(scores) || !scan_number(&g->of[scores[i].value], &out->value))
		return false;
	rank = &g->of[scores[i].value + 1];
	if (scan_number(rank, &pose) && !is_count(rank))
		return false;
	out->pose = (int)pose;
	return true;
}

/* The score that is asked for, else score_default's where one look finds it. */
static bool
find_value(const struct glance *g, const struct score *by, struct glanced *out)
{
	bool plain = scan_is_string(&g->of[ENGINE]) &&
	    !memchr(g->of[ENGINE].at, '\\', g->of[ENGINE].len);

	if (!by && !plain)
		return false;
	if (!by)
		by = score_find(is_word(&g->of[ENGINE], "gnina") ? "cnn_vs" : "affinity");
	out->by = by;
	return find_score(g, by->name, out);
}

/* The texts of all that must be equal, each with its length, and whether a warning says that the
 * affinities are wrong. Warnings with escapes may say anything. */
static bool
write_alike(struct glance *g)
{
	static const char wrong[] = "\"unbound_energy_wrong\"";
	const struct scan_found *warnings = &g->of[WARNINGS];

	buf_reset(&g->alike);
	for (int i = ENGINE; i <= REQUEST_MAX_EVALS; i++) {
		buf_add(&g->alike, &g->of[i].len, sizeof(g->of[i].len));
		if (g->of[i].at)
			buf_add(&g->alike, g->of[i].at, g->of[i].len);
	}
	if (!warnings->at)
		return true;
	if (memmem(warnings->at, warnings->len, wrong, sizeof(wrong) - 1))
		buf_add_char(&g->alike, '!');
	return !memchr(warnings->at, '\\', warnings->len);
}

bool
glance_at(
    struct glance *g, const char *text, size_t len, const struct score *by, struct glanced *out)
{
	return scan_text(g->scan, text, len, g->found) && find_result(g) && find_names(g, out) &&
	    find_value(g, by, out) && write_alike(g);
}

const struct buf *
glance_alike(const struct glance *g)
{
	return &g->alike;
}
