/* SPDX-License-Identifier: MIT */
/* standing: where the molecules of one campaign stand: each once, at its best, with its rank. */
#include "dock/standing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "dock/called.h"
#include "dock/comparable.h"

struct standing {
	VEC(struct standing_row) rows;     /* in order of arrival, then of rank */
	const struct standing_row **names; /* after standing_finish, by name */
	const struct score *asked, *by;
	struct comparable alike;
	bool mixed;
	struct spool *spool;
	struct buf text, other; /* scratch */
};

struct standing *
standing_new(const struct score *by, bool mixed, struct spool *spool)
{
	struct standing *s = xcalloc(1, sizeof(*s));

	s->asked = s->by = by;
	s->mixed = mixed;
	s->spool = spool;
	return s;
}

void
standing_free(struct standing *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->rows.len; i++)
		free(s->rows.at[i].key);
	vec_clear(&s->rows);
	comparable_clear(&s->alike);
	buf_clear(&s->text);
	buf_clear(&s->other);
	free(s->names);
	free(s);
}

/* What the record is called, and its parent as rank counts it. */
static void
name_row(struct standing_row *row, const json_t *record, const json_t *result)
{
	struct called called;

	called_read(&called, record, result);
	row->key = called_names(&called, RANK_PARENT, &row->state, &row->name);
	called_clear(&called);
}

static int
keep(struct standing *s, struct standing_row *row, const json_t *record, struct err *err)
{
	if (!s->spool)
		return 0;
	buf_reset(&s->text);
	json_put(record, &s->text);
	return spool_add(s->spool, s->text.data, s->text.len, &row->piece, err);
}

int
standing_add(struct standing *s, const json_t *record, const json_t *result, struct err *err)
{
	const struct score *by = s->asked ? s->asked : score_default(result);
	struct standing_row row = { 0 };
	int rc = -1;

	name_row(&row, record, result);
	if (!score_get(by, result, &row.value, &row.pose))
		err_set(err, ERR_INPUT, "no score '%s'", by->name);
	else if (s->by && s->by != by)
		err_set(err, ERR_USAGE, "ranked by %s, but %s before: --by names the score",
		    by->name, s->by->name);
	else if (comparable_check(&s->alike, row.name, result, s->mixed, err) == 0)
		rc = keep(s, &row, record, err);
	if (rc < 0) {
		err_wrap(err, "'%s'", row.name);
		free(row.key);
		return -1;
	}
	s->by = by;
	vec_add(&s->rows, row);
	return 1;
}

static const char *
text_of(const struct standing *s, const struct standing_row *row, struct buf *scratch)
{
	buf_reset(scratch);
	/* an unreadable temporary file is met again, and told, when the record is asked for */
	return spool_read(s->spool, &row->piece, scratch, NULL) < 0 ? "" : buf_str(scratch);
}

/* By name, of one name the best first. */
static int
compare_names(const void *a, const void *b, void *standing)
{
	const struct standing_row *one = a, *two = b;
	struct standing *s = standing;
	int order = strcmp(one->name, two->name);

	if (order == 0)
		order = score_compare(s->by, one->value, two->value);
	if (order == 0)
		order = strcmp(one->key, two->key);
	if (order == 0)
		order = strverscmp(one->state, two->state);
	if (order == 0)
		order = (one->pose > two->pose) - (one->pose < two->pose);
	if (order == 0 && s->spool)
		order = strcmp(text_of(s, one, &s->text), text_of(s, two, &s->other));
	return order;
}

static int
compare_values(const void *a, const void *b, void *standing)
{
	const struct standing_row *one = a, *two = b;
	const struct standing *s = standing;
	int order = score_compare(s->by, one->value, two->value);

	return order ? order : strcmp(one->name, two->name);
}

static int
compare_pointers(const void *a, const void *b)
{
	return strcmp((*(const struct standing_row *const *)a)->name,
	    (*(const struct standing_row *const *)b)->name);
}

/* One row of each name. */
static void
roll_up(struct standing *s)
{
	struct standing_row *at = s->rows.at;
	size_t kept = 0;

	for (size_t i = 0; i < s->rows.len; i++) {
		if (kept > 0 && strcmp(at[kept - 1].name, at[i].name) == 0)
			free(at[i].key);
		else
			at[kept++] = at[i];
	}
	s->rows.len = kept;
}

static void
give_ranks(struct standing *s)
{
	struct standing_row *at = s->rows.at;

	for (size_t i = 0, end; i < s->rows.len; i = end) {
		for (end = i + 1; end < s->rows.len && at[end].value == at[i].value;)
			end++;
		for (size_t k = i; k < end; k++)
			at[k].rank = (double)(i + 1 + end) / 2;
	}
}

size_t
standing_finish(struct standing *s)
{
	size_t n;

	if (s->rows.len == 0 || s->names)
		return s->rows.len;
	qsort_r(s->rows.at, s->rows.len, sizeof(*s->rows.at), compare_names, s);
	roll_up(s);
	n = s->rows.len;
	qsort_r(s->rows.at, n, sizeof(*s->rows.at), compare_values, s);
	give_ranks(s);
	s->names = xcalloc(n, sizeof(*s->names));
	for (size_t i = 0; i < n; i++)
		s->names[i] = &s->rows.at[i];
	qsort(s->names, n, sizeof(*s->names), compare_pointers);
	return n;
}

const struct standing_row *
standing_row(const struct standing *s, size_t i)
{
	return i < s->rows.len ? &s->rows.at[i] : NULL;
}

const struct standing_row *
standing_find(const struct standing *s, const char *name)
{
	struct standing_row key = { .name = name };
	const struct standing_row *wanted = &key, **found;

	if (s->rows.len == 0)
		return NULL;
	found = bsearch(&wanted, s->names, s->rows.len, sizeof(*s->names), compare_pointers);
	return found ? *found : NULL;
}

const struct score *
standing_by(const struct standing *s)
{
	return s->by;
}

void
standing_moments(const struct standing *s, double *mean, double *deviation)
{
	double sum = 0, squares = 0, n = (double)s->rows.len;

	for (size_t i = 0; i < s->rows.len; i++)
		sum += s->rows.at[i].value;
	*mean = n > 0 ? sum / n : 0;
	for (size_t i = 0; i < s->rows.len; i++)
		squares += pow(s->rows.at[i].value - *mean, 2);
	*deviation = n > 0 ? sqrt(squares / n) : 0;
}
