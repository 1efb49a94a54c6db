/* SPDX-License-Identifier: MIT */
/* campaign: everything taskrun does. */
#include "cli/campaign.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "cli/capacity.h"
#include "cli/commit.h"
#include "cli/session.h"
#include "cli/station.h"
#include "cli/submit.h"
#include "cli/worker.h"
#include "store/store.h"
#include "task/control.h"
#include "task/task.h"

/* What lives while it runs. */
struct run {
	struct app *app;
	const struct campaign *c;
	struct store *store;
	struct task *task;
	struct submit *submit;
	struct terms terms;
	json_t *settings;
	struct job job;
	int64_t lane;
	struct room capacity;
	struct station station;
};

static int
find_task(struct run *r, struct err *err)
{
	const struct campaign *c = r->c;

	if (c->argv)
		r->task = task_adhoc(c->argv, c->lines, err);
	else
		r->task = task_find(r->store, r->app->org, c->task, err);
	if (!r->task)
		return -1;
	if (strcmp(r->task->status, "inactive") == 0)
		return err_set(
		    err, ERR_USAGE, "task '%s' is inactive: it takes no executions", c->task);
	if (strcmp(r->task->status, "deprecated") == 0)
		app_warn(r->app, "task '%s' is deprecated", c->task);
	return 0;
}

static int
read_options(struct run *r, struct err *err)
{
	const struct campaign *c = r->c;
	struct submit_options o = { .app = r->app,
		.task = r->task,
		.set = c->set,
		.force = c->force,
		.files = c->files,
		.map = c->map,
		.lines = c->lines,
		.once = c->once };

	r->submit = submit_new(&o, err);
	if (!r->submit)
		return -1;
	r->settings = submit_settings(r->submit, err);
	return r->settings ? 0 : -1;
}

/* Everything that must stand before the first line is submitted, in one transaction. */
static int
enter(struct run *r, struct err *err)
{
	const struct campaign *c = r->c;
	struct tally tally = TALLY_INIT;
	int rc = -1;

	if (task_keep(r->store, r->app->org, r->task, err) < 0 ||
	    job_open(r->store, r->app->org, c->job, r->task->row, r->settings, c->new_inputs,
		&r->job, err) < 0 ||
	    submit_store_inputs(r->submit, r->store, err) < 0 ||
	    terms_look(&r->terms, r->store, r->app->org, err) < 0)
		goto out;
	r->lane = terms_open(&r->terms, r->store, &r->job, r->task, err);
	if (r->lane < 0)
		goto out;
	if (c->retry_failed) {
		int64_t n = control_retry_failed(r->store, r->app->org, &r->job, &tally, err);

		if (n < 0)
			goto out;
		app_say(r->app, "%lld failed executions are tried again", (long long)n);
	}
	if (!c->detach &&
	    station_enter(&r->station, r->app, r->store,
		&(struct station_plan){ .job = r->job, .capacity = &r->capacity }, err) < 0)
		goto out;
	rc = tally_write(&tally, r->store, err);
out:
	tally_clear(&tally);
	return rc;
}

static int
begin(struct run *r, struct err *err)
{
	if (!r->c->detach) {
		capacity_find(r->c->jobs, &r->capacity);
		capacity_say_memory(r->app, r->task, &r->capacity);
		capacity_hold(r->task, &r->capacity);
	}
	if (store_begin(r->store, err) < 0)
		return -1;
	if (enter(r, err) < 0) {
		store_rollback(r->store);
		r->station.worker = 0;
		return -1;
	}
	if (store_commit(r->store, err) < 0)
		return -1;
	return r->c->detach ? 0 : station_settle(&r->station, r->store, err);
}

/* To whom sits there: in place of the progress line, how it went. */
static void
say_how_it_went(const struct run *r, const struct commit_state *s)
{
	if (s->asked == 0 || r->c->detach || !isatty(STDERR_FILENO))
		return;
	if (s->failed == 0)
		app_say(r->app, "%lld execution%s, none failed", (long long)s->asked,
		    s->asked == 1 ? "" : "s");
	else if (r->c->job)
		app_say(r->app, "%lld of %lld failed: taskstat --job %s --status failed",
		    (long long)s->failed, (long long)s->asked, r->c->job);
	else
		app_say(r->app, "%lld of %lld failed", (long long)s->failed, (long long)s->asked);
}

/* Submit and work. The reading thread is not waited for after a signal: it may read for ever. */
static int
work(struct run *r, int *signal, struct err *err)
{
	struct commit_options co = { .app = r->app,
		.store = r->store,
		.job = r->job,
		.task = r->task->row,
		.lane = r->lane,
		.terms = &r->terms,
		.job_name = r->c->job,
		.worker = r->station.worker,
		.capacity = r->capacity,
		.print_submitted = r->c->detach };
	struct commit *commit = commit_start(&co);
	struct worker_options wo = { .app = r->app,
		.commit = commit,
		.capacity = r->capacity,
		.scratch = r->station.scratch,
		.until = WORKER_ASKED,
		.idle_exit = -1 };
	struct commit_state state;
	struct err late = { 0 };
	int rc;

	submit_start(r->submit, commit);
	rc = worker_run(&wo, signal, err);
	commit_state(commit, &state);
	if (rc == 0 && state.ended) {
		int64_t lines = submit_join(r->submit, err);

		rc = lines < 0 ? -1 : 0;
		if (lines == 0 && r->app->status == EXIT_DONE)
			app_say(r->app, "no parameters were given: no executions");
		if (!*signal)
			say_how_it_went(r, &state);
	} else {
		/* the reading thread goes on with them until the process ends */
		r->app->shared = true;
		r->submit = NULL;
		r->task = NULL;
	}
	if (commit_stop(commit, r->app->shared, &late) < 0) {
		*err = late;
		rc = -1;
	}
	return rc;
}

/* Told to stop without a job: nobody could ever resume what waits. */
static int
cancel_rest(struct run *r, struct err *err)
{
	struct tally tally = TALLY_INIT;
	int64_t n;

	if (store_begin(r->store, err) < 0)
		return -1;
	n = control_cancel_waiting(r->store, r->app->org, &r->job, &tally, err);
	if (n < 0 || tally_write(&tally, r->store, err) < 0) {
		store_rollback(r->store);
		n = -1;
	} else if (store_commit(r->store, err) < 0) {
		n = -1;
	} else if (n > 0) {
		app_say(r->app, "%lld execution%s cancelled (with --job NAME %s could be resumed)",
		    (long long)n, n == 1 ? " was" : "s were", n == 1 ? "it" : "they");
	}
	tally_clear(&tally);
	return n < 0 ? -1 : 0;
}

static void
say_what_stays(struct run *r, struct err *err)
{
	struct account_sums sums;
	int64_t left;

	if (tally_read(r->store, r->app->org, r->job.id, r->job.generation, &sums, err) < 0)
		return;
	left = sums.by[ACC_WAITING] + sums.by[ACC_RUNNING];
	if (left == 0)
		return;
	app_say(r->app, "%lld execution%s in job '%s': the same command%s goes on with %s",
	    (long long)left, left == 1 ? " waits" : "s wait", r->c->job,
	    r->c->detach ? " without --detach" : "", left == 1 ? "it" : "them");
}

int
campaign_run(struct app *app, const struct campaign *c, int *signal, struct err *err)
{
	struct run r = { .app = app, .c = c };
	struct err late = { 0 };
	int rc = -1;

	*signal = 0;
	worker_block_signals();
	if (terms_read(&r.terms, &c->terms, err) < 0)
		goto out;
	r.store = session_open(app, true, err);
	if (!r.store || find_task(&r, err) < 0 || read_options(&r, err) < 0 ||
	    session_reap(app, r.store, err) < 0 || begin(&r, err) < 0)
		goto out;
	rc = work(&r, signal, err);
	if (station_leave(&r.station, r.store, &late) < 0 && rc == 0) {
		*err = late;
		rc = -1;
	}
	if (*signal && !c->job && rc == 0)
		rc = cancel_rest(&r, err);
	else if (rc == 0 && (*signal || c->detach) && c->job)
		say_what_stays(&r, &late);
out:
	free(r.station.scratch);
	json_decref(r.settings);
	terms_clear(&r.terms);
	submit_free(r.submit);
	task_free(r.task);
	store_close(r.store);
	return rc;
}
