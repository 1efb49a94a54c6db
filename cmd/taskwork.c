/* SPDX-License-Identifier: MIT */
/* taskwork: a worker: run what is queued. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/num.h"
#include "cli/app.h"
#include "cli/cluster_shift.h"
#include "cli/gpus.h"
#include "cli/outpost.h"
#include "cli/shift.h"

static struct shift o = { .idle_exit = -1 };
static struct outpost post = { .element = -1 };
static struct cluster_plan plan;
static char *duration, *idle, *job_of, *memory, *queues, *chunk_time;

static const struct poptOption options[] = {
	{ "chunk", 0, POPT_ARG_STRING, &post.chunk, 0, "run an element of this package", "FILE" },
	{ "chunk-size", 0, POPT_ARG_INT, &plan.chunk, 0, "with --on: executions of an element",
	    "N" },
	{ "chunk-time", 0, POPT_ARG_STRING, &chunk_time, 0,
	    "with --on: what an element is to take (30m)", "TIME" },
	{ "dry-run", 0, POPT_ARG_NONE, &plan.dry_run, 0,
	    "with --on: say what would be submitted, and change nothing", NULL },
	{ "element", 0, POPT_ARG_INT, &post.element, 0, "with --chunk: which", "N" },
	{ "for", 0, POPT_ARG_STRING, &duration, 0, "begin nothing after this time: 55m", "TIME" },
	{ "forever", 0, POPT_ARG_NONE, &o.forever, 0, "wait for more work without end", NULL },
	{ "gpus", 0, POPT_ARG_DOUBLE, &o.gpus, 0, "GPUs for its executions together", "N" },
	{ "idle-exit", 0, POPT_ARG_STRING, &idle, 0, "end after so long without work", "TIME" },
	{ "job", 0, POPT_ARG_STRING, &o.job, 0, "only executions of this job", "NAME" },
	{ "job-of", 0, POPT_ARG_STRING, &job_of, 0,
	    "only executions of the job that this one is of", "ID" },
	{ "jobs", 'j', POPT_ARG_INT, &o.jobs, 0, "cores for its executions together", "N" },
	{ "json", 0, POPT_ARG_NONE, &o.json, 0, "print an event record for each change", NULL },
	{ "keep", 0, POPT_ARG_STRING, &o.keep, 0, "keep work folders below this one", "DIR" },
	{ "limit", 0, POPT_ARG_ARGV, &o.limits, 0, "so much of a named limit", "NAME=N" },
	{ "max-load", 0, POPT_ARG_STRING, &o.max_load, 0,
	    "begin nothing while the load average is above it", "N" },
	{ "max-pressure", 0, POPT_ARG_DOUBLE, &o.max_pressure, 0,
	    "... while processes wait longer for memory or disk", "PERCENT" },
	{ "memory", 0, POPT_ARG_STRING, &memory, 0, "memory for its executions together", "SIZE" },
	{ "min-free-memory", 0, POPT_ARG_STRING, &o.min_free_memory, 0,
	    "begin nothing while less memory is free", "SIZE" },
	{ "no-submit", 0, POPT_ARG_NONE, &plan.no_submit, 0,
	    "with --on: only take home what came, and end what is cancelled", NULL },
	{ "on", 0, POPT_ARG_STRING, &plan.profile, 0, "have a cluster run it", "PROFILE" },
	{ "once", 0, POPT_ARG_NONE, &o.once, 0, "end when nothing can be begun now", NULL },
	{ "queue", 0, POPT_ARG_STRING, &queues, 0, "only executions of these queues", "A,B" },
	{ "resource", 0, POPT_ARG_ARGV, &plan.settings, 0, "with --on: over what the profile says",
	    "KEY=VALUE" },
	APP_STATE_OPTIONS,
	APP_COMMON_OPTIONS,
	POPT_TABLEEND,
};

/* "a,b" as a list. */
static char **
split(char *text)
{
	char **list = xcalloc(strlen(text) + 2, sizeof(*list)), *rest = NULL;
	size_t n = 0;

	for (char *word = strtok_r(text, ",", &rest); word; word = strtok_r(NULL, ",", &rest))
		list[n++] = word;
	return list;
}

/* What only a cluster, or only its nodes, are asked for. */
static void
read_cluster(struct app *app)
{
	if (post.chunk && plan.profile)
		app_usage(app, "--chunk and --on exclude each other");
	if (!post.chunk != (post.element < 0))
		app_usage(app, "--chunk and --element go together");
	if (!plan.profile && (plan.dry_run || plan.no_submit))
		app_usage(app, "--dry-run, --no-submit: only with --on");
	if (plan.dry_run && plan.no_submit)
		app_usage(app, "--dry-run and --no-submit exclude each other");
	cluster_plan_read(app, &plan, chunk_time);
}

static void
read_options(struct app *app)
{
	struct err err = { 0 };

	read_cluster(app);
	if (app->nargs > 0)
		app_usage(app, "no operands, found '%s'", app->args[0]);
	if (o.jobs < 0 || o.jobs > 4096)
		app_usage(app, "-j takes 1 to 4096");
	if (job_of && num_int(job_of, 1, INT64_MAX, &o.job_of, &err) < 0)
		app_usage(app, "--job-of: %s", err.text);
	if (o.job && o.job_of)
		app_usage(app, "--job and --job-of exclude each other");
	if (o.once + o.forever + (idle != NULL) > 1)
		app_usage(app, "--once, --forever and --idle-exit exclude each other");
	if (o.gpus < 0 || o.gpus > GPUS_MAX)
		app_usage(app, "--gpus takes 0 to %d", GPUS_MAX);
	if (o.max_pressure < 0 || o.max_pressure > 100)
		app_usage(app, "--max-pressure takes 0 to 100");
	if (duration && num_duration(duration, &o.seconds, &err) < 0)
		app_usage(app, "--for: %s", err.text);
	if (idle && num_duration(idle, &o.idle_exit, &err) < 0)
		app_usage(app, "--idle-exit: %s", err.text);
	if (memory && num_size(memory, &o.memory, &err) < 0)
		app_usage(app, "--memory: %s", err.text);
	if (queues)
		o.queues = split(queues);
	if (o.queues && !*o.queues)
		app_usage(app, "--queue takes names");
}

static int
work(struct app *app, int *caught, struct err *err)
{
	*caught = 0;
	if (plan.profile)
		return cluster_shift_run(app, &o, &plan, caught, err);
	if (!post.chunk)
		return shift_run(app, &o, caught, err);
	post.shift = o;
	return outpost_run(app, &post, err);
}

int
main(int argc, char **argv)
{
	struct err err = { 0 };
	struct app *app = app_start("taskwork", "", options, argc, argv);
	int caught, rc, status;

	read_options(app);
	rc = work(app, &caught, &err);
	free(o.queues);
	status = app_finish(app, rc, &err);
	app_die(caught);
	return status;
}
