/* SPDX-License-Identifier: MIT */
/* attend: look on while somebody else goes through a run of a pipeline. */
#include "cli/attend.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/err.h"
#include "cli/app.h"
#include "cli/panel.h"
#include "cli/progress.h"
#include "cli/runs.h"
#include "cli/terminal.h"
#include "exec/proc.h"
#include "plan/run.h"
#include "store/store.h"

#define REST 200000000 /* nanoseconds between looks */

struct attending {
	struct app *app;
	struct store *store;
	struct run *run;
	struct panel *panel;       /* NULL: no terminal */
	struct progress *progress; /* NULL: it is one */
};

/* ---- how far it is ---- */

struct sums {
	int64_t done, total;
};

static int
add_up(size_t place, const struct run_step *s, void *ctx)
{
	struct sums *sums = ctx;

	(void)place;
	sums->done += s->completed + s->failed + s->skipped + s->cancelled;
	sums->total += s->total;
	return 0;
}

static int
show_line(struct attending *a, struct err *err)
{
	struct sums sums = { 0 };

	if (run_each_step(a->store, a->run->id, add_up, &sums, err) < 0)
		return -1;
	progress_tick(a->progress, sums.done, sums.total, NULL);
	return 0;
}

static int
show_steps(struct attending *a, struct err *err)
{
	char *text = NULL;
	size_t len;
	FILE *out;
	int rc;

	if (!panel_is_due(a->panel) || !(out = open_memstream(&text, &len)))
		return 0;
	rc = runs_put_steps(a->store, a->run, out, (size_t)terminal_columns() - 1, err);
	fclose(out);
	if (rc == 0)
		panel_show(a->panel, text);
	free(text);
	return rc;
}

/* ---- until it is over ---- */

/* An enum attend; 0: it goes on; -1. Somebody else may have taken it up. */
static int
look(struct attending *a, struct err *err)
{
	int rc;

	if (proc_caught())
		return ATTEND_LEFT;
	rc = run_refresh(a->store, a->run, err);
	if (rc <= 0)
		return rc < 0 ? -1 : err_set(err, ERR_USAGE, "the run is gone");
	if (a->run->status > RUN_INTERRUPTED)
		return ATTEND_OVER;
	rc = run_is_conducted(a->store, a->app->org, a->run, err);
	if (rc <= 0)
		return rc < 0 ? -1 : ATTEND_FREE;
	rc = a->panel ? show_steps(a, err) : show_line(a, err);
	nanosleep(&(struct timespec){ .tv_nsec = REST }, NULL);
	return rc;
}

static int
conclude(struct attending *a, int how, int *signal, struct err *err)
{
	long long id = (long long)a->run->id;

	if (how == ATTEND_LEFT) {
		*signal = proc_caught();
		app_say(a->app, "run %lld goes on without us", id);
	} else if (how == ATTEND_FREE) {
		app_say(a->app, "who went through run %lld is gone: it goes on here", id);
	} else if (runs_print(a->app, a->store, a->run->job_name, err) < 0) {
		return -1;
	} else if (a->run->status != RUN_COMPLETED) {
		app_status(a->app, EXIT_NO);
	}
	return how;
}

/* Signals that a loop of a worker would read are ours. */
static void
hear(void)
{
	sigset_t all;

	proc_catch();
	sigfillset(&all);
	sigprocmask(SIG_UNBLOCK, &all, NULL);
}

int
attend(struct app *app, struct store *store, struct run *run, int *signal, struct err *err)
{
	struct attending a = { .app = app, .store = store, .run = run };
	int rc;

	hear();
	app_say(app, "run %lld, job '%s', is gone through already: waiting for its end",
	    (long long)run->id, run->job_name);
	a.panel = panel_new(app);
	if (!a.panel)
		a.progress = progress_new(app, "items");
	do
		rc = look(&a, err);
	while (rc == 0);
	panel_free(a.panel);
	progress_free(a.progress);
	return rc < 0 ? -1 : conclude(&a, rc, signal, err);
}
