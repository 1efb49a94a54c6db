/* SPDX-License-Identifier: MIT */
/* compare: campaigns side by side: what changed between two, and what several agree on. */
#include "cli/compare.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/spool.h"
#include "cli/app.h"
#include "cli/leftout.h"
#include "cli/records.h"
#include "dock/standing.h"

enum { LISTED = 10 }; /* molecules named on stderr */

/* What is read, and into which standing. */
struct reading {
	struct standing *standing;
	struct leftout left;
};

static int
take(struct app *app, json_t *record, void *ctx, struct err *err)
{
	struct reading *r = ctx;
	json_t *result = leftout_result(app, record, &r->left);

	if (!result || standing_add(r->standing, record, result, err) >= 0)
		return 0;
	if (err->kind != ERR_INPUT || app->strict)
		return -1;
	app_report(app, err);
	return 0;
}

/* A standing for each file; the array is the caller's, also after an error. */
static int
read_all(struct app *app, const struct compare_options *o, struct spool *spool,
    struct standing **standings, struct err *err)
{
	for (size_t i = 0; i < app->nargs; i++) {
		struct reading r = { .standing = standing_new(o->by, o->mixed, spool) };

		standings[i] = r.standing;
		if (records_named(app, app->args[i], take, &r, err) < 0)
			return -1;
		leftout_say(app, &r.left);
		if (standing_finish(r.standing) == 0)
			return err_set(err, ERR_INPUT, "'%s' has no results", app->args[i]);
	}
	return 0;
}

static void
free_all(struct standing **standings, size_t n)
{
	for (size_t i = 0; i < n; i++)
		standing_free(standings[i]);
	free(standings);
}

/* How many of n molecules are hits. */
static size_t
hits_of(const struct compare_options *o, size_t n)
{
	size_t hits = o->top;

	if (hits == 0)
		hits = (size_t)ceil((double)n * (o->percent > 0 ? o->percent : 10) / 100 - 1e-9);
	return hits < n ? hits : n;
}

/* Among the first so many of its standing? Ties that reach over the end count. */
static bool
is_hit(const struct standing *s, const struct standing_row *row, size_t hits)
{
	return row &&
	    score_compare(standing_by(s), row->value, standing_row(s, hits - 1)->value) <= 0;
}

struct diff {
	struct standing *a, *b;
	size_t na, nb, hits;
	size_t shared, only_a, only_b, kept, lost, gained;
	double shift, squares; /* of the values that both have */
};

static const char *
change(const struct diff *d, const struct standing_row *a, const struct standing_row *b)
{
	bool was = is_hit(d->a, a, d->hits), is = is_hit(d->b, b, d->hits);

	if (was && is)
		return "kept";
	return was ? "lost" : is ? "new" : "none";
}

static void
count(struct diff *d, const struct standing_row *a, const struct standing_row *b)
{
	const char *what = change(d, a, b);

	d->kept += strcmp(what, "kept") == 0;
	d->lost += strcmp(what, "lost") == 0;
	d->gained += strcmp(what, "new") == 0;
	d->only_a += !b;
	d->only_b += !a;
	if (!a || !b)
		return;
	d->shared++;
	d->shift += b->value - a->value;
	d->squares += (b->value - a->value) * (b->value - a->value);
}

static json_t *
side_json(const struct standing_row *row)
{
	return row
	    ? json_pack("{s:f,s:f,s:i}", "rank", row->rank, "value", row->value, "pose", row->pose)
	    : json_null();
}

static void
put_change(struct app *app, const struct diff *d, const struct standing_row *a,
    const struct standing_row *b)
{
	const struct standing_row *either = a ? a : b;
	const char *what = change(d, a, b);
	json_t *record;

	if (a && b && (strcmp(what, "kept") == 0 || strcmp(what, "none") == 0))
		return;
	record = json_pack("{s:s,s:s,s:s,s:o,s:o}", "type", "rank_change", "name", either->name,
	    "hit", what, "a", side_json(a), "b", side_json(b));
	if (a && b)
		json_object_set_new(record, "moved", json_real(a->rank - b->rank));
	app_record(app, record);
	json_decref(record);
}

/* Every molecule once: those of a in their order, then those that only b has. */
static void
each_pair(struct app *app, struct diff *d)
{
	for (size_t i = 0; i < d->na; i++) {
		const struct standing_row *a = standing_row(d->a, i);
		const struct standing_row *b = standing_find(d->b, a->name);

		if (app)
			put_change(app, d, a, b);
		else
			count(d, a, b);
	}
	for (size_t i = 0; i < d->nb; i++) {
		const struct standing_row *b = standing_row(d->b, i);

		if (standing_find(d->a, b->name))
			continue;
		if (app)
			put_change(app, d, NULL, b);
		else
			count(d, NULL, b);
	}
}

/* Do all molecules of it have the same value? */
static bool
is_level(const struct standing *s, size_t n)
{
	return standing_row(s, 0)->value == standing_row(s, n - 1)->value;
}

/* Why there is no rank correlation. */
static void
say_undefined(struct app *app, const struct diff *d)
{
	if (d->shared < 2)
		app_say(app, "rank correlation not defined: fewer than two molecules in both");
	else if (is_level(d->a, d->na) || is_level(d->b, d->nb))
		app_say(app, "rank correlation not defined: all of '%s' score the same",
		    app->args[is_level(d->a, d->na) ? 0 : 1]);
	else
		app_say(app, "rank correlation not defined: all that both have score the same");
}

static void
say_summary(struct app *app, const struct diff *d, double rho)
{
	char correlation[48] = "";

	if (!isnan(rho))
		snprintf(correlation, sizeof(correlation), "; rank correlation %.3f", rho);
	app_say(app, "%zu molecule%s in both, %zu only in '%s', %zu only in '%s'", d->shared,
	    d->shared == 1 ? "" : "s", d->only_a, app->args[0], d->only_b, app->args[1]);
	app_say(app, "of the best %zu, %zu stay, %zu are lost and %zu new%s", d->hits, d->kept,
	    d->lost, d->gained, correlation);
	if (isnan(rho))
		say_undefined(app, d);
}

static void
put_summary(struct app *app, const struct diff *d)
{
	double n = (double)d->shared, mean = n > 0 ? d->shift / n : 0;
	double deviation = n > 0 ? sqrt(fmax(0, d->squares / n - mean * mean)) : 0;
	double rho = consensus_spearman(d->a, d->b);
	json_t *record = json_pack(
	    "{s:s,s:{s:s,s:I,s:s},s:{s:s,s:I,s:s},s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "type",
	    "rank_diff", "a", "file", app->args[0], "molecules", (json_int_t)d->na, "by",
	    standing_by(d->a)->name, "b", "file", app->args[1], "molecules", (json_int_t)d->nb,
	    "by", standing_by(d->b)->name, "shared", (json_int_t)d->shared, "only_a",
	    (json_int_t)d->only_a, "only_b", (json_int_t)d->only_b, "hits", (json_int_t)d->hits,
	    "kept", (json_int_t)d->kept, "lost", (json_int_t)d->lost, "new", (json_int_t)d->gained);

	json_object_set_new(record, "spearman", isnan(rho) ? json_null() : json_real(rho));
	if (standing_by(d->a) == standing_by(d->b) && d->shared > 0)
		json_object_set_new(
		    record, "shift", json_pack("{s:f,s:f}", "mean", mean, "deviation", deviation));
	app_record(app, record);
	json_decref(record);
	say_summary(app, d, rho);
}

int
compare_diff(struct app *app, const struct compare_options *o, struct err *err)
{
	struct standing **standings = xcalloc(app->nargs + 1, sizeof(*standings));
	struct diff d = { 0 };
	int rc = read_all(app, o, NULL, standings, err);

	if (rc == 0) {
		d.a = standings[0];
		d.b = standings[1];
		d.na = standing_finish(d.a);
		d.nb = standing_finish(d.b);
		d.hits = hits_of(o, d.na < d.nb ? d.na : d.nb);
		each_pair(NULL, &d);
		put_summary(app, &d);
		each_pair(app, &d);
	}
	free_all(standings, app->nargs);
	return rc;
}

/* What each campaign said of a molecule. */
static json_t *
votes(const struct app *app, struct standing *const *standings, const char *name)
{
	json_t *out = json_array();

	for (size_t i = 0; i < app->nargs; i++) {
		const struct standing_row *row = standing_find(standings[i], name);
		json_t *vote = side_json(row);

		if (row) {
			json_object_set_new(vote, "file", json_string(app->args[i]));
			json_object_set_new(
			    vote, "by", json_string(standing_by(standings[i])->name));
		}
		json_array_append_new(out, vote);
	}
	return out;
}

static int
put_row(struct app *app, struct standing *const *standings, struct spool *spool,
    const struct compare_options *o, const struct consensus_row *row, size_t place, struct err *err)
{
	const struct standing_row *from = NULL;
	struct buf text = BUF_INIT;
	json_t *record = NULL;

	for (size_t i = 0; i < app->nargs && !from; i++)
		from = standing_find(standings[i], row->name);
	if (spool_read(spool, &from->piece, &text, err) == 0)
		record = json_parse(text.data, text.len, err);
	buf_clear(&text);
	if (!record)
		return -1;
	json_object_set_new(record, "consensus",
	    json_pack("{s:I,s:s,s:f,s:o}", "place", (json_int_t)place, "method",
		consensus_names[o->method], "value", row->value, "of",
		votes(app, standings, row->name)));
	app_record(app, record);
	json_decref(record);
	return 0;
}

static void
say_missing(struct app *app, const struct consensus_rows *missing)
{
	struct buf names = BUF_INIT;

	for (size_t i = 0; i < missing->len && i < LISTED; i++)
		buf_addf(&names, "%s%s", i ? ", " : "", missing->at[i].name);
	if (missing->len > 0)
		app_warn(app, "%zu left out, for not all files have them: %s%s", missing->len,
		    buf_str(&names), missing->len > LISTED ? ", ..." : "");
	buf_clear(&names);
}

static int
put_consensus(struct app *app, struct standing *const *standings, struct spool *spool,
    const struct compare_options *o, struct err *err)
{
	struct consensus_rows rows = VEC_INIT, missing = VEC_INIT;
	size_t n;
	int rc = 0;

	consensus_make(standings, app->nargs, o->method, o->sigma, o->worst, &rows, &missing);
	say_missing(app, &missing);
	n = o->top > 0 || o->percent > 0 ? hits_of(o, rows.len) : rows.len;
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = put_row(app, standings, spool, o, &rows.at[i], i + 1, err);
	vec_clear(&rows);
	vec_clear(&missing);
	return rc;
}

int
compare_consensus(struct app *app, const struct compare_options *o, struct err *err)
{
	struct standing **standings = xcalloc(app->nargs + 1, sizeof(*standings));
	struct spool *spool = spool_open(err);
	int rc = spool ? read_all(app, o, spool, standings, err) : -1;

	if (rc == 0)
		rc = put_consensus(app, standings, spool, o, err);
	free_all(standings, app->nargs);
	spool_close(spool);
	return rc;
}
