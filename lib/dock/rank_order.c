/* SPDX-License-Identifier: MIT */
/*
 * rank_order: the entries of a rank kept, each with its record, and put in order.
 *
 * Entries gather in an array. When it holds twice what is asked for it is
 * pruned: the best of each unit, of these the best `top`. What is worse than
 * the last one kept can never come back, because units only get better, so
 * from then on such records are passed over without looking further.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "dock/rank_parts.h"

void
rank_drop(struct entry *e)
{
	free(e->key);
	free(e->text);
	json_decref(e->states);
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

int
rank_read(struct rank *r, const struct entry *e, struct buf *scratch, struct err *err)
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
	return rank_read(r, e, scratch, NULL) < 0 ? "" : buf_str(scratch);
}

int
rank_by_place(const struct rank *r, const struct entry *a, const struct entry *b)
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
	int order = rank_by_place(r, a, b);

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

void
rank_cut(struct rank *r, size_t n)
{
	while (r->entries.len > n)
		rank_drop(&r->entries.at[--r->entries.len]);
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
			rank_drop(&at[i]);
	}
	r->entries.len = kept;
}

void
rank_prune(struct rank *r)
{
	if (r->entries.len == 0)
		return;
	if (r->options.unit != RANK_RECORD)
		roll_up(r);
	qsort_r(r->entries.at, r->entries.len, sizeof(*r->entries.at), compare_places, r);
	if (r->limit > 0 && r->entries.len >= r->limit) {
		rank_cut(r, r->limit);
		r->full = true;
	}
}

int
rank_keep(struct rank *r, struct entry *e, const char *text, size_t len, struct err *err)
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
		rank_prune(r);
	return 1;
}
