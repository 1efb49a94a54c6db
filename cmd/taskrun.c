/* SPDX-License-Identifier: MIT */
/* taskrun: submit executions of a task, a line of parameters each, and work on them. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "cli/app.h"
#include "cli/campaign.h"
#include "cli/params.h"

static struct campaign o;
static int help_params;
static char *chunk_time;

static const struct poptOption options[] = {
	{ "after", 0, POPT_ARG_ARGV, &o.terms.after, 0, "wait until an execution has ended so",
	    "ID[:ok|any|fail]" },
	{ "allow-failed", 0, POPT_ARG_STRING, NULL, APP_ALLOW_FAILED,
	    "end 0 with at most N or N% failed executions", "N|N%" },
	{ "atomic", 0, POPT_ARG_NONE, &o.atomic, 0, "submit all lines at once, or none", NULL },
	{ "chunk-size", 0, POPT_ARG_INT, &o.plan.chunk, 0, "with --on: executions of an element",
	    "N" },
	{ "chunk-time", 0, POPT_ARG_STRING, &chunk_time, 0,
	    "with --on: what an element is to take (30m)", "TIME" },
	{ "detach", 'd', POPT_ARG_NONE, &o.detach, 0, "submit only", NULL },
	{ "dry-run", 0, POPT_ARG_NONE, &o.plan.dry_run, 0,
	    "with --on: say what would be submitted, and change nothing", NULL },
	{ "explain-miss", 0, POPT_ARG_NONE, &o.explain_miss, 0,
	    "say why what is not in the cache is not", NULL },
	{ "force", 0, POPT_ARG_ARGV, &o.force, 0, "override a parameter of every line", "K=V" },
	{ "graph", 0, POPT_ARG_NONE, &o.graph, 0, "lines say what they wait for", NULL },
	{ "help-params", 0, POPT_ARG_NONE, &help_params, 0, "show what the task takes, and end",
	    NULL },
	{ "hold", 0, POPT_ARG_NONE, &o.terms.hold, 0, "wait for taskctl approve", NULL },
	{ "inputs", 0, POPT_ARG_NONE, &o.inputs, 0, "store the files that lines name", NULL },
	{ "job", 0, POPT_ARG_STRING, &o.job, 0, "resumable name of this batch", "NAME" },
	{ "jobs", 'j', POPT_ARG_INT, &o.jobs, 0, "run at most N at once", "N" },
	{ "keep", 0, POPT_ARG_STRING, &o.keep, 0, "keep work folders below this one", "DIR" },
	{ "lines", 0, POPT_ARG_NONE, &o.lines, 0, "lines are text: parameter {line}", NULL },
	{ "map", 0, POPT_ARG_STRING, &o.map, 0, "make the parameters from each line", "JQ" },
	{ "meta", 0, POPT_ARG_ARGV, &o.terms.meta, 0, "what records show of it as metadata",
	    "K=V" },
	{ "new-inputs", 0, POPT_ARG_NONE, &o.new_inputs, 0,
	    "begin the job anew where its inputs changed", NULL },
	{ "no-cache", 0, POPT_ARG_NONE, &o.no_cache, 0, "run all, whatever the cache has", NULL },
	{ "no-input", 'n', POPT_ARG_NONE, &o.once, 0, "one execution from --set, read nothing",
	    NULL },
	{ "not-before", 0, POPT_ARG_STRING, &o.terms.not_before, 0,
	    "wait until then: RFC 3339, or +2h", "TIME" },
	{ "on", 0, POPT_ARG_STRING, &o.plan.profile, 0, "have a cluster run it", "PROFILE" },
	{ "priority", 0, POPT_ARG_STRING, &o.terms.priority, 0,
	    "low, medium, high, critical or -1000..1000", "N" },
	{ "queue", 0, POPT_ARG_STRING, &o.terms.queue, 0, "for workers that serve it", "NAME" },
	{ "resource", 0, POPT_ARG_ARGV, &o.plan.settings, 0,
	    "with --on: over what the profile says", "KEY=VALUE" },
	{ "retry-failed", 0, POPT_ARG_NONE, &o.retry_failed, 0, "run failed executions again",
	    NULL },
	{ "set", 0, POPT_ARG_ARGV, &o.set, 0, "supply a parameter that lines lack", "K=V" },
	{ "strict", 0, POPT_ARG_NONE, NULL, APP_STRICT, "stop at the first bad line", NULL },
	{ "tag", 0, POPT_ARG_ARGV, &o.terms.tags, 0, "a word to select it by", "WORD" },
	{ "work", 0, POPT_ARG_NONE, &o.work, 0, "detach, and start a worker if there is none",
	    NULL },
	APP_STATE_OPTIONS,
	APP_COMMON_OPTIONS,
	POPT_TABLEEND,
};

/* The task, and where the files begin: behind it, but a graph can do without one. */
static char **
read_task(struct app *app)
{
	char **files = app->args;

	if (app->rest && app->nrest == 0)
		app_usage(app, "no program behind --");
	o.argv = app->rest;
	if (o.argv)
		return files;
	if (o.graph && (!*files || strcmp(*files, "-") == 0 || access(*files, F_OK) == 0))
		return files;
	if (!*files)
		app_usage(app, "which task?");
	o.task = *files++;
	return files;
}

static void
read_operands(struct app *app)
{
	char **files = read_task(app);

	if (o.jobs < 0 || o.jobs > 4096)
		app_usage(app, "-j takes 1 to 4096");
	if (o.once && *files)
		app_usage(app, "-n reads no files, found '%s'", *files);
	if (o.graph && (o.lines || o.map || o.once))
		app_usage(app, "--graph excludes --lines, --map and -n");
	if (o.once && (o.lines || o.map))
		app_usage(app, "-n reads no lines: it excludes --lines and --map");
	if (o.explain_miss && (o.graph || o.no_cache))
		app_usage(app, "--explain-miss excludes --graph and --no-cache");
	if (o.retry_failed && !o.job)
		app_usage(app, "--retry-failed needs --job");
	if (o.plan.profile && (o.work || o.jobs))
		app_usage(app, "--on excludes --work and -j");
	if (o.plan.dry_run && !o.plan.profile)
		app_usage(app, "--dry-run goes with --on");
	cluster_plan_read(app, &o.plan, chunk_time);
	o.atomic |= o.plan.dry_run; /* what is taken back is one transaction */
	if (o.job && !*o.job)
		app_usage(app, "--job takes a name");
	if (!o.once && !*files && isatty(STDIN_FILENO))
		app_usage(app,
		    "no files, and standard input is a terminal (-n: one execution from --set)");
	o.files = files;
	o.detach |= o.work;
}

int
main(int argc, char **argv)
{
	struct err err = { 0 };
	struct app *app = app_start(
	    "taskrun", "TASK [FILE ...] | [FILE ...] -- PROGRAM [ARG ...]", options, argc, argv);
	int caught, rc, status;
	bool reading;

	if (help_params) {
		if (app->nargs != 1 || app->rest)
			app_usage(app, "--help-params takes one task");
		return app_finish(app, params_help(app, app->args[0], &err), &err);
	}
	read_operands(app);
	rc = campaign_run(app, &o, &caught, &err);
	reading = app->shared;
	if (caught)
		app_stopped(app);
	status = app_finish(app, rc, &err);
	app_die(caught);
	if (reading)
		_exit(status); /* exit handlers would take away what the reading thread uses */
	return status;
}
