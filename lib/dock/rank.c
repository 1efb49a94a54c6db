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
#include "dock/called.h"
#include "dock/comparable.h"
#include "dock/glance.h"

enum { SEEN_MAX = 8 }; /* versions of an engine, mostly */

/* One record. The names are one allocation: key, state and unit with their NULs. */
struct entry {
	double value;
	int pose;
	char *key;
	const char *state, *unit;
	char *text; /* in memory; NULL: in the spool */
	size_t len;
	struct piece piece;
	bool raw;       /* the text is as it came; else as json_put writes it */
	json_t *states; /* of its unit; NULL: not asked for, or rolled up already */
};

struct rank {
	struct rank_options options;
	const struct score *by; /* what is used; NULL before the first record */
	struct comparable alike;
	VEC(struct entry) entries;
	size_t limit; /* entries to keep after pruning; 0: all */
	bool full;    /* pruned once: entries.at[limit - 1] is the last that can matter */
	struct spool *spool;
	struct buf text, other;    /* scratch */
	struct glance *glance;     /* NULL before the first line */
	struct buf seen[SEEN_MAX]; /* glance_alike of lines that were found comparable */
	size_t nseen;
	bool unmet; /* the line last looked at is like none of them */
};

struct rank *
rank_new(const struct rank_options *options)
{
	struct rank *r = xcalloc(1, sizeof(*r));

	r->options = *options;
	r->by = options->by;
	if (options->top > 0 && options->top <= RANK_IN_MEMORY && !options->states)
		r->limit = options->top;
	return r;
}

static void
drop(struct entry *e)
{
	free(e->key);
	free(e->text);
	json_decref(e->states);
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
	glance_free(r->glance);
	for (size_t i = 0; i < SEEN_MAX; i++)
		buf_clear(&r->seen[i]);
	buf_clear(&r->text);
	buf_clear(&r->other);
	free(r);
}

/* Text that came from outside as json_put writes it. */
static int
make_plain(struct buf *text, struct err *err)
{
	json_t *value = json_parse(text->data, text->len, err);

	if (!value)
		return -1;
	buf_reset(text);
	json_put(value, text);
	json_decref(value);
	return 0;
}

/* The record of an entry into scratch. */
static int
read_text(struct rank *r, const struct entry *e, struct buf *scratch, struct err *err)
{
	buf_reset(scratch);
	if (e->text)
		buf_add(scratch, e->text, e->len);
	else if (spool_read(r->spool, &e->piece, scratch, err) < 0)
		return -1;
	return e->raw ? make_plain(scratch, err) : 0;
}

static const char *
entry_text(struct rank *r, const struct entry *e, struct buf *scratch)
{
	/* an unreadable temporary file is met again, and told, when the record is asked for */
	return read_text(r, e, scratch, NULL) < 0 ? "" : buf_str(scratch);
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

/* The state of an entry among those of the one that is kept, each once. */
static void
note_state(struct entry *kept, const struct entry *e)
{
	const char *name = *e->state ? e->state : e->key;
	size_t i;
	json_t *other;

	if (!kept->states)
		kept->states = json_array();
	json_array_foreach(kept->states, i, other)
		if (strcmp(json_string_value(json_object_get(other, "state")), name) == 0)
			return;
	json_array_append_new(kept->states,
	    json_pack("{s:s, s:f, s:i}", "state", name, "value", e->value, "pose", e->pose));
}

/* Keep the best entry of every unit. */
static void
roll_up(struct rank *r)
{
	struct entry *at = r->entries.at;
	size_t kept = 0;

	qsort_r(at, r->entries.len, sizeof(*at), compare_units, r);
	for (size_t i = 0; i < r->entries.len; i++) {
		bool first = kept == 0 || strcmp(at[kept - 1].unit, at[i].unit) != 0;

		if (first)
			at[kept++] = at[i];
		if (r->options.states)
			note_state(&at[kept - 1], first ? &at[kept - 1] : &at[i]);
		if (!first)
			drop(&at[i]);
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

static void
name_entry(const struct rank *r, struct entry *e, const struct called *called)
{
	e->key = called_names(called, r->options.unit, &e->state, &e->unit);
}

/* The score of an entry is by this one, now and for all: 1, 0 left out by the limits, -1. */
static int
settle_score(struct rank *r, const struct entry *e, const struct score *by, struct err *err)
{
	const struct rank_options *o = &r->options;

	if (r->by && r->by != by)
		return err_set(err, ERR_USAGE, "ranked by %s, but %s before: --by names the score",
		    by->name, r->by->name);
	r->by = by;
	if (o->min && e->value < *o->min)
		return 0;
	return !(o->max && e->value > *o->max);
}

/* The score of a result into e. Without a choice the first result decides, and one that would be
 * ranked by another score is refused. */
static int
score_entry(struct rank *r, struct entry *e, const json_t *result, struct err *err)
{
	const struct score *by = r->options.by ? r->options.by : score_default(result);

	if (!score_get(by, result, &e->value, &e->pose))
		return err_set(err, ERR_INPUT, "no score '%s'", by->name);
	return settle_score(r, e, by, err);
}

/* Can it never be among those asked for? */
static bool
is_late(const struct rank *r, const struct entry *e)
{
	return r->full && by_place(r, e, &r->entries.at[r->limit - 1]) > 0;
}

/* Is a value worse than that of the last one that can matter? */
static bool
is_worse(const struct rank *r, const struct score *by, double value)
{
	return r->full && r->by == by &&
	    score_compare(by, value, r->entries.at[r->limit - 1].value) > 0;
}

/* Keep the text of the record with its entry, and the entry, which is ours from then on. */
static int
keep(struct rank *r, struct entry *e, const char *text, size_t len, struct err *err)
{
	if (r->limit > 0) {
		e->text = xstrndup(text, len);
		e->len = len;
	} else {
		if (!r->spool && !(r->spool = spool_open(err)))
			return -1;
		if (spool_add(r->spool, text, len, &e->piece, err) < 0)
			return -1;
	}
	vec_add(&r->entries, *e);
	if (r->limit > 0 && r->entries.len >= 2 * r->limit + 64)
		prune(r);
	return 1;
}

int
rank_add(struct rank *r, const json_t *record, const json_t *result, struct err *err)
{
	struct entry e = { 0 };
	struct called called;
	int rc;

	called_read(&called, record, result);
	name_entry(r, &e, &called);
	called_clear(&called);
	rc = score_entry(r, &e, result, err);
	if (rc >= 0 && comparable_check(&r->alike, e.key, result, r->options.mixed, err) < 0)
		rc = -1;
	if (rc > 0 && is_late(r, &e)) {
		drop(&e);
		return 1;
	}
	if (rc > 0) {
		buf_reset(&r->text);
		json_put(record, &r->text);
		rc = keep(r, &e, r->text.data, r->text.len, err);
	}
	if (rc < 0)
		err_wrap(err, "'%s'", e.key);
	if (rc <= 0)
		drop(&e);
	return rc;
}

static bool
is_alike(const struct rank *r)
{
	const struct buf *alike = glance_alike(r->glance);

	for (size_t i = 0; i < r->nseen; i++)
		if (alike->len == r->seen[i].len &&
		    memcmp(alike->data, r->seen[i].data, alike->len) == 0)
			return true;
	return r->options.mixed;
}

/* What was found comparable need not be looked at again. */
static void
remember(struct rank *r)
{
	const struct buf *alike = glance_alike(r->glance);

	if (r->nseen < SEEN_MAX)
		buf_add(&r->seen[r->nseen++], alike->data, alike->len);
}

/* A line with something in it that was not met before: it is read as a record. */
static int
add_unlike(struct rank *r, const char *text, size_t len, struct err *err)
{
	json_t *record = json_parse(text, len, err), *result = record;
	const char *type = json_string_value(json_object_get(record, "type"));
	int rc = -1;

	if (type && strcmp(type, "execution") == 0)
		result = json_object_get(record, "result");
	if (record)
		rc = rank_add(r, record, result, err);
	json_decref(record);
	if (rc >= 0)
		remember(r);
	return rc;
}

int
rank_add_text(struct rank *r, const char *text, size_t len, struct err *err)
{
	struct entry e = { .raw = true };
	struct glanced seen;
	int rc;

	if (!r->glance)
		r->glance = glance_new();
	if (!glance_at(r->glance, text, len, r->options.by, &seen))
		return RANK_UNSEEN;
	if (!is_alike(r))
		return add_unlike(r, text, len, err);
	e.value = seen.value;
	e.pose = seen.pose;
	if (is_worse(r, seen.by, e.value))
		return settle_score(r, &e, seen.by, err);
	name_entry(r, &e, &seen.called);
	rc = settle_score(r, &e, seen.by, err);
	if (rc > 0 && !is_late(r, &e)) {
		rc = keep(r, &e, text, len, err);
		if (rc > 0)
			return rc;
	}
	if (rc < 0)
		err_wrap(err, "'%s'", e.key);
	drop(&e);
	return rc;
}

int
rank_look_text(struct rank *r, const char *text, size_t len)
{
	struct glanced seen;

	r->unmet = false;
	if (!r->glance)
		r->glance = glance_new();
	if (!glance_at(r->glance, text, len, r->options.by, &seen))
		return RANK_UNSEEN;
	r->unmet = !is_alike(r);
	return r->unmet || !is_worse(r, seen.by, seen.value);
}

int
rank_look(struct rank *r, const json_t *record, const json_t *result, struct err *err)
{
	const struct score *by = r->options.by ? r->options.by : score_default(result);
	const struct score *known = by->judged ? score_default(result) : by;
	struct entry e = { 0 };
	struct called called;
	int rc;

	if (!score_get(known, result, &e.value, NULL)) /* rank_add will tell */
		return 1;
	called_read(&called, record, result);
	name_entry(r, &e, &called);
	called_clear(&called);
	rc = comparable_check(&r->alike, e.key, result, r->options.mixed, err);
	if (rc < 0)
		err_wrap(err, "'%s'", e.key);
	else if (r->unmet)
		remember(r);
	r->unmet = false;
	drop(&e);
	return rc < 0 ? -1 : known != by || !is_worse(r, by, e.value);
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
	if (read_text(r, &r->entries.at[i], &r->text, err) < 0)
		return NULL;
	*len = r->text.len;
	return buf_str(&r->text);
}

json_t *
rank_record(struct rank *r, size_t i, struct err *err)
{
	size_t len;
	const char *text = rank_text(r, i, &len, err);

	return text ? json_parse(text, len, err) : NULL;
}

json_t *
rank_states(const struct rank *r, size_t i)
{
	return r->entries.at[i].states;
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
