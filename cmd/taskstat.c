/* SPDX-License-Identifier: MIT */
/* taskstat: how jobs and executions stand. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "cli/account.h"
#include "cli/app.h"
#include "cli/artifacts.h"
#include "cli/ids.h"
#include "cli/listing.h"
#include "cli/script.h"
#include "cli/session.h"
#include "task/execution.h"

enum { TERMINAL_ROWS = 100 };

static struct {
	int generation, json, list, script;
	long limit, offset;
	char *job, *queue, *status, *tag, *task;
} o = { .limit = -1 };

static const struct poptOption options[] = {
	{ "generation", 0, POPT_ARG_INT, &o.generation, 0, "of the job, not the newest", "N" },
	{ "job", 0, POPT_ARG_STRING, &o.job, 0, "only this job: its account", "NAME" },
	{ "json", 0, POPT_ARG_NONE, &o.json, 0, "records, on a terminal too; of a job all", NULL },
	{ "limit", 0, POPT_ARG_LONG, &o.limit, 0, "at most N (0: all)", "N" },
	{ "list", 'l', POPT_ARG_NONE, &o.list, 0, "list executions, not jobs", NULL },
	{ "offset", 0, POPT_ARG_LONG, &o.offset, 0, "pass over the first N", "N" },
	{ "queue", 0, POPT_ARG_STRING, &o.queue, 0, "list executions of this queue", "NAME" },
	{ "script", 0, POPT_ARG_NONE, &o.script, 0, "a shell script that repeats it", NULL },
	{ "status", 0, POPT_ARG_STRING, &o.status, 0, "list executions that stand there",
	    "STATUS" },
	{ "tag", 0, POPT_ARG_STRING, &o.tag, 0, "list executions that have this tag", "TAG" },
	{ "task", 0, POPT_ARG_STRING, &o.task, 0, "list executions of this task", "NAME" },
	APP_STATE_OPTIONS,
	APP_COMMON_OPTIONS,
	POPT_TABLEEND,
};

struct shown {
	struct app *app;
	struct store *store;
	bool as_text;
	size_t count;
};

static int
show_one(int64_t id, void *ctx, struct err *err)
{
	struct shown *s = ctx;
	int rc;

	if (s->as_text && s->count++ > 0)
		putchar('\n');
	rc = listing_detail(s->app, s->store, id, s->as_text, err);
	if (rc == 0)
		app_fail(s->app, EXIT_NO, "no execution %lld", (long long)id);
	return rc < 0 ? -1 : 0;
}

static int
show_script(int64_t id, void *ctx, struct err *err)
{
	struct shown *s = ctx;
	struct buf text = BUF_INIT;
	int rc = script_of(s->app, s->store, id, &text, err);

	if (rc == 0)
		app_fail(s->app, EXIT_NO, "no execution %lld", (long long)id);
	if (rc > 0)
		fwrite(text.data, 1, text.len, stdout);
	buf_clear(&text);
	return rc < 0 ? -1 : 0;
}

static int
show_artifacts(int64_t id, void *ctx, struct err *err)
{
	struct shown *s = ctx;
	const char *name = s->app->args[2];
	int rc;

	if (name)
		return artifacts_stream(s->app, s->store, id, name, err) < 0 ? -1 : 0;
	rc = artifacts_show(s->app, s->store, id, s->as_text, err);
	if (rc == 0)
		app_fail(s->app, EXIT_NO, "no execution %lld", (long long)id);
	return rc < 0 ? -1 : 0;
}

/* taskstat artifact ID [NAME] */
static bool
is_artifact(const struct app *app)
{
	return app->nargs > 0 && strcmp(app->args[0], "artifact") == 0;
}

/* What is asked of the ids that were given. */
static int
show_ids(struct shown *s, struct err *err)
{
	char *one[] = { s->app->args[0], NULL };

	if (!is_artifact(s->app))
		return ids_each(s->app, s->app->args, o.script ? show_script : show_one, s, err);
	one[0] = s->app->args[1];
	return ids_each(s->app, one, show_artifacts, s, err);
}

/* Are executions listed, not jobs? */
static bool
is_list(void)
{
	return o.list || o.status || o.task || o.queue || o.tag || (o.job && o.json);
}

static void
check_options(struct app *app)
{
	bool pages = o.limit >= 0 || o.offset != 0;

	if (app->nargs > 0 && (o.list || o.status || o.task || o.queue || o.tag || o.job || pages))
		app_usage(app, "ids and options that select exclude each other");
	if (is_artifact(app) && (app->nargs < 2 || app->nargs > 3 || o.script))
		app_usage(app, "artifact takes the id of an execution, and a name");
	if (o.script && app->nargs != 1)
		app_usage(app, "--script takes one id");
	if (o.script && o.json)
		app_usage(app, "--script and --json exclude each other");
	if (o.generation && (!o.job || o.generation < 1))
		app_usage(app, "--generation takes a number from 1, with --job");
	if (o.limit < -1)
		app_usage(app, "--limit takes a number from 0");
	if (o.offset < 0)
		app_usage(app, "--offset takes a number from 0");
	if (pages && o.job && !is_list())
		app_usage(app,
		    "--limit and --offset are for lists: --list, --status, --task,"
		    " --queue, --tag or --json");
}

static int
read_status(struct selection *sel, struct err *err)
{
	char *words;

	if (!o.status || listing_status(o.status, sel) == 0)
		return 0;
	words = listing_status_words();
	err_set(err, ERR_USAGE, "no status '%s'; there are: %s", o.status, words);
	free(words);
	return -1;
}

static int
list(struct app *app, struct store *store, struct selection *sel, bool as_table, struct err *err)
{
	sel->org = app->org;
	sel->task = o.task;
	sel->queue = o.queue;
	sel->tag = o.tag;
	sel->skip = o.offset;
	if (o.job && session_job(app, store, o.job, o.generation, &sel->job, err) < 0)
		return -1;
	return listing_show(app, store, sel, as_table, o.limit, err);
}

static int
run(struct app *app, struct selection *sel, struct err *err)
{
	bool terminal = isatty(STDOUT_FILENO) && !o.json;
	struct shown shown = { .app = app, .as_text = terminal };
	struct store *store;
	int rc;

	if (o.limit < 0)
		o.limit = terminal ? TERMINAL_ROWS : 0;
	if (read_status(sel, err) < 0 || !(store = session_open(app, false, err)))
		return -1;
	shown.store = store;
	if (app->nargs > 0)
		rc = show_ids(&shown, err);
	else if (is_list())
		rc = list(app, store, sel, terminal, err);
	else if (o.job)
		rc = account_of_job(app, store, o.job, o.generation, err);
	else
		rc = account_of_all(app, store, terminal, o.limit, o.offset, err);
	session_close(store);
	return rc;
}

int
main(int argc, char **argv)
{
	struct err err = { 0 };
	struct app *app = app_start(
	    "taskstat", "[ID ... | artifact ID [NAME]]", options, argc, argv);
	struct selection sel = { .status = -1, .account = -1 };

	check_options(app);
	return app_finish(app, run(app, &sel, &err), &err);
}
