/* SPDX-License-Identifier: MIT */
/* tasksweep: search parameters: grids and samples of them, and studies that learn from results. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/num.h"
#include "cli/app.h"
#include "cli/studies.h"
#include "cli/sweeps.h"
#include "plan/sweep.h"

static struct {
	int again, json, stream;
	char *axis, *number, *seed, *study;
} o;

static const struct poptOption options[] = {
	{ "again", 0, POPT_ARG_NONE, &o.again, 0, "ask: those that are open, once more", NULL },
	{ "axis", 0, POPT_ARG_STRING, &o.axis, 0, "plot: against this parameter", "NAME" },
	{ "json", 0, POPT_ARG_NONE, &o.json, 0, "records, on a terminal too", NULL },
	{ "number", 'n', POPT_ARG_STRING, &o.number, 0, "how many trials or lines", "N" },
	{ "seed", 0, POPT_ARG_STRING, &o.seed, 0, "random, lhs: instead of the file's", "N" },
	{ "stream", 0, POPT_ARG_NONE, &o.stream, 0, "ask: for each line of standard input", NULL },
	{ "study", 0, POPT_ARG_STRING, &o.study, 0, "the name of the study", "NAME" },
	APP_RECORD_OPTIONS,
	APP_STATE_OPTIONS,
	APP_COMMON_OPTIONS,
	POPT_TABLEEND,
};

/* What the options come to. */
static struct sweeps_call sweep_call;

enum accepts {
	AGAIN = 1,
	AXIS = 2,
	JSON = 4,
	NUMBER = 8,
	SEED = 16,
	STREAM = 32,
	STUDY = 64,
	RECORDS = 128,
};

static int
generate(struct app *app, int method, struct err *err)
{
	if (method == SWEEP_BAYES)
		app_usage(app, "bayes learns from results: begin a study with ask, and tell it");
	if (app->nargs != 2)
		app_usage(app, "%s takes one sweep file", app->args[0]);
	return sweeps_generate(app, &sweep_call, method, err);
}

/* What one of these shows of the study that is meant. */
static int
look(struct app *app, int (*show)(struct app *, const struct studies_call *, struct err *),
    struct err *err)
{
	struct studies_call call = { .axis = o.axis, .number = sweep_call.number, .json = o.json };
	int rc = -1;

	if (app->nargs > 2)
		app_usage(app, "%s takes one study", app->args[0]);
	call.name = sweeps_study_name(app, &sweep_call, err);
	if (call.name)
		rc = show(app, &call, err);
	free(call.name);
	return rc;
}

static int
ask(struct app *app, struct err *err)
{
	if (app->nargs > 2)
		app_usage(app, "ask takes one sweep file, or the name of a study");
	if (o.again && o.stream)
		app_usage(app, "--again and --stream exclude each other");
	return sweeps_ask(app, &sweep_call, err);
}

static int
best(struct app *app, struct err *err)
{
	return look(app, studies_best, err);
}

static int
check(struct app *app, struct err *err)
{
	return sweeps_check(app, app->args + 1, err);
}

static int
importance(struct app *app, struct err *err)
{
	return look(app, studies_importance, err);
}

static int
list(struct app *app, struct err *err)
{
	if (app->nargs > 1)
		app_usage(app, "list takes no operands");
	return studies_list(app, o.json, err);
}

static int
plot(struct app *app, struct err *err)
{
	return look(app, studies_plot, err);
}

static int
rm(struct app *app, struct err *err)
{
	if (app->nargs < 2)
		app_usage(app, "rm takes the names of studies");
	return studies_remove(app, app->args + 1, err);
}

static int
tell(struct app *app, struct err *err)
{
	char **files = app->args + 1;

	return sweeps_tell(app, &sweep_call, *files ? files + 1 : files, err);
}

static int
trials(struct app *app, struct err *err)
{
	return look(app, studies_trials, err);
}

#define COMMANDS "ask, best, check, grid, importance, lhs, list, plot, random, rm, tell, trials"

static const struct {
	const char *name;
	int (*run)(struct app *app, struct err *err);
	int accepts;
} commands[] = {
	{ "ask", ask, AGAIN | NUMBER | STREAM | STUDY },
	{ "best", best, JSON | NUMBER | STUDY },
	{ "check", check, 0 },
	{ "importance", importance, JSON | STUDY },
	{ "list", list, JSON },
	{ "plot", plot, AXIS | STUDY },
	{ "rm", rm, 0 },
	{ "tell", tell, STUDY | RECORDS },
	{ "trials", trials, JSON | STUDY },
};

static void
check_options(struct app *app, int accepts)
{
	int given = (o.again ? AGAIN : 0) | (o.axis ? AXIS : 0) | (o.json ? JSON : 0) |
	    (o.number ? NUMBER : 0) | (o.seed ? SEED : 0) | (o.stream ? STREAM : 0) |
	    (o.study ? STUDY : 0) | (app->strict || app->allow_failed ? RECORDS : 0);
	static const char *const names[] = { "--again", "--axis", "--json", "--number", "--seed",
		"--stream", "--study", "--strict and --allow-failed" };

	for (int i = 0; given >> i; i++)
		if ((given & ~accepts) >> i & 1)
			app_usage(app, "%s knows no %s", app->args[0], names[i]);
}

static void
read_values(struct app *app)
{
	struct err err = { 0 };

	sweep_call = (struct sweeps_call){ .operand = app->args[1],
		.study = o.study,
		.seed = -1,
		.again = o.again,
		.stream = o.stream };
	if (o.number && num_int(o.number, 1, SWEEP_TRIALS_MOST, &sweep_call.number, &err) < 0)
		app_usage(app, "--number: %s", err.text);
	if (o.seed && num_int(o.seed, 0, INT64_MAX, &sweep_call.seed, &err) < 0)
		app_usage(app, "--seed: %s", err.text);
	if (o.study && !sweep_is_name(o.study))
		app_usage(app, "--study: a name is up to %d letters, digits, '_' and '-', not '%s'",
		    SWEEP_NAME_MOST, o.study);
	if (o.study && sweep_call.operand && sweep_is_name(sweep_call.operand))
		app_usage(
		    app, "--study goes with a sweep file, and '%s' is a name", sweep_call.operand);
}

static int
run(struct app *app, struct err *err)
{
	int method;

	if (app->nargs == 0)
		app_usage(app, "what to do? " COMMANDS);
	read_values(app);
	method = sweep_method_find(app->args[0]);
	if (method >= 0) {
		check_options(app, NUMBER | (method == SWEEP_GRID ? 0 : SEED));
		return generate(app, method, err);
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		if (strcmp(commands[i].name, app->args[0]) != 0)
			continue;
		check_options(app, commands[i].accepts);
		return commands[i].run(app, err);
	}
	app_usage(app, "'%s' is not a command; there are: " COMMANDS, app->args[0]);
}

int
main(int argc, char **argv)
{
	struct err err = { 0 };
	struct app *app = app_start("tasksweep",
	    "ask|best|check|grid|importance|lhs|list|plot|random|rm|tell|trials [SWEEP] [FILE ...]",
	    options, argc, argv);

	return app_finish(app, run(app, &err), &err);
}
