/* SPDX-License-Identifier: MIT */
/* pipeline: steps that follow each other: check them, look at them, run them. */
#include <string.h>

#include "base/err.h"
#include "cli/app.h"
#include "cli/pipelines.h"
#include "cli/runs.h"
#include "cli/walk.h"

static struct {
	int dot, json, mermaid;
	struct walk_options walk;
	int caught; /* the signal that ended a run; 0: none */
} o;

static char *chunk_time;

static const struct poptOption options[] = {
	{ "chunk-size", 0, POPT_ARG_INT, &o.walk.plan.chunk, 0,
	    "with --on: executions of an element", "N" },
	{ "chunk-time", 0, POPT_ARG_STRING, &chunk_time, 0,
	    "with --on: what an element is to take (30m)", "TIME" },
	{ "detach", 'd', POPT_ARG_NONE, &o.walk.detach, 0, "run, resume: in the background", NULL },
	{ "dot", 0, POPT_ARG_NONE, &o.dot, 0, "show: as a graph for Graphviz", NULL },
	{ "dry-run", 0, POPT_ARG_NONE, &o.walk.dry_run, 0,
	    "run, resume: say what would be run, and do nothing", NULL },
	{ "job", 0, POPT_ARG_STRING, &o.walk.job, 0, "run: resumable name of the run", "NAME" },
	{ "jobs", 'j', POPT_ARG_INT, &o.walk.jobs, 0, "run, resume: at most N at once", "N" },
	{ "json", 0, POPT_ARG_NONE, &o.json, 0, "list, show, status: records, also on a terminal",
	    NULL },
	{ "mermaid", 0, POPT_ARG_NONE, &o.mermaid, 0, "show: as a Mermaid flowchart", NULL },
	{ "on", 0, POPT_ARG_STRING, &o.walk.plan.profile, 0,
	    "run, resume: have a cluster run what can be", "PROFILE" },
	{ "param", 'p', POPT_ARG_ARGV, &o.walk.params, 0, "run, resume: a parameter", "K=V" },
	{ "resource", 0, POPT_ARG_ARGV, &o.walk.plan.settings, 0,
	    "with --on: over what the profile says", "KEY=VALUE" },
	{ "why", 0, POPT_ARG_NONE, &o.walk.why, 0, "run, resume: say what is run again, and why",
	    NULL },
	APP_STATE_OPTIONS,
	APP_COMMON_OPTIONS,
	POPT_TABLEEND,
};

static int
add(struct app *app, char **args, struct err *err)
{
	if (!*args)
		app_usage(app, "add takes the files to store");
	return pipelines_add(app, args, err);
}

static int
cancel(struct app *app, char **args, struct err *err)
{
	if (!*args)
		app_usage(app, "cancel takes the runs to cancel");
	return runs_cancel(app, args, err);
}

static int
check(struct app *app, char **args, struct err *err)
{
	if (!*args)
		app_usage(app, "check takes the pipelines to check");
	return pipelines_check(app, args, err);
}

static int
list(struct app *app, char **args, struct err *err)
{
	if (*args)
		app_usage(app, "list takes no operands, found '%s'", *args);
	return pipelines_list(app, o.json, err);
}

static int
resume(struct app *app, char **args, struct err *err)
{
	if (app->nargs != 2)
		app_usage(app, "resume takes one run");
	return walk_resume(app, args[0], &o.walk, &o.caught, err);
}

static int
rm(struct app *app, char **args, struct err *err)
{
	if (!*args)
		app_usage(app, "rm takes the pipelines to remove");
	return pipelines_remove(app, args, err);
}

static int
run_one(struct app *app, char **args, struct err *err)
{
	if (app->nargs != 2)
		app_usage(app, "run takes one pipeline");
	if (o.walk.job && !*o.walk.job)
		app_usage(app, "--job takes a name");
	return walk_run(app, args[0], &o.walk, &o.caught, err);
}

/* A run, where there is one of that name; else a pipeline. */
static int
show(struct app *app, char **args, struct err *err)
{
	enum pipelines_form form = PIPELINES_AUTO;
	int rc;

	if (app->nargs != 2)
		app_usage(app, "show takes one pipeline or run");
	if (o.dot + o.json + o.mermaid > 1)
		app_usage(app, "--dot, --json and --mermaid exclude each other");
	if (o.dot)
		form = PIPELINES_DOT;
	else if (o.json)
		form = PIPELINES_JSON;
	else if (o.mermaid)
		form = PIPELINES_MERMAID;
	rc = runs_show(app, args[0], form, err);
	return rc > 0 ? pipelines_show(app, args[0], form, err) : rc;
}

static int
status(struct app *app, char **args, struct err *err)
{
	if (app->nargs > 2)
		app_usage(app, "status takes one run, or none");
	return runs_status(app, args[0], o.json, err);
}

static int template(struct app *app, char **args, struct err *err)
{
	if (app->nargs == 1)
		return pipelines_templates(app, err);
	if (strcmp(args[0], "new") != 0 || app->nargs < 3 || app->nargs > 4)
		app_usage(app, "template takes nothing, or: new NAME [FILE]");
	return pipelines_copy(app, args[1], args[2], err);
}

#define COMMANDS "add, cancel, check, list, resume, rm, run, show, status, template"

enum accepts { GRAPHS = 1, JSON = 2, WALK = 4, JOB = 8 };

static const struct {
	const char *name;
	int (*run)(struct app *app, char **args, struct err *err);
	int accepts;
} commands[] = {
	{ "add", add, 0 },
	{ "cancel", cancel, 0 },
	{ "check", check, 0 },
	{ "list", list, JSON },
	{ "resume", resume, WALK },
	{ "rm", rm, 0 },
	{ "run", run_one, WALK | JOB },
	{ "show", show, GRAPHS | JSON },
	{ "status", status, JSON },
	{ "template", template, 0 },
};

static void
check_options(struct app *app, const char *name, int accepts)
{
	const struct walk_options *w = &o.walk;

	if ((o.dot || o.mermaid) && !(accepts & GRAPHS))
		app_usage(app, "%s knows no --dot and --mermaid", name);
	if (o.json && !(accepts & JSON))
		app_usage(app, "%s knows no --json", name);
	if ((w->detach || w->dry_run || w->jobs || w->params || w->why || w->plan.profile) &&
	    !(accepts & WALK))
		app_usage(app, "%s knows no --detach, --dry-run, -j, --on, -p and --why", name);
	cluster_plan_read(app, &o.walk.plan, chunk_time);
	if (w->job && !(accepts & JOB))
		app_usage(app, "%s knows no --job", name);
	if (w->jobs < 0 || w->jobs > 4096)
		app_usage(app, "-j takes 1 to 4096");
}

static int
run(struct app *app, struct err *err)
{
	if (app->nargs == 0)
		app_usage(app, "what to do? " COMMANDS);
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		if (strcmp(commands[i].name, app->args[0]) != 0)
			continue;
		check_options(app, commands[i].name, commands[i].accepts);
		return commands[i].run(app, app->args + 1, err);
	}
	app_usage(app, "'%s' is not a command; there are: " COMMANDS, app->args[0]);
}

int
main(int argc, char **argv)
{
	struct err err = { 0 };
	struct app *app = app_start("pipeline",
	    "add|cancel|check|list|resume|rm|run|show|status|template [PIPELINE|RUN ...]", options,
	    argc, argv);
	int rc = run(app, &err), end;

	if (o.caught)
		app_stopped(app);
	end = app_finish(app, rc, &err);
	app_die(o.caught);
	return end;
}
