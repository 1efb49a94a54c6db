/* SPDX-License-Identifier: MIT */
/* taskstat: how jobs and executions stand. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "cli/app.h"
#include "cli/listing.h"
#include "cli/session.h"
#include "cli/views.h"

static struct {
	int alerts, cluster, dead, generation, json, list, script, stats, watch, workers;
	long limit, offset;
	char *job, *prometheus, *queue, *status, *tag, *task, *trace;
} o = { .limit = LONG_MIN };

static const struct poptOption options[] = {
	{ "alerts", 0, POPT_ARG_NONE, &o.alerts, 0, "is any threshold of config.yaml crossed?",
	    NULL },
	{ "cluster", 0, POPT_ARG_NONE, &o.cluster, 0, "what is out on clusters, and how it stands",
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
	{ "watch", 0, POPT_ARG_NONE, &o.watch, 0, "a live screen, drawn anew each SECONDS", NULL },
	{ "workers", 0, POPT_ARG_NONE, &o.workers, 0, "who works, and on what", NULL },
	APP_STATE_OPTIONS,
	APP_COMMON_OPTIONS,
	POPT_TABLEEND,
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

/* Chosen by an option that is a flag or has a value, by the first operand, or by what else is
 * given. */
struct view {
	const char *name;
	const int *flag;
	char *const *option;
	const char *word;
	size_t least, most; /* operands */
	unsigned takes;
	view_fn *show;
};

enum { VIEW_JOBS, VIEW_JOB, VIEW_LIST, VIEW_IDS, VIEW_CHOSEN };

/* clang-format off */
static const struct view views[] = {
	[VIEW_JOBS] = { "the accounts of all jobs", .takes = PAGE | JSON, .show = view_accounts },
	[VIEW_JOB] = { "the account of a job", .takes = OF_JOB, .show = view_account },
	[VIEW_LIST] = { "a list", .takes = LIST | JSON, .show = view_list },
	[VIEW_IDS] = { "an id", .least = 1, .most = SIZE_MAX, .takes = JSON, .show = view_ids },
	{ "artifact", .word = "artifact", .least = 2, .most = 3, .takes = JSON,
	    .show = view_artifact },
	{ "why", .word = "why", .least = 2, .most = SIZE_MAX, .takes = JSON, .show = view_why },
	{ "--alerts", &o.alerts, .takes = JSON, .show = view_alerts },
	{ "--cluster", &o.cluster, .takes = PAGE | JSON, .show = view_cluster },
	{ "--dead", &o.dead, .takes = (LIST & ~STATUS) | JSON, .show = view_dead },
	{ "--prometheus", .option = &o.prometheus, .show = view_prometheus },
	{ "--script", &o.script, .least = 1, .most = 1, .show = view_script },
	{ "--stats", &o.stats, .takes = OF_JOB | TASK | PAGE | JSON, .show = view_stats },
	{ "--trace", .option = &o.trace, .takes = LIST & ~PAGE, .show = view_trace },
	{ "--watch", &o.watch, .most = 1, .takes = OF_JOB, .show = view_watch },
	{ "--workers", &o.workers, .takes = PAGE | JSON, .show = view_workers },
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
	if (o.limit < 0 && o.limit != LONG_MIN)
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

static int
run(struct app *app, const struct view *view, struct err *err)
{
	struct look look = { .app = app,
		.sel = { .status = -1,
		    .account = -1,
		    .task = o.task,
		    .queue = o.queue,
		    .tag = o.tag },
		.job = o.job,
		.generation = o.generation,
		.file = o.prometheus ? o.prometheus : o.trace,
		.as_text = isatty(STDOUT_FILENO) && !o.json,
		.as_record = o.json };
	int rc = -1;

	if (read_status(&look.sel, err) < 0 || !(look.store = session_open(app, false, err)))
		return -1;
	if (view_prepare(&look, o.limit, o.offset, err) == 0)
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
