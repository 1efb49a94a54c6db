/* SPDX-License-Identifier: MIT */
/* study_tell: what came of a trial is told. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/vec.h"
#include "plan/prune.h"
#include "plan/report.h"
#include "plan/study_parts.h"
#include "store/stmt.h"

static const char sql_step[] =
    "INSERT INTO trial_step (study, number, step, value) VALUES (?, ?, ?, ?)"
    " ON CONFLICT DO UPDATE SET value = excluded.value";
static const char sql_reached[] =
    "SELECT min(value), max(value) FROM trial_step WHERE study = ? AND number = ? AND step <= ?";
static const char sql_others[] =
    "SELECT min(s.value), max(s.value) FROM trial t JOIN trial_step s USING (study, number)"
    " WHERE t.study = ? AND t.status = 'completed' AND s.step <= ? GROUP BY t.number";

/* ---- which trial ---- */

/* The values that a record has for axes are those of the trial. What is no category at all is not
 * looked at: taskrun makes a path absolute. */
static int
check_params(const struct study *s, size_t i, const struct report *report, struct err *err)
{
	const struct axes *axes = &s->sweep->axes;
	const double *point = study_point(s, i);

	for (size_t d = 0; d < axes->len; d++) {
		const struct axis *axis = &axes->at[d];
		const json_t *value = json_object_get(report->params, axis->name);
		double place;

		if (!value || isnan(point[d]))
			continue;
		if (axis->kind == AXIS_CATEGORICAL && axis_place(axis, value, &place, NULL) < 0)
			continue;
		if (axis_place(axis, value, &place, err) < 0)
			return -1;
		if (fabs(place - point[d]) > 1e-9)
			return err_set(err, ERR_INPUT, "its '%s' is not that of trial '%s-%lld'",
			    axis->name, s->name, (long long)i + 1);
	}
	return 0;
}

/* Can what is reported be of this trial, of the same point? Another value is of another trial. */
static bool
fits(const struct known *known, const struct report *report)
{
	return known->status != TRIAL_COMPLETED || isnan(report->value) ||
	    known->value == report->value;
}

/* The trial with this point: one that is open, else the last that fits; len: none. */
static size_t
trial_at(const struct study *s, const double *point, const struct report *report)
{
	size_t found = s->len;

	for (size_t i = 0; i < s->len; i++) {
		if (!axes_same(&s->sweep->axes, study_point(s, i), point))
			continue;
		if (s->known[i].status == TRIAL_OPEN)
			return i;
		if (fits(&s->known[i], report))
			found = i;
	}
	return found;
}

static int
trial_by_params(struct study *s, const struct report *report, size_t *i, struct err *err)
{
	size_t axes = s->sweep->axes.len;
	double *point = xcalloc(axes, sizeof(*point));
	int rc = axes_point(&s->sweep->axes, report->params, point, err);

	if (rc == 0)
		*i = trial_at(s, point, report);
	if (rc == 0 && *i == s->len) {
		study_know(s, (int64_t)s->len + 1);
		memcpy(study_point(s, *i), point, axes * sizeof(*point));
		study_settle(s, *i);
		rc = study_insert(s, *i, err);
	}
	free(point);
	return rc;
}

static int
trial_of(struct study *s, const struct report *report, size_t *i, struct err *err)
{
	if (report->number == 0)
		return trial_by_params(s, report, i, err);
	*i = (size_t)report->number - 1;
	if (*i >= s->len)
		return err_set(err, ERR_INPUT, "there is no trial '%s-%lld': the last is %zu",
		    s->name, (long long)report->number, s->len);
	return check_params(s, *i, report, err);
}

/* ---- what came of it ---- */

static double
better_of(const struct study *s, struct stmt *row)
{
	return stmt_double(row, s->sweep->maximize ? 1 : 0);
}

/* The best that trial i has reached by a step. */
static int
reached(struct study *s, size_t i, int64_t step, double *best, struct err *err)
{
	struct stmt *row = stmt_query(
	    s->store, err, sql_reached, "iii", s->id, (int64_t)i + 1, step);

	if (!row || stmt_next(row, err) != 1)
		return -1;
	*best = better_of(s, row);
	stmt_end(row);
	return 0;
}

static int
judge_step(struct study *s, size_t i, const struct report *report, bool *prune, struct err *err)
{
	VEC(double) others = VEC_INIT;
	struct stmt *row;
	double best;
	int rc = -1;

	if (reached(s, i, report->step, &best, err) < 0)
		return -1;
	row = stmt_query(s->store, err, sql_others, "ii", s->id, report->step);
	while (row && (rc = stmt_next(row, err)) == 1)
		vec_add(&others, better_of(s, row));
	if (rc == 0)
		*prune = prune_is_due(s->sweep, report->step, best, others.at, others.len);
	vec_clear(&others);
	return rc;
}

/* It goes on, or is given up here. */
static int
tell_step(struct study *s, size_t i, const struct report *report, bool *prune, struct err *err)
{
	struct known *known = &s->known[i];

	if (stmt_run(s->store, err, sql_step, "iiid", s->id, (int64_t)i + 1, report->step,
		report->value) < 0)
		return -1;
	*prune = known->status == TRIAL_PRUNED;
	if (known->status != TRIAL_OPEN)
		return 0;
	if (s->sweep->pruner.on && judge_step(s, i, report, prune, err) < 0)
		return -1;
	if (!*prune)
		return 0;
	known->status = TRIAL_PRUNED;
	known->value = report->value;
	return study_update(s, i, report->execution, NULL, err);
}

static int
tell_end(struct study *s, size_t i, const struct report *report, struct err *err)
{
	struct known *known = &s->known[i];

	if (isnan(report->value)) {
		if (known->status != TRIAL_OPEN)
			return 0;
		known->status = report->pruned ? TRIAL_PRUNED : TRIAL_FAILED;
	} else {
		if (known->status == TRIAL_COMPLETED && known->value == report->value)
			return 0;
		known->status = TRIAL_COMPLETED;
		known->value = report->value;
	}
	study_settle(s, i);
	return study_update(s, i, report->execution, report->error, err);
}

int
study_tell(struct study *s, const json_t *record, struct trial *trial, bool *prune, struct err *err)
{
	struct report report;
	size_t i = 0;
	int rc;

	*prune = false;
	if (study_look(s, err) < 0 || report_read(s->sweep, s->name, record, &report, err) < 0 ||
	    trial_of(s, &report, &i, err) < 0)
		return -1;
	rc = report.on_its_way ? tell_step(s, i, &report, prune, err)
			       : tell_end(s, i, &report, err);
	study_trial(s, (int64_t)i, trial);
	return rc;
}

int
study_reopen(struct study *s, int64_t number, struct err *err)
{
	size_t i = (size_t)number - 1;

	if (study_look(s, err) < 0)
		return -1;
	if (i >= s->len || s->known[i].status == TRIAL_OPEN)
		return 0;
	s->known[i].status = TRIAL_OPEN;
	s->known[i].value = NAN;
	study_settle(s, i);
	return study_update(s, i, 0, NULL, err);
}
