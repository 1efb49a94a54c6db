/* SPDX-License-Identifier: MIT */
/* tasklog: what executions wrote, and what happened to them. */
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/num.h"
#include "cli/app.h"
#include "cli/events.h"
#include "cli/log.h"

static struct {
	int audit, errout, events, follow, json, out;
	char *cursor, *cursor_file, *since;
	struct log_options log;
} o;

static const struct poptOption options[] = {
	{ "attempt", 0, POPT_ARG_INT, &o.log.attempt, 0, "only this try", "N" },
	{ "audit", 0, POPT_ARG_NONE, &o.audit, 0, "events: only what people did", NULL },
	{ "cursor", 0, POPT_ARG_STRING, &o.cursor, 0, "events: those behind this one, or 'end'",
	    "SEQ" },
	{ "cursor-file", 0, POPT_ARG_STRING, &o.cursor_file, 0,
	    "events: keep the number of the last there", "FILE" },
	{ "events", 0, POPT_ARG_NONE, &o.events, 0, "what happened, not what was written", NULL },
	{ "follow", 'f', POPT_ARG_NONE, &o.follow, 0, "go on with what comes", NULL },
	{ "grep", 0, POPT_ARG_STRING, &o.log.grep, 0, "only lines that match", "REGEX" },
	{ "job", 0, POPT_ARG_STRING, &o.log.choice.job, 0, "of this job", "NAME" },
	{ "json", 0, POPT_ARG_NONE, &o.json, 0, "events: records, on a terminal too", NULL },
	{ "queue", 0, POPT_ARG_STRING, &o.log.choice.queue, 0, "of this queue", "NAME" },
	{ "since", 0, POPT_ARG_STRING, &o.since, 0, "what ended since: 2h, or a time", "TIME" },
	{ "status", 0, POPT_ARG_STRING, &o.log.choice.status, 0, "of what stands there", "STATUS" },
	{ "stderr", 0, POPT_ARG_NONE, &o.errout, 0, "only standard error", NULL },
	{ "stdout", 0, POPT_ARG_NONE, &o.out, 0, "only standard output, results too", NULL },
	{ "strict", 0, POPT_ARG_NONE, NULL, APP_STRICT, "stop at the first bad line", NULL },
	{ "tag", 0, POPT_ARG_STRING, &o.log.choice.tag, 0, "of what has this tag", "WORD" },
	{ "task", 0, POPT_ARG_STRING, &o.log.choice.task, 0, "of this task", "NAME" },
	APP_STATE_OPTIONS,
	APP_COMMON_OPTIONS,
	POPT_TABLEEND,
};

/* A duration ago, or a time. */
static void
read_since(struct app *app)
{
	int64_t now = clock_wall();
	double seconds;

	if (!o.since)
		return;
	if (num_duration(o.since, &seconds, NULL) == 0)
		o.log.since = now - (int64_t)(seconds * 1e6);
	else if (clock_parse(o.since, now, &o.log.since, NULL) < 0)
		app_usage(app,
		    "--since: '%s' is neither a duration (2h, 1d12h) nor a time"
		    " (2026-01-31T09:30:00Z)",
		    o.since);
	if (o.log.since > now)
		app_usage(app, "--since: '%s' is yet to come", o.since);
}

static void
check_options(struct app *app)
{
	const struct choice *c = &o.log.choice;
	bool lists = o.audit || o.events;

	if (app->nargs > 0 && (lists ? c->job || c->task : choice_is_made(c)))
		app_usage(app, "ids and options that select exclude each other");
	if (!lists && (o.cursor || o.cursor_file || o.json))
		app_usage(app, "--cursor, --cursor-file and --json are for --events and --audit");
	if (lists && (o.log.attempt || o.log.grep || o.errout || o.out))
		app_usage(
		    app, "--attempt, --grep, --stderr and --stdout are for logs, not for events");
	if (lists && (c->queue || c->tag))
		app_usage(app, "events are chosen by --job, --status and --task");
	if (o.log.attempt < 0)
		app_usage(app, "--attempt takes a number from 1");
	if (o.follow && !lists && c->status)
		app_usage(app, "--follow and --status exclude each other: what runs changes it");
}

static int
run(struct app *app, struct err *err)
{
	struct events_options events = { .choice = &o.log.choice,
		.operands = app->args,
		.audit = o.audit,
		.since = o.log.since,
		.cursor = o.cursor,
		.cursor_file = o.cursor_file,
		.follow = o.follow,
		.as_records = o.json || !isatty(STDOUT_FILENO) };

	if (o.audit || o.events)
		return events_show(app, &events, err);
	o.log.operands = app->args;
	o.log.all = o.since && app->nargs == 0;
	o.log.errout = o.errout;
	o.log.out = o.out;
	o.log.follow = o.follow;
	return log_show(app, &o.log, err);
}

int
main(int argc, char **argv)
{
	struct err err = { 0 };
	struct app *app = app_start("tasklog", "[ID ...]", options, argc, argv);

	check_options(app);
	read_since(app);
	return app_finish(app, run(app, &err), &err);
}
