/* SPDX-License-Identifier: MIT */
/*
 * rank: docking results in order of a score, each record once, the same for any order of arrival.
 *
 * Entries gather in an array. When it holds twice what is asked for it is
 * pruned: the best of each unit, of these the best `top`. What is worse than
 * the last one kept can never come back, because units only get better, so
 * from then on such records are passed over without looking further.
 */
#include "dock/rank.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/spool.h"
#include "base/vec.h"
#include "dock/comparable.h"

/* One record. The names are one allocation: key, state and unit with their NULs. */
struct entry {
	double value;
	int pose;
	char *key;
	const char *state, *unit;
	char *text; /* in memory; NULL: in the spool */
	struct piece piece;
};

struct rank {
	struct rank_options options;
	const struct score *by; /* what is used; NULL before the first record */
	struct comparable alike;
	VEC(struct entry) entries;
	size_t limit; /* entries to keep after pruning; 0: all */
	bool full;    /* pruned once: entries.at[limit - 1] is the last that can matter */
	struct spool *spool;
	struct buf text, other; /* scratch */
};

struct rank *
rank_new(const struct rank_options *options)
{
	struct rank *r = xcalloc(1, sizeof(*r));

	r->options = *options;
	r->by = options->by;
	if (options->top > 0 && options->top <= RANK_IN_MEMORY)
		r->limit = options->top;
	return r;
}

static void
drop(struct entry *e)
{
	free(e->key);
	free(e->text);
}

void
rank_free(struct rank *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->entries.len; i++)
		drop(&r->entries.at[i]);
	vec_clear(&r->entries);
	comparable_clear(&r->alike);
	spool_close(r->spool);
	buf_clear(&r->text);
	buf_clear(&r->other);
	free(r);
}

static const char *
entry_text(struct rank *r, const struct entry *e, struct buf *scratch)
{
	if (e->text)
		return e->text;
	buf_reset(scratch);
	/* an unreadable temporary file is met again, and told, when the record is asked for */
	if (spool_read(r->spool, &e->piece, scratch, NULL) < 0)
		return "";
	return buf_str(scratch);
}

static int
by_place(const struct rank *r, const struct entry *a, const struct entry *b)
{
	int order = score_compare(r->by, a->value, b->value);

	if (order == 0)
		order = strcmp(a->key, b->key);
	if (order == 0)
		order = strverscmp(a->state, b->state);
	if (order == 0)
		order = (a->pose > b->pose) - (a->pose < b->pose);
	return order;
}

static int
compare_places(const void *a, const void *b, void *rank)
{
	struct rank *r = rank;
	int order = by_place(r, a, b);

	if (order == 0)
		order = strcmp(entry_text(r, a, &r->text), entry_text(r, b, &r->other));
	return order;
}

static int
compare_units(const void *a, const void *b, void *rank)
{
	const struct entry *one = a, *two = b;
	int order = strcmp(one->unit, two->unit);

	return order ? order : compare_places(a, b, rank);
}

/* Keep the first n entries. */
static void
cut(struct rank *r, size_t n)
{
	while (r->entries.len > n)
		drop(&r->entries.at[--r->entries.len]);
}

/* Keep the best entry of every unit. */
static void
roll_up(struct rank *r)
{
	struct entry *at = r->entries.at;
	size_t kept = 0;

	qsort_r(at, r->entries.len, sizeof(*at), compare_units, r);
	for (size_t i = 0; i < r->entries.len; i++) {
		if (kept > 0 && strcmp(at[kept - 1].unit, at[i].unit) == 0)
			drop(&at[i]);
		else
			at[kept++] = at[i];
	}
	r->entries.len = kept;
}

static void
prune(struct rank *r)
{
	if (r->entries.len == 0)
		return;
	if (r->options.unit != RANK_RECORD)
		roll_up(r);
	qsort_r(r->entries.at, r->entries.len, sizeof(*r->entries.at), compare_places, r);
	if (r->limit > 0 && r->entries.len >= r->limit) {
		cut(r, r->limit);
		r->full = true;
	}
}

static const char *
text_member(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* State as text, whether it is a number or a name. The caller frees. */
static char *
state_text(const json_t *ligand)
{
	const json_t *state = json_object_get(ligand, "state");

	if (json_is_integer(state))
		return xasprintf("%" JSON_INTEGER_FORMAT, json_integer_value(state));
	return xstrdup(json_is_string(state) ? json_string_value(state) : "");
}

/* Key, state and unit of a record into e. */
static void
name_entry(const struct rank *r, struct entry *e, const json_t *record, const json_t *result)
{
	const json_t *ligand = json_object_get(result, "ligand");
	const char *key = text_member(record, "key"), *name = text_member(ligand, "name");
	const char *parent = text_member(ligand, "parent");
	char *state = state_text(ligand);
	struct buf all = BUF_INIT;
	size_t state_at, unit_at;

	if (!key)
		key = text_member(result, "key");
	if (!name)
		name = key ? key : "";
	buf_add_str(&all, key ? key : name);
	buf_add_char(&all, '\0');
	state_at = all.len;
	buf_add_str(&all, state);
	buf_add_char(&all, '\0');
	unit_at = all.len;
	if (r->options.unit != RANK_RECORD)
		buf_add_str(&all, parent ? parent : name);
	if (r->options.unit == RANK_STATE)
		buf_addf(&all, "\n%s\n%s", state, name);
	buf_add_char(&all, '\0');
	e->key = buf_take(&all);
	e->state = e->key + state_at;
	e->unit = e->key + unit_at;
	free(state);
}

/* The score of a result into e: 1, 0 left out, -1. Without a choice the first result decides, and
 * one that would be ranked by another score is refused. */
static int
score_entry(struct rank *r, struct entry *e, const json_t *result, struct err *err)
{
	const struct rank_options *o = &r->options;
	const struct score *by = o->by ? o->by : score_default(result);

	if (!score_get(by, result, &e->value, &e->pose))
		return err_set(err, ERR_INPUT, "no score '%s'", by->name);
	if (r->by && r->by != by)
		return err_set(err, ERR_USAGE, "ranked by %s, but %s before: --by names the score",
		    by->name, r->by->name);
	r->by = by;
	if (o->min && e->value < *o->min)
		return 0;
	return !(o->max && e->value > *o->max);
}

/* Keep the text of the record with its entry. */
static int
store(struct rank *r, struct entry *e, const json_t *record, struct err *err)
{
	buf_reset(&r->text);
	json_put(record, &r->text);
	if (r->limit > 0) {
		e->text = xstrndup(r->text.data, r->text.len);
		return 0;
	}
	if (!r->spool && !(r->spool = spool_open(err)))
		return -1;
	return spool_add(r->spool, r->text.data, r->text.len, &e->piece, err);
}

int
rank_add(struct rank *r, const json_t *record, const json_t *result, struct err *err)
{
	struct entry e = { 0 };
	int rc;

	name_entry(r, &e, record, result);
	rc = score_entry(r, &e, result, err);
	if (rc >= 0 && comparable_check(&r->alike, e.key, result, r->options.mixed, err) < 0)
		rc = -1;
	if (rc > 0 && r->full && by_place(r, &e, &r->entries.at[r->limit - 1]) > 0) {
		drop(&e);
		return 1;
	}
	if (rc > 0 && store(r, &e, record, err) < 0)
		rc = -1;
	if (rc <= 0) {
		if (rc < 0)
			err_wrap(err, "'%s'", e.key);
		drop(&e);
		return rc;
	}
	vec_add(&r->entries, e);
	if (r->limit > 0 && r->entries.len >= 2 * r->limit + 64)
		prune(r);
	return 1;
}

size_t
rank_finish(struct rank *r)
{
	size_t n;

	prune(r);
	n = r->entries.len;
	if (r->options.top > 0 && r->options.top < n)
		n = r->options.top;
	if (r->options.percent > 0)
		n = (size_t)ceil((double)r->entries.len * r->options.percent / 100 - 1e-9);
	cut(r, n);
	return r->entries.len;
}

const char *
rank_text(struct rank *r, size_t i, size_t *len, struct err *err)
{
	const struct entry *e = &r->entries.at[i];

	if (e->text) {
		*len = strlen(e->text);
		return e->text;
	}
	buf_reset(&r->text);
	if (spool_read(r->spool, &e->piece, &r->text, err) < 0)
		return NULL;
	*len = r->text.len;
	return r->text.data;
}

json_t *
rank_record(struct rank *r, size_t i, struct err *err)
{
	size_t len;
	const char *text = rank_text(r, i, &len, err);

	return text ? json_parse(text, len, err) : NULL;
}

bool
rank_versions(const struct rank *r, const char **one, const char **other)
{
	*one = r->alike.lowest;
	*other = r->alike.highest;
	return *one && strcmp(*one, *other) != 0;
}

const struct score *
rank_by(const struct rank *r)
{
	return r->by;
}
