/* SPDX-License-Identifier: MIT */
/* taskctl: cancel, pause, retry, approve and order executions; tidy and copy the state. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/utf8.h"
#include "cli/app.h"
#include "cli/backup.h"
#include "cli/control.h"
#include "cli/gc.h"
#include "task/cause.h"
#include "task/priority.h"

static struct {
	int all, dead, json, no_wait, running;
	char *cause, *reason;
	char **force;
	struct control_call call;
	struct gc_call gc;
} o;

/* What is done to the state, not to executions. */
enum { VERB_GC = VERB_COUNT, VERB_BACKUP };

static const struct poptOption options[] = {
	{ "all", 0, POPT_ARG_NONE, &o.all, 0, "the whole queue", NULL },
	{ "cause", 0, POPT_ARG_STRING, &o.cause, 0, "retry: what failed of this cause", "ID" },
	{ "class", 0, POPT_ARG_STRING, &o.call.choice.class, 0, "retry: what failed so", "CLASS" },
	{ "correlation", 0, POPT_ARG_STRING, &o.call.correlation, 0,
	    "what this belongs to, for the journal", "TEXT" },
	{ "dead", 0, POPT_ARG_NONE, &o.dead, 0, "retry: all that failed for good", NULL },
	{ "dry-run", 0, POPT_ARG_NONE, &o.gc.dry_run, 0, "gc: only say what would go", NULL },
	{ "force", 0, POPT_ARG_ARGV, &o.force, 0, "retry: with another timeout or memory", "K=V" },
	{ "job", 0, POPT_ARG_STRING, &o.call.choice.job, 0, "executions of this job", "NAME" },
	{ "json", 0, POPT_ARG_NONE, &o.json, 0, "records, on a terminal too", NULL },
	{ "keep-failed", 0, POPT_ARG_NONE, &o.gc.keep_failed, 0, "gc: what failed stays", NULL },
	{ "no-wait", 0, POPT_ARG_NONE, &o.no_wait, 0, "do not wait for workers", NULL },
	{ "older", 0, POPT_ARG_STRING, &o.gc.older, 0, "gc: what ended so long ago", "AGE" },
	{ "queue", 0, POPT_ARG_STRING, &o.call.choice.queue, 0, "executions of this queue",
	    "NAME" },
	{ "reason", 0, POPT_ARG_STRING, &o.reason, 0, "cancel, reject: why", "TEXT" },
	{ "running", 0, POPT_ARG_NONE, &o.running, 0, "pause: stop what runs too", NULL },
	{ "status", 0, POPT_ARG_STRING, &o.call.choice.status, 0, "executions that stand there",
	    "STATUS" },
	{ "strict", 0, POPT_ARG_NONE, NULL, APP_STRICT, "stop at the first bad line", NULL },
	{ "tag", 0, POPT_ARG_STRING, &o.call.choice.tag, 0, "executions with this tag", "WORD" },
	{ "task", 0, POPT_ARG_STRING, &o.call.choice.task, 0, "executions of this task", "NAME" },
	APP_STATE_OPTIONS,
	APP_COMMON_OPTIONS,
	POPT_TABLEEND,
};

/* What is paused or resumed: a flow, or executions (-1). name stays NULL with FLOW_ALL. */
static int
flow_meant(struct app *app, const char **name)
{
	const struct choice *c = &o.call.choice;
	int flow = -1, count = (c->job != NULL) + (c->queue != NULL) + (c->task != NULL) + o.all;

	*name = NULL;
	if (o.call.verb != CONTROL_PAUSE && o.call.verb != CONTROL_RESUME)
		return -1;
	if (c->status || c->tag || count == 0)
		return -1;
	if (count > 1)
		app_usage(app,
		    "%s takes one of --all, --job, --queue and --task (with --status:"
		    " executions)",
		    verb_name(o.call.verb));
	flow = c->job ? FLOW_JOB : c->queue ? FLOW_QUEUE : c->task ? FLOW_TASK : FLOW_ALL;
	*name = c->job ? c->job : c->queue ? c->queue : c->task;
	return flow;
}

static void
check_options(struct app *app)
{
	bool retry = o.call.verb == CONTROL_RETRY;
	bool ends = o.call.verb == CONTROL_CANCEL || o.call.verb == CONTROL_REJECT;
	bool chosen = o.all || choice_is_made(&o.call.choice);

	if (chosen && *o.call.operands)
		app_usage(app, "ids and options that select exclude each other");
	if (!retry && (o.cause || o.call.choice.class || o.dead || o.force))
		app_usage(app, "--cause, --class, --dead and --force are for retry");
	if (o.gc.older || o.gc.dry_run || o.gc.keep_failed)
		app_usage(app, "--older, --dry-run and --keep-failed are for gc");
	if (*o.call.operands && (o.cause || o.dead))
		app_usage(app, "--cause and --dead select, and exclude ids");
	if (o.reason && !ends)
		app_usage(app, "--reason is for cancel and reject");
	if (o.running && o.call.verb != CONTROL_PAUSE)
		app_usage(app, "--running is for pause");
}

/* The same of what is done to the state. */
static void
check_state_options(struct app *app)
{
	const struct choice *c = &o.call.choice;
	bool backup = o.call.verb == VERB_BACKUP;

	if (o.all || o.cause || o.dead || o.force || o.no_wait || o.reason || o.running ||
	    c->class || c->queue || c->tag || c->task)
		app_usage(app, "%s takes no such option", app->args[0]);
	if (backup && (app->nargs != 2 || c->job || c->status))
		app_usage(app, "backup takes a directory, and all goes there");
	if (!backup && app->nargs != 1)
		app_usage(app, "gc takes no operands: --older, --job and --status say what goes");
}

static bool
is_of_state(void)
{
	return o.call.verb == VERB_GC || o.call.verb == VERB_BACKUP;
}

static int
find_verb(const char *word)
{
	if (strcmp(word, "gc") == 0)
		return VERB_GC;
	return strcmp(word, "backup") == 0 ? VERB_BACKUP : verb_find(word);
}

static void
read_verb(struct app *app)
{
	char *words = verb_list(", ");

	if (app->nargs == 0)
		app_usage(app, "what to do? %s, gc, backup", words);
	o.call.verb = find_verb(app->args[0]);
	if (o.call.verb < 0)
		app_usage(
		    app, "'%s' is not a command; there are: %s, gc, backup", app->args[0], words);
	free(words);
	o.call.operands = app->args + 1;
}

static void
read_values(struct app *app, struct buf *reason)
{
	struct err err = { 0 };

	if (o.call.verb == VERB_PRIORITY) {
		if (app->nargs < 2)
			app_usage(app, "which priority? low, medium, high, critical or a number");
		if (priority_parse(app->args[1], &o.call.priority, &err) < 0)
			app_usage(app, "%s", err.text);
		o.call.operands++;
	}
	if (o.cause && cause_id_parse(o.cause, &o.call.cause, &err) < 0)
		app_usage(app, "--cause: %s", err.text);
	if (verb_force(o.force, &o.call.options, &err) < 0)
		app_usage(app, "%s", err.text);
	if (o.reason) {
		utf8_visible(o.reason, strlen(o.reason), 0, reason);
		o.call.options.reason = buf_str(reason);
	}
	o.call.all = o.all || o.dead || o.cause;
	o.call.as_records = o.json;
	o.call.no_wait = o.no_wait;
}

static int
run_gc(struct app *app, struct err *err)
{
	o.gc.status = o.call.choice.status;
	o.gc.job = o.call.choice.job;
	o.gc.asked = o.call.asked;
	o.gc.correlation = o.call.correlation;
	o.gc.as_record = o.json;
	return gc_run(app, &o.gc, err);
}

static int
run(struct app *app, struct err *err)
{
	const char *name;
	int flow = flow_meant(app, &name);

	if (o.call.verb == VERB_GC)
		return run_gc(app, err);
	if (o.call.verb == VERB_BACKUP)
		return backup_run(app, app->args[1], err);
	if (flow >= 0)
		return control_flow(app, &o.call, (enum flow)flow, name, o.running, err);
	if (o.running)
		app_usage(app, "--running goes with one of --all, --job, --queue and --task");
	return control_run(app, &o.call, err);
}

int
main(int argc, char **argv)
{
	struct err err = { 0 };
	char *asked = verb_asked(argv + 1), *words = verb_list("|"), *usage;
	struct buf reason = BUF_INIT;
	struct app *app;
	int status;

	usage = xasprintf("%s|gc|backup [ID ...]", words);
	app = app_start("taskctl", usage, options, argc, argv);
	o.call.asked = asked;
	read_verb(app);
	read_values(app, &reason);
	if (is_of_state())
		check_state_options(app);
	else
		check_options(app);
	status = app_finish(app, run(app, &err), &err);
	free(words);
	free(usage);
	free(asked);
	buf_clear(&reason);
	return status;
}
