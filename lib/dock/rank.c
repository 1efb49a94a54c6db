/* SPDX-License-Identifier: MIT */
/* rank: docking results in order of a score: what is taken in, and what comes out. */
#include "dock/rank.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "dock/called.h"
#include "dock/glance.h"
#include "dock/rank_parts.h"

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

void
rank_free(struct rank *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->entries.len; i++)
		rank_drop(&r->entries.at[i]);
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
	return r->full && rank_by_place(r, e, &r->entries.at[r->limit - 1]) > 0;
}

/* Is a value worse than that of the last one that can matter? */
static bool
is_worse(const struct rank *r, const struct score *by, double value)
{
	return r->full && r->by == by &&
	    score_compare(by, value, r->entries.at[r->limit - 1].value) > 0;
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
		rank_drop(&e);
		return 1;
	}
	if (rc > 0) {
		buf_reset(&r->text);
		json_put(record, &r->text);
		rc = rank_keep(r, &e, r->text.data, r->text.len, err);
	}
	if (rc < 0)
		err_wrap(err, "'%s'", e.key);
	if (rc <= 0)
		rank_drop(&e);
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
		rc = rank_keep(r, &e, text, len, err);
		if (rc > 0)
			return rc;
	}
	if (rc < 0)
		err_wrap(err, "'%s'", e.key);
	rank_drop(&e);
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
	rank_drop(&e);
	return rc < 0 ? -1 : known != by || !is_worse(r, by, e.value);
}

size_t
rank_finish(struct rank *r)
{
	size_t n;

	rank_prune(r);
	n = r->entries.len;
	if (r->options.top > 0 && r->options.top < n)
		n = r->options.top;
	if (r->options.percent > 0)
		n = (size_t)ceil((double)r->entries.len * r->options.percent / 100 - 1e-9);
	rank_cut(r, n);
	return r->entries.len;
}

const char *
rank_text(struct rank *r, size_t i, size_t *len, struct err *err)
{
	if (rank_read(r, &r->entries.at[i], &r->text, err) < 0)
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
