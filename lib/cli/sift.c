/* SPDX-License-Identifier: MIT */
/* sift: records on their way into a rank: those that are wanted, measured where that decides. */
#include "cli/sift.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "cli/app.h"
#include "cli/measure.h"
#include "cli/pick.h"
#include "dock/criterion.h"
#include "dock/rank.h"
#include "dock/sieve.h"

static_assert((int)PICK_CHUNK >= (int)MEASURE_CHUNK, "there is room for what waits");

/* What came of adding a result: 0 to go on, -1. */
static int
added(struct app *app, struct sift *s, int rc, struct err *err)
{
	if (rc < 0 && (err->kind != ERR_INPUT || app->strict))
		return -1;
	if (rc < 0)
		app_report(app, err);
	s->limited += rc == 0;
	return 0;
}

/* Has it what it is ranked by: its pose, or where any will do, one of them? */
static bool
is_judged(const struct sift *s, const json_t *result)
{
	size_t i;
	json_t *row;
	double value;

	if (!s->by || !s->by->judged)
		return true;
	if (!sieve_any_pose(s->sieve))
		return score_get(s->by, result, &value, NULL);
	json_array_foreach(json_object_get(result, "poses"), i, row)
		if (json_object_get(row, s->by->name))
			return true;
	return false;
}

/* A result that has all it needs. */
static int
add(struct app *app, struct sift *s, json_t *record, json_t *result, struct err *err)
{
	if (!is_judged(s, result)) {
		s->unjudged++;
		return 0;
	}
	if (!sieve_result(s->sieve, result)) {
		s->unwanted++;
		return 0;
	}
	s->judged++;
	return added(app, s, rank_add(s->rank, record, result, err), err);
}

/* Of what waits, only what has the substructure stays. */
static int
match(struct sift *s, struct err *err)
{
	const char *smiles[PICK_CHUNK] = { NULL };
	bool wanted[PICK_CHUNK];
	size_t n = s->nwaiting;

	if (!s->pick)
		return 0;
	for (size_t i = 0; i < n; i++)
		smiles[i] = json_string_value(json_object_get(s->waiting[i].result, "smiles"));
	if (pick_match(s->pick, smiles, n, wanted, &s->unread, err) < 0)
		return -1;
	s->nwaiting = 0;
	for (size_t i = 0; i < n; i++) {
		if (wanted[i])
			s->waiting[s->nwaiting++] = s->waiting[i];
		else
			json_decref(s->waiting[i].record);
		s->unmatched += !wanted[i];
	}
	return 0;
}

/* Measure what waits. */
static int
measure(struct app *app, struct sift *s, struct err *err)
{
	json_t *results[MEASURE_CHUNK];
	int rc = 0;

	for (size_t at = 0, n; s->measure && rc == 0 && at < s->nwaiting; at += n) {
		for (n = 0; n < MEASURE_CHUNK && at + n < s->nwaiting; n++)
			results[n] = s->waiting[at + n].result;
		rc = measure_some(s->measure, app, results, n, err);
	}
	return rc;
}

/* Look closely at what waits, and add what is wanted. */
static int
settle(struct app *app, struct sift *s, struct err *err)
{
	int rc = match(s, err);

	if (rc == 0)
		rc = measure(app, s, err);
	for (size_t i = 0; i < s->nwaiting; i++) {
		if (rc == 0)
			rc = add(app, s, s->waiting[i].record, s->waiting[i].result, err);
		json_decref(s->waiting[i].record);
	}
	s->nwaiting = 0;
	return rc;
}

int
sift_record(struct app *app, json_t *record, void *ctx, struct err *err)
{
	struct sift *s = ctx;
	json_t *result = leftout_result(app, record, &s->left);
	int rc;

	if (!result)
		return 0;
	if (sieve_any_pose(s->sieve))
		json_object_del(result, "chosen"); /* it is chosen anew */
	if (!sieve_early(s->sieve, result)) {
		s->unwanted++;
		return 0;
	}
	rc = rank_look(s->rank, record, result, err);
	s->late += rc == 0;
	if (rc <= 0)
		return rc < 0 ? added(app, s, rc, err) : 0;
	if (!s->measure && !s->pick)
		return add(app, s, record, result, err);
	if (!s->waiting)
		s->waiting = xcalloc(PICK_CHUNK, sizeof(*s->waiting));
	s->waiting[s->nwaiting].record = json_incref(record);
	s->waiting[s->nwaiting++].result = result;
	return s->nwaiting == (s->pick ? PICK_CHUNK : MEASURE_CHUNK) ? settle(app, s, err) : 0;
}

/* Most lines show all that is needed without being read as a record. */
int
sift_line(struct app *app, const char *text, size_t len, void *ctx, struct err *err)
{
	struct sift *s = ctx;
	int rc = sieve_is_open(s->sieve) ? SIEVE_IN : sieve_line(s->sieve, text, len);

	if (rc == SIEVE_OUT) {
		app_count(app, false);
		s->unwanted++;
		return 0;
	}
	if (rc == SIEVE_UNSURE || s->measure || s->pick) {
		if (rank_look_text(s->rank, text, len) != 0)
			return 2;
		app_count(app, false);
		s->late++;
		return 0;
	}
	rc = rank_add_text(s->rank, text, len, err);
	if (rc == RANK_UNSEEN)
		return 2;
	app_count(app, false);
	return added(app, s, rc, err);
}

/* Once: versions differ where machines do, and mostly they score alike. */
static void
tell_versions(const struct app *app, const struct rank *rank)
{
	const char *one, *other;

	if (rank_versions(rank, &one, &other))
		app_warn(app, "versions %s and %s of the engine are ranked together", one, other);
}

/* Criteria that results have nothing for. */
static int
tell_lacking(const struct sift *s, const struct app *app, struct err *err)
{
	const struct criterion *c;

	if (s->unjudged > 0 && s->judged == 0)
		return err_set(err, ERR_USAGE, "no record has '%s'%s", s->by->name,
		    strcmp(s->by->name, "rmsd") == 0 ? ": --reference measures it" : "");
	if (s->unjudged > 0)
		app_say(app, "%zu left out, for they have no '%s'", s->unjudged, s->by->name);
	for (size_t i = 0; (c = sieve_criterion(s->sieve, i)); i++) {
		size_t lacked = sieve_lacked(s->sieve, i);

		if (lacked > 0 && sieve_had(s->sieve, i) == 0)
			return err_set(err, ERR_USAGE, "--where '%s': no record has it", c->text);
		if (lacked > 0)
			app_say(app, "%zu left out, for they have no '%s'", lacked, c->name);
	}
	return 0;
}

int
sift_finish(struct sift *s, struct app *app, struct err *err)
{
	if (s->nwaiting > 0 && settle(app, s, err) < 0)
		return -1;
	leftout_say(app, &s->left);
	tell_versions(app, s->rank);
	if (s->limited > 0)
		app_say(app, "%zu left out by --min and --max", s->limited);
	if (s->unwanted > 0)
		app_say(app, "%zu left out by --where, --in and --not-in", s->unwanted);
	if (s->unmatched > s->unread)
		app_say(app, "%zu left out by --smarts", s->unmatched - s->unread);
	if (s->unread > 0)
		app_warn(app, "%zu left out by --smarts, for they have no SMILES", s->unread);
	if (s->late > 0)
		app_detail(app, "%zu not looked at: as many as were asked for are better", s->late);
	return tell_lacking(s, app, err);
}

void
sift_clear(struct sift *s)
{
	for (size_t i = 0; i < s->nwaiting; i++)
		json_decref(s->waiting[i].record);
	free(s->waiting);
	s->waiting = NULL;
}
