/* SPDX-License-Identifier: MIT */
/* studies: what tasksweep shows of studies. */
#include "cli/studies.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/num.h"
#include "base/vec.h"
#include "cli/plot.h"
#include "cli/session.h"
#include "cli/sweeps.h"
#include "cli/table.h"
#include "plan/importance.h"
#include "plan/study.h"
#include "store/store.h"

enum { ROWS_MAX = 100, BAR = 40 }; /* of a table; letters of a whole bar */

/* What is looked at. */
struct view {
	struct app *app;
	const struct studies_call *call;
	struct store *store;
	struct study *study;
	bool as_table;
};

static bool
is_table(bool json)
{
	return !json && isatty(STDOUT_FILENO);
}

static int
open_view(struct view *v, struct err *err)
{
	int rc;

	v->as_table = is_table(v->call->json);
	if (session_open_if_any(v->app, &v->store, err) < 0)
		return -1;
	rc = v->store ? study_find(v->store, v->app->org, v->call->name, &v->study, err) : 0;
	if (rc == 0)
		return err_set(err, ERR_USAGE, "no study '%s'", v->call->name);
	return rc < 0 ? -1 : 0;
}

static int
close_view(struct view *v, int rc)
{
	study_free(v->study);
	session_close(v->store);
	return rc;
}

/* The answer is no. */
static int
say_no(struct view *v, const char *what)
{
	app_say(v->app, "study '%s': %s", study_name(v->study), what);
	app_status(v->app, EXIT_NO);
	return 0;
}

/* ---- trials ---- */

static struct table *
trial_table(const struct study *study, char ***heads)
{
	const struct axes *axes = &study_sweep(study)->axes;
	VEC(char *) names = VEC_INIT;

	vec_add(&names, xstrdup("TRIAL"));
	vec_add(&names, xstrdup("STATUS"));
	vec_add(&names, xasprintf(">%s", study_sweep(study)->metric));
	for (size_t i = 0; i < axes->len; i++)
		vec_add(&names,
		    xasprintf(
			"%s%s", axes->at[i].kind == AXIS_CATEGORICAL ? "" : ">", axes->at[i].name));
	*heads = names.at;
	return table_new((const char *const *)names.at, names.len);
}

static void
free_table(struct table *table, char **heads, size_t columns)
{
	table_free(table);
	for (size_t i = 0; i < columns; i++)
		free(heads[i]);
	free(heads);
}

static void
add_value(struct table *table, const json_t *value)
{
	struct buf text = BUF_INIT;

	if (json_is_string(value))
		buf_add_str(&text, json_string_value(value));
	else if (value)
		json_put(value, &text);
	table_add(table, buf_str(&text));
	buf_clear(&text);
}

static void
add_row(struct table *table, const struct study *study, const struct trial *trial)
{
	const struct axes *axes = &study_sweep(study)->axes;
	json_t *values = axes_values(axes, trial->point);
	char text[NUM_TEXT];

	table_addf(table, "%s-%lld", study_name(study), (long long)trial->number);
	table_add(table, trial_status_names[trial->status]);
	table_add(table, isnan(trial->value) ? NULL : sweeps_number(trial->value, text));
	for (size_t i = 0; i < axes->len; i++)
		add_value(table, json_object_get(values, axes->at[i].name));
	json_decref(values);
}

/* Trials by their indexes, n of them, or (NULL) the first n. */
static int
show_trials(struct view *v, const int64_t *which, int64_t n, struct err *err)
{
	int64_t shown = v->as_table && n > ROWS_MAX ? ROWS_MAX : n;
	struct table *table = NULL;
	char **heads = NULL;
	int rc = 0;

	if (v->as_table)
		table = trial_table(v->study, &heads);
	for (int64_t i = 0; i < shown && rc == 0; i++) {
		struct trial trial;
		json_t *record;

		study_trial(v->study, which ? which[i] : i, &trial);
		if (table) {
			add_row(table, v->study, &trial);
			continue;
		}
		record = study_record(v->study, &trial, err);
		if (record)
			app_record(v->app, record);
		rc = record ? 0 : -1;
		json_decref(record);
	}
	if (!table)
		return rc;
	table_print(table, stdout, table_width(STDOUT_FILENO));
	if (shown < n)
		app_say(v->app, "%lld more: --json lists them all", (long long)(n - shown));
	free_table(table, heads, study_sweep(v->study)->axes.len + 3);
	return rc;
}

int
studies_best(struct app *app, const struct studies_call *call, struct err *err)
{
	struct view v = { .app = app, .call = call };
	int64_t n = call->number ? call->number : 1, *best;
	int rc = open_view(&v, err);

	if (rc == 0) {
		if (n > study_count(v.study))
			n = study_count(v.study);
		best = xcalloc((size_t)n + 1, sizeof(*best));
		n = (int64_t)study_best(v.study, best, (size_t)n);
		rc = n ? show_trials(&v, best, n, err) : say_no(&v, "no trial has completed");
		free(best);
	}
	return close_view(&v, rc);
}

int
studies_trials(struct app *app, const struct studies_call *call, struct err *err)
{
	struct view v = { .app = app, .call = call };
	int rc = open_view(&v, err);

	if (rc == 0)
		rc = show_trials(&v, NULL, study_count(v.study), err);
	return close_view(&v, rc);
}

/* ---- importance ---- */

static void
print_share(struct view *v, const char *axis, double share)
{
	json_t *record;
	int bar = (int)(share * BAR + 0.5);

	if (v->as_table) {
		printf("%5.1f%%  %-*.*s  %s\n", share * 100, BAR, bar,
		    "########################################", axis);
		return;
	}
	record = json_pack("{s:s, s:s, s:s, s:f}", "type", "importance", "study",
	    study_name(v->study), "axis", axis, "importance", share);
	app_record(v->app, record);
	json_decref(record);
}

/* Greatest first. */
static void
print_shares(struct view *v, double *share)
{
	const struct axes *axes = &study_sweep(v->study)->axes;

	for (size_t done = 0; done < axes->len; done++) {
		size_t most = 0;

		for (size_t i = 1; i < axes->len; i++)
			if (share[i] > share[most])
				most = i;
		print_share(v, axes->at[most].name, share[most]);
		share[most] = -1;
	}
}

int
studies_importance(struct app *app, const struct studies_call *call, struct err *err)
{
	struct view v = { .app = app, .call = call };
	double *share;
	int rc = open_view(&v, err);

	if (rc == 0) {
		share = xcalloc(study_sweep(v.study)->axes.len, sizeof(*share));
		if (study_importance(v.study, share) < IMPORTANCE_LEAST)
			say_no(&v, "too few trials have completed: ten at least");
		else
			print_shares(&v, share);
		free(share);
	}
	return close_view(&v, rc);
}

/* ---- plot ---- */

static int
axis_named(const struct axes *axes, const char *name, size_t *axis, struct err *err)
{
	for (size_t i = 0; i < axes->len; i++) {
		if (strcmp(axes->at[i].name, name) != 0)
			continue;
		*axis = i;
		return 0;
	}
	return err_set(err, ERR_USAGE, "no axis '%s' in this study", name);
}

/* Where a trial stands from left to right; NAN: nowhere. */
static double
left_of(const struct view *v, const struct trial *trial, size_t axis)
{
	return v->call->axis ? trial->point[axis] : (double)trial->number;
}

static void
fill_plot(const struct view *v, struct plot *plot, size_t axis)
{
	const struct sweep *sweep = study_sweep(v->study);
	double best = NAN;

	for (int64_t i = 0; i < study_count(v->study); i++) {
		struct trial trial;
		bool better;

		study_trial(v->study, i, &trial);
		if (trial.status != TRIAL_COMPLETED)
			continue;
		better = sweep_is_better(sweep, trial.value, best);
		if (better)
			best = trial.value;
		plot_add(plot, left_of(v, &trial, axis), trial.value, better && !v->call->axis);
	}
}

static char *
edge_text(const struct axis *axis, double place)
{
	json_t *value = axis_value(axis, place);
	struct buf text = BUF_INIT;

	if (json_is_string(value))
		buf_add_str(&text, json_string_value(value));
	else
		json_put(value, &text);
	json_decref(value);
	return buf_take(&text);
}

static void
draw_plot(const struct view *v, size_t axis)
{
	const struct sweep *sweep = study_sweep(v->study);
	const struct axis *along = &sweep->axes.at[axis];
	struct plot *plot = plot_new(sweep->metric, v->call->axis ? v->call->axis : "trial");
	char *left = NULL, *right = NULL;

	fill_plot(v, plot, axis);
	if (v->call->axis) {
		left = edge_text(along, 0);
		right = edge_text(along, 1);
		plot_edges(plot, 0, left, 1, right);
	}
	plot_print(plot, stdout, table_width(STDOUT_FILENO));
	plot_free(plot);
	free(left);
	free(right);
}

int
studies_plot(struct app *app, const struct studies_call *call, struct err *err)
{
	struct view v = { .app = app, .call = call };
	int rc = open_view(&v, err);
	size_t axis = 0;
	int64_t best;

	if (rc == 0 && call->axis)
		rc = axis_named(&study_sweep(v.study)->axes, call->axis, &axis, err);
	if (rc == 0 && study_best(v.study, &best, 1) == 0)
		say_no(&v, "no trial has completed");
	else if (rc == 0)
		draw_plot(&v, axis);
	return close_view(&v, rc);
}
