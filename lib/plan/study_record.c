/* SPDX-License-Identifier: MIT */
/* study_record: studies and trials as records, the best of them, and what mattered. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/num.h"
#include "plan/importance.h"
#include "plan/study_parts.h"
#include "store/stmt.h"

static const char sql_more[] =
    "SELECT error, execution, created, ended FROM trial WHERE study = ? AND number = ?";
static const char sql_steps[] =
    "SELECT step, value FROM trial_step WHERE study = ? AND number = ? ORDER BY step";

/* ---- the end ---- */

char *
study_end_text(const struct study *s)
{
	char target[NUM_TEXT];

	switch (s->end) {
	case STUDY_TARGET:
		return xasprintf("study '%s': the target, %s, is reached", s->name,
		    num_text(s->sweep->target, target));
	case STUDY_TRIALS:
		return xasprintf("study '%s': all %lld trials (max_trials) were asked for", s->name,
		    (long long)s->sweep->max_trials);
	case STUDY_ALL:
		return xasprintf("study '%s': every point was asked for", s->name);
	default:
		return xasprintf("study '%s' goes on", s->name);
	}
}

/* ---- the best ---- */

static bool
is_before(const struct study *s, size_t a, size_t b)
{
	return s->costs[a] < s->costs[b];
}

size_t
study_best(const struct study *s, int64_t *best, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < s->len; i++) {
		size_t at = count;

		if (isnan(s->costs[i]))
			continue;
		while (at > 0 && is_before(s, i, (size_t)best[at - 1]))
			at--;
		if (at >= n)
			continue;
		count += count < n;
		memmove(best + at + 1, best + at, (count - at - 1) * sizeof(*best));
		best[at] = (int64_t)i;
	}
	return count;
}

size_t
study_importance(const struct study *s, double *share)
{
	size_t axes = s->sweep->axes.len, n = 0;
	double *points = xcalloc(s->len * axes + 1, sizeof(*points));
	double *costs = xcalloc(s->len + 1, sizeof(*costs));

	for (size_t i = 0; i < s->len; i++) {
		if (isnan(s->costs[i]))
			continue;
		memcpy(points + n * axes, study_point(s, i), axes * sizeof(*points));
		costs[n++] = s->costs[i];
	}
	importance_of(&s->sweep->axes, points, costs, n, share);
	free(points);
	free(costs);
	return n;
}

/* ---- records ---- */

static json_t *
key_of(const struct study *s, int64_t number)
{
	return json_sprintf("%s-%lld", s->name, (long long)number);
}

json_t *
study_line(const struct study *s, const struct trial *trial)
{
	json_t *line = json_pack("{s:o}", "key", key_of(s, trial->number));
	json_t *params = sweep_params(s->sweep, trial->point);

	json_object_update(line, params);
	json_decref(params);
	return line;
}

static json_t *
time_of(struct stmt *row, int column)
{
	char text[CLOCK_TEXT];

	return stmt_is_null(row, column) ? json_null()
					 : json_string(clock_format(stmt_int(row, column), text));
}

static int
add_steps(struct study *s, int64_t number, json_t *record, struct err *err)
{
	struct stmt *row = stmt_query(s->store, err, sql_steps, "ii", s->id, number);
	json_t *steps = json_array();
	int rc = -1;

	while (row && (rc = stmt_next(row, err)) == 1)
		json_array_append_new(
		    steps, json_pack("[I, f]", (json_int_t)stmt_int(row, 0), stmt_double(row, 1)));
	if (json_array_size(steps) > 0)
		json_object_set(record, "steps", steps);
	json_decref(steps);
	return rc;
}

json_t *
study_record(struct study *s, const struct trial *trial, struct err *err)
{
	struct stmt *row = stmt_query(s->store, err, sql_more, "ii", s->id, trial->number);
	json_t *record;
	int rc = row ? stmt_next(row, err) : -1;

	if (rc == 0)
		err_set(err, ERR_NO, "trial '%s-%lld' is not there any more", s->name,
		    (long long)trial->number);
	if (rc <= 0)
		return NULL;
	record = json_pack("{s:s, s:o, s:s, s:I, s:s, s:o, s:{}}", "type", "trial", "key",
	    key_of(s, trial->number), "study", s->name, "trial", (json_int_t)trial->number,
	    "status", trial_status_names[trial->status], "params",
	    sweep_params(s->sweep, trial->point), "metrics");
	if (!isnan(trial->value))
		json_object_set_new(
		    json_object_get(record, "metrics"), s->sweep->metric, json_real(trial->value));
	if (!stmt_is_null(row, 0))
		json_object_set_new(record, "error",
		    json_parse(stmt_text(row, 0), strlen(stmt_text(row, 0)), NULL));
	if (!stmt_is_null(row, 1))
		json_object_set_new(record, "execution", json_integer(stmt_int(row, 1)));
	json_object_set_new(record, "created", time_of(row, 2));
	json_object_set_new(record, "ended", time_of(row, 3));
	stmt_end(row);
	if (add_steps(s, trial->number, record, err) == 0)
		return record;
	json_decref(record);
	return NULL;
}

json_t *
study_summary(const struct study *s)
{
	json_int_t counts[TRIAL_STATUSES] = { 0 };
	json_t *record, *of = json_object();
	int64_t best;

	for (size_t i = 0; i < s->len; i++)
		counts[s->known[i].status]++;
	for (int i = 0; i < TRIAL_STATUSES; i++)
		json_object_set_new(of, trial_status_names[i], json_integer(counts[i]));
	record = json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:o}", "type", "study", "study", s->name,
	    "method", sweep_method_names[s->sweep->method], "metric", s->sweep->metric, "direction",
	    s->sweep->maximize ? "maximize" : "minimize", "trials", (json_int_t)s->len, "counts",
	    of);
	if (s->sweep->max_trials)
		json_object_set_new(record, "max_trials", json_integer(s->sweep->max_trials));
	if (study_best(s, &best, 1) == 1)
		json_object_set_new(record, "best",
		    json_pack(
			"{s:o, s:f}", "key", key_of(s, best + 1), "value", s->known[best].value));
	return record;
}
