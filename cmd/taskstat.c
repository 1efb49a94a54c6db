/* SPDX-License-Identifier: MIT */
/* taskstat: how jobs and executions stand. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "cli/account.h"
#include "cli/alerts.h"
#include "cli/app.h"
#include "cli/artifacts.h"
#include "cli/causes.h"
#include "cli/figures.h"
#include "cli/ids.h"
#include "cli/listing.h"
#include "cli/page.h"
#include "cli/prometheus.h"
#include "cli/roster.h"
#include "cli/script.h"
#include "cli/session.h"
#include "cli/trace.h"
#include "cli/why.h"
#include "task/selection.h"

enum { TERMINAL_ROWS = 100 };

static struct {
	int alerts, dead, generation, json, list, script, stats, workers;
	long limit, offset;
	char *job, *prometheus, *queue, *status, *tag, *task, *trace;
} o = { .limit = -1 };

static const struct poptOption options[] = {
	{ "alerts", 0, POPT_ARG_NONE, &o.alerts, 0, "is any threshold of config.yaml crossed?",
	    NULL },
	{ "dead", 0, POPT_ARG_NONE, &o.dead, 0, "what failed, grouped by cause", NULL },
	{ "generation", 0, POPT_ARG_INT, &o.generation, 0, "of the job, not the newest", "N" },
	{ "job", 0, POPT_ARG_STRING, &o.job, 0, "only this job: its account", "NAME" },
	{ "json", 0, POPT_ARG_NONE, &o.json, 0, "records, on a terminal too; of a job all", NULL },
	{ "limit", 0, POPT_ARG_LONG, &o.limit, 0, "at most N (0: all)", "N" },
	{ "list", 'l', POPT_ARG_NONE, &o.list, 0, "list executions, not jobs", NULL },
	{ "offset", 0, POPT_ARG_LONG, &o.offset, 0, "pass over the first N", "N" },
	{ "prometheus", 0, POPT_ARG_STRING, &o.prometheus, 0, "write metrics (-: to stdout)",
	    "FILE" },
	{ "queue", 0, POPT_ARG_STRING, &o.queue, 0, "list executions of this queue", "NAME" },
	{ "script", 0, POPT_ARG_NONE, &o.script, 0, "a shell script that repeats it", NULL },
	{ "stats", 0, POPT_ARG_NONE, &o.stats, 0, "how long, how fast, and with what", NULL },
	{ "status", 0, POPT_ARG_STRING, &o.status, 0, "list executions that stand there",
	    "STATUS" },
	{ "tag", 0, POPT_ARG_STRING, &o.tag, 0, "list executions that have this tag", "TAG" },
	{ "task", 0, POPT_ARG_STRING, &o.task, 0, "list executions of this task", "NAME" },
	{ "trace", 0, POPT_ARG_STRING, &o.trace, 0, "write when what ran, for Perfetto", "FILE" },
	{ "workers", 0, POPT_ARG_NONE, &o.workers, 0, "who works, and on what", NULL },
	APP_STATE_OPTIONS,
	APP_COMMON_OPTIONS,
	POPT_TABLEEND,
};

/* Everything a view needs. */
struct look {
	struct app *app;
	struct store *store;
	struct selection sel;
	struct page page;
	bool as_text; /* for people */
};

/* Options that restrict what is shown. */
enum filter {
	JOB = 1,
	GENERATION = 2,
	QUEUE = 4,
	STATUS = 8,
	TAG = 16,
	TASK = 32,
	LIMIT = 64,
	OFFSET = 128,
	JSON = 256,
	OF_JOB = JOB | GENERATION,
	PAGE = LIMIT | OFFSET,
	LIST = OF_JOB | QUEUE | STATUS | TAG | TASK | PAGE,
};

static const char *const filters[] = { "--job", "--generation", "--queue", "--status", "--tag",
	"--task", "--limit", "--offset", "--json" };

static unsigned
given(void)
{
	return (o.job ? JOB : 0) | (o.generation ? GENERATION : 0) | (o.queue ? QUEUE : 0) |
	    (o.status ? STATUS : 0) | (o.tag ? TAG : 0) | (o.task ? TASK : 0) |
	    (o.limit >= 0 ? LIMIT : 0) | (o.offset ? OFFSET : 0) | (o.json ? JSON : 0);
}

/* ---- the views ---- */

struct ids {
	const struct look *look;
	size_t count;
};

static int
found(struct app *app, int64_t id, int rc)
{
	if (rc == 0)
		app_fail(app, EXIT_NO, "no execution %lld", (long long)id);
	return rc < 0 ? -1 : 0;
}

static int
show_one(int64_t id, void *ctx, struct err *err)
{
	struct ids *ids = ctx;
	const struct look *l = ids->look;

	if (l->as_text && ids->count++ > 0)
		putchar('\n');
	return found(l->app, id, listing_detail(l->app, l->store, id, l->as_text, err));
}

static int
show_ids(struct look *l, struct err *err)
{
	struct ids ids = { .look = l };

	return ids_each(l->app, l->app->args, show_one, &ids, err);
}

static int
write_script(int64_t id, void *ctx, struct err *err)
{
	const struct look *l = ctx;
	struct buf text = BUF_INIT;
	int rc = script_of(l->app, l->store, id, &text, err);

	if (rc > 0)
		fwrite(text.data, 1, text.len, stdout);
	buf_clear(&text);
	return found(l->app, id, rc);
}

static int
show_script(struct look *l, struct err *err)
{
	return ids_each(l->app, l->app->args, write_script, l, err);
}

static int
show_artifacts(int64_t id, void *ctx, struct err *err)
{
	const struct look *l = ctx;
	const char *name = l->app->args[2];

	if (name)
		return artifacts_stream(l->app, l->store, id, name, err) < 0 ? -1 : 0;
	return found(l->app, id, artifacts_show(l->app, l->store, id, l->as_text, err));
}

static int
show_artifact(struct look *l, struct err *err)
{
	char *one[] = { l->app->args[1], NULL };

	return ids_each(l->app, one, show_artifacts, l, err);
}

static int
tell_why(int64_t id, void *ctx, struct err *err)
{
	const struct look *l = ctx;

	return found(l->app, id, why_tell(l->app, l->store, id, o.json, err));
}

static int
show_why(struct look *l, struct err *err)
{
	return ids_each(l->app, l->app->args + 1, tell_why, l, err);
}

static int
show_list(struct look *l, struct err *err)
{
	return listing_show(l->app, l->store, &l->sel, l->as_text, l->page.limit, err);
}

static int
show_job(struct look *l, struct err *err)
{
	return account_of_job(l->app, l->store, o.job, o.generation, err);
}

static int
show_jobs(struct look *l, struct err *err)
{
	return account_of_all(l->app, l->store, l->as_text, &l->page, err);
}

static int
show_dead(struct look *l, struct err *err)
{
	l->sel.skip = 0;
	return causes_show(l->app, l->store, &l->sel, l->as_text, &l->page, err);
}

static int
show_stats(struct look *l, struct err *err)
{
	l->sel.skip = 0;
	return figures_show(l->app, l->store, &l->sel, l->as_text, &l->page, err);
}

static int
write_prometheus(struct look *l, struct err *err)
{
	return prometheus_write(l->app, l->store, o.prometheus, err);
}

static int
show_alerts(struct look *l, struct err *err)
{
	return alerts_show(l->app, l->store, l->as_text, err);
}

static int
write_trace(struct look *l, struct err *err)
{
	l->sel.skip = 0;
	return trace_write(l->app, l->store, &l->sel, o.trace, err);
}

static int
show_workers(struct look *l, struct err *err)
{
	return roster_show(l->app, l->store, l->as_text, &l->page, err);
}

/* ---- which of them ---- */

/* Chosen by an option that is a flag or has a value, by the first operand, or by what else is
 * given. */
struct view {
	const char *name;
	const int *flag;
	char *const *option;
	const char *word;
	size_t least, most; /* operands */
	unsigned takes;
	int (*show)(struct look *look, struct err *err);
};

enum { VIEW_JOBS, VIEW_JOB, VIEW_LIST, VIEW_IDS, VIEW_CHOSEN };

/* clang-format off */
static const struct view views[] = {
	[VIEW_JOBS] = { "the accounts of all jobs", .takes = PAGE | JSON, .show = show_jobs },
	[VIEW_JOB] = { "the account of a job", .takes = OF_JOB, .show = show_job },
	[VIEW_LIST] = { "a list", .takes = LIST | JSON, .show = show_list },
	[VIEW_IDS] = { "an id", .least = 1, .most = SIZE_MAX, .takes = JSON, .show = show_ids },
	{ "artifact", .word = "artifact", .least = 2, .most = 3, .takes = JSON, .show = show_artifact },
	{ "why", .word = "why", .least = 2, .most = SIZE_MAX, .takes = JSON, .show = show_why },
	{ "--alerts", &o.alerts, .takes = JSON, .show = show_alerts },
	{ "--dead", &o.dead, .takes = (LIST & ~STATUS) | JSON, .show = show_dead },
	{ "--prometheus", .option = &o.prometheus, .show = write_prometheus },
	{ "--script", &o.script, .least = 1, .most = 1, .show = show_script },
	{ "--stats", &o.stats, .takes = OF_JOB | TASK | PAGE | JSON, .show = show_stats },
	{ "--trace", .option = &o.trace, .takes = LIST & ~PAGE, .show = write_trace },
	{ "--workers", &o.workers, .takes = PAGE | JSON, .show = show_workers },
};
/* clang-format on */

static bool
is_chosen(const struct app *app, const struct view *view)
{
	if (view->word)
		return app->nargs > 0 && strcmp(app->args[0], view->word) == 0;
	return view->option ? *view->option != NULL : *view->flag;
}

static const struct view *
choose(struct app *app)
{
	const struct view *view = NULL;

	for (size_t i = VIEW_CHOSEN; i < sizeof(views) / sizeof(*views); i++) {
		if (!is_chosen(app, &views[i]))
			continue;
		if (view)
			app_usage(app, "%s and %s exclude each other", view->name, views[i].name);
		view = &views[i];
	}
	if (view)
		return view;
	if (app->nargs > 0)
		return &views[VIEW_IDS];
	if (o.list || given() & (QUEUE | STATUS | TAG | TASK) || (o.job && o.json))
		return &views[VIEW_LIST];
	return &views[o.job ? VIEW_JOB : VIEW_JOBS];
}

static void
check_options(struct app *app, const struct view *view)
{
	unsigned wrong = given() & ~view->takes;

	if (o.list && view != &views[VIEW_LIST])
		app_usage(app, "%s and --list exclude each other", view->name);
	for (size_t i = 0; i < sizeof(filters) / sizeof(*filters); i++)
		if (wrong & 1u << i)
			app_usage(app, "%s does not take %s", view->name, filters[i]);
	if (app->nargs < view->least)
		app_usage(app, "%s takes the id of an execution", view->name);
	if (app->nargs > view->most)
		app_usage(app, "%s does not take '%s'", view->name, app->args[view->most]);
	if (o.generation && (!o.job || o.generation < 1))
		app_usage(app, "--generation takes a number from 1, with --job");
	if (o.limit < -1)
		app_usage(app, "--limit takes a number from 0");
	if (o.offset < 0)
		app_usage(app, "--offset takes a number from 0");
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

/* Fill in what restricts the view. */
static int
prepare(struct look *l, struct err *err)
{
	l->page.limit = o.limit >= 0 ? o.limit : l->as_text ? TERMINAL_ROWS : 0;
	l->page.offset = o.offset;
	l->sel.org = l->app->org;
	l->sel.task = o.task;
	l->sel.queue = o.queue;
	l->sel.tag = o.tag;
	l->sel.skip = o.offset;
	if (!o.job)
		return 0;
	return session_job(l->app, l->store, o.job, o.generation, &l->sel.job, err);
}

static int
run(struct app *app, const struct view *view, struct err *err)
{
	struct look look = { .app = app, .sel = { .status = -1, .account = -1 } };
	int rc = -1;

	look.as_text = isatty(STDOUT_FILENO) && !o.json;
	if (read_status(&look.sel, err) < 0 || !(look.store = session_open(app, false, err)))
		return -1;
	if (prepare(&look, err) == 0)
		rc = view->show(&look, err);
	session_close(look.store);
	return rc;
}

int
main(int argc, char **argv)
{
	struct err err = { 0 };
	struct app *app = app_start(
	    "taskstat", "[ID ... | why ID ... | artifact ID [NAME]]", options, argc, argv);
	const struct view *view = choose(app);

	check_options(app, view);
	return app_finish(app, run(app, view, &err), &err);
}
