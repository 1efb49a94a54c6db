/* SPDX-License-Identifier: MIT */
/* sweeps: what tasksweep does with sweep files. */
#include "cli/sweeps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/num.h"
#include "plan/grid.h"
#include "plan/sampler.h"
#include "plan/sweep.h"

/* ---- files ---- */

static void
tell_wrong(const struct err *wrong, void *ctx)
{
	struct err copy = *wrong;

	app_report(ctx, &copy);
}

struct sweep *
sweeps_read(struct app *app, const char *path, int method, struct err *err)
{
	struct sweep *sweep;

	if (strcmp(path, "-") == 0 && isatty(STDIN_FILENO))
		app_usage(app, "standard input is a terminal: name a sweep file");
	sweep = sweep_read(path, method, tell_wrong, app, err);
	if (!sweep && !*err->text)
		err_set(err, ERR_INPUT, "%s", "");
	return sweep;
}

int
sweeps_check(struct app *app, char **files, struct err *err)
{
	static char *standard_input[] = { "-", NULL };

	for (char **file = *files ? files : standard_input; *file; file++) {
		struct sweep *sweep = sweeps_read(app, *file, -1, err);

		if (!sweep && *err->text)
			app_report(app, err);
		*err = (struct err){ 0 };
		sweep_free(sweep);
	}
	return 0;
}

char *
sweeps_number(double x, char *text)
{
	snprintf(text, NUM_TEXT, "%.6g", x);
	return text;
}

/* ---- points without results ---- */

static void
print_point(struct app *app, const struct sweep *sweep, const double *point)
{
	json_t *params = sweep_params(sweep, point);

	app_record(app, params);
	json_decref(params);
}

static void
print_grid(struct app *app, const struct sweep *sweep, int64_t most, double *point)
{
	struct grid *grid = grid_new(&sweep->axes);

	while ((most == 0 || (int64_t)grid_count(grid) < most) && grid_next(grid, point))
		print_point(app, sweep, point);
	if (most > 0 && grid_next(grid, point))
		app_say(app, "the grid has more than these %lld points", (long long)most);
	grid_free(grid);
}

static void
print_points(struct app *app, const struct sweep *sweep, uint64_t n, double *point)
{
	for (uint64_t i = 0; i < n; i++) {
		if (sweep->method == SWEEP_LHS)
			sampler_lhs(&sweep->axes, sweep->seed, n, i, point);
		else
			sampler_random(&sweep->axes, sweep->seed, i + 1, point);
		print_point(app, sweep, point);
	}
}

int
sweeps_generate(struct app *app, const struct sweeps_call *call, int method, struct err *err)
{
	struct sweep *sweep;
	int64_t n;
	double *point;

	if (!call->operand)
		app_usage(app, "%s takes a sweep file", sweep_method_names[method]);
	sweep = sweeps_read(app, call->operand, method, err);
	if (!sweep)
		return -1;
	if (call->seed >= 0)
		sweep->seed = (uint64_t)call->seed;
	n = call->number ? call->number : sweep->max_trials;
	point = xcalloc(sweep->axes.len, sizeof(*point));
	if (method == SWEEP_GRID)
		print_grid(app, sweep, n, point);
	else
		print_points(app, sweep, (uint64_t)n, point);
	free(point);
	sweep_free(sweep);
	return 0;
}

/* ---- studies ---- */

char *
sweeps_study_name(struct app *app, const struct sweeps_call *call, struct err *err)
{
	struct sweep *sweep;
	char *name;

	if (call->study)
		return xstrdup(call->study);
	if (!call->operand)
		app_usage(app, "which study? its name, its sweep file, or --study");
	if (sweep_is_name(call->operand))
		return xstrdup(call->operand);
	sweep = sweeps_read(app, call->operand, -1, err);
	name = sweep ? xstrdup(sweep->name) : NULL;
	sweep_free(sweep);
	return name;
}
