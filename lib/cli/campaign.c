/* SPDX-License-Identifier: MIT */
/* campaign: everything taskrun does. */
#include "cli/campaign.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/file.h"
#include "cli/author.h"
#include "cli/away.h"
#include "cli/bundle.h"
#include "cli/capacity.h"
#include "cli/commit.h"
#include "cli/config.h"
#include "cli/intake.h"
#include "cli/prospect.h"
#include "cli/session.h"
#include "cli/station.h"
#include "cli/submit.h"
#include "cli/worker.h"
#include "store/store.h"
#include "task/control.h"

/* What lives while it runs. */
struct run {
	struct app *app;
	const struct campaign *c;
	struct store *store;
	struct intake intake;
	struct room capacity;
	struct station station;
	struct config *config;
	char *fleeting; /* folder of a state that is made to be foreseen in; NULL: it stands */
	bool gave_up;   /* what is left is no use to wait for; people were told */
};

/* Nothing of it is run by this process. */
static bool
only_submits(const struct campaign *c)
{
	return c->detach || c->plan.profile;
}

/* Everything that must stand before the first line is submitted, in one transaction. */
static int
enter(struct run *r, struct err *err)
{
	const struct campaign *c = r->c;
	struct tally tally = TALLY_INIT;
	struct author author;
	int rc = -1;

	author_sign(&author, &tally, "submit", NULL);
	if (intake_open(&r->intake, err) < 0)
		goto out;
	if (c->retry_failed) {
		int64_t n = control_retry_failed(
		    r->store, r->app->org, &r->intake.job, &tally, err);

		if (n < 0)
			goto out;
		app_say(r->app, "%lld failed executions are tried again", (long long)n);
	}
	if (intake_submit(&r->intake, &tally, err) < 0)
		goto out;
	if (!only_submits(c) &&
	    station_enter(&r->station, r->app, r->store,
		&(struct station_plan){ .job = r->intake.job, .capacity = &r->capacity }, err) < 0)
		goto out;
	rc = tally_write(&tally, r->store, err);
out:
	tally_clear(&tally);
	author_clear(&author);
	return rc;
}

static struct task *
next_task(const void *of, size_t *at)
{
	return intake_task(of, at);
}

static const char *
next_queue(const void *of, size_t *at)
{
	return intake_queue(of, at);
}

static struct prospect
prospect_of(struct run *r)
{
	return (struct prospect){ .app = r->app,
		.store = r->store,
		.tasks = { next_task, &r->intake },
		.queue = next_queue,
		.job = r->c->job };
}

/* Only say what would go to a cluster: it is submitted, and taken back. */
static int
foresee(struct run *r, struct err *err)
{
	struct cluster_plan plan = r->c->plan;
	struct cluster *cluster = NULL;
	int rc = -1;

	if (store_begin(r->store, err) < 0)
		return -1;
	if (enter(r, err) == 0) {
		plan.job = r->intake.job;
		cluster = cluster_open(r->app, r->store, &plan, err);
	}
	if (cluster)
		rc = cluster_show(cluster, true, err);
	store_rollback(r->store);
	cluster_close(cluster);
	return rc;
}

static int
begin(struct run *r, struct err *err)
{
	struct prospect p = prospect_of(r);

	if (!only_submits(r->c) &&
	    (capacity_meet(r->app, r->config, r->c->jobs, &p.tasks, &r->capacity, err) < 0 ||
		prospect_judge(&p, &r->capacity, err) < 0))
		return -1;
	if (store_begin(r->store, err) < 0)
		return -1;
	if (enter(r, err) < 0) {
		store_rollback(r->store);
		r->station.worker = 0;
		return -1;
	}
	if (store_commit(r->store, err) < 0)
		return -1;
	return only_submits(r->c) ? 0 : station_settle(&r->station, r->store, err);
}

/* To whom sits there: in place of the progress line, how it went. */
static void
say_how_it_went(const struct run *r, const struct commit_state *s)
{
	if (s->asked == 0 || only_submits(r->c) || !isatty(STDERR_FILENO))
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

/* Begin with what is to be waited for: what was submitted already, or lines as they come. */
static void
feed(struct run *r, struct commit *commit)
{
	struct intake *in = &r->intake;

	if (!in->bundle) {
		submit_start(in->submit, commit);
		return;
	}
	commit_adopt(commit, bundle_ids(in->bundle), bundle_count(in->bundle));
	commit_lines_end(commit);
	intake_drop(in);
}

/* All lines were read and worked on. */
static int
conclude(struct run *r, const struct commit_state *state, int signal, struct err *err)
{
	int64_t lines = r->intake.submit ? submit_join(r->intake.submit, err) : state->asked;

	if (lines == 0 && r->app->status == EXIT_DONE)
		app_say(r->app, "no parameters were given: no executions");
	if (!signal)
		say_how_it_went(r, state);
	return lines < 0 ? -1 : 0;
}

/* Submit and work. The reading thread is not waited for after a signal: it may read for ever. */
static int
work(struct run *r, int *signal, struct err *err)
{
	struct commit_options co = { .app = r->app,
		.store = r->store,
		.job = r->intake.job,
		.task = r->intake.task ? r->intake.task->row : 0,
		.lane = r->intake.lane,
		.terms = &r->intake.terms,
		.job_name = r->c->job,
		.no_cache = r->c->no_cache,
		.miss = r->intake.miss,
		.memory = r->intake.memory,
		.worker = r->station.worker,
		.capacity = r->capacity,
		.history = r->station.history,
		.config = r->config,
		.print_submitted = only_submits(r->c),
		.silent = r->c->plan.profile && !r->c->detach };
	struct commit *commit;
	struct worker_options wo = { .app = r->app,
		.capacity = r->capacity,
		.scratch = r->station.scratch,
		.keep = r->c->keep,
		.state = store_dir(r->store),
		.log_cap = (int64_t)config_number(r->config, CONFIG_LOG_CAP),
		.hook_limit = config_number(r->config, CONFIG_HOOKS_TIMEOUT),
		.until = WORKER_ASKED,
		.idle_exit = -1 };
	struct commit_state state;
	struct err late = { 0 };
	int rc;

	if (co.print_submitted && store_bulk(r->store, err) < 0)
		return -1;
	commit = wo.commit = commit_start(&co, err);
	if (!commit)
		return -1;
	throttle_configure(r->config, &wo.limits);
	feed(r, commit);
	rc = worker_run(&wo, signal, err);
	commit_state(commit, &state);
	r->station.done = state.worked;
	if (rc == 0 && state.ended) {
		rc = conclude(r, &state, *signal, err);
		r->gave_up = !*signal && !only_submits(r->c) && state.printed < state.asked;
	} else if (r->intake.submit) {
		/* the reading thread goes on with them until the process ends */
		r->app->shared = true;
		r->intake.submit = NULL;
		r->intake.task = NULL;
		r->intake.memory = NULL;
	}
	if (commit_stop(commit, r->app->shared, &late) < 0) {
		*err = late;
		rc = -1;
	}
	return rc;
}

/* Ended before its time without a job: nobody could ever resume what waits. */
static int
cancel_rest(struct run *r, struct err *err)
{
	struct tally tally = TALLY_INIT;
	struct author author;
	int64_t n;

	if (store_begin(r->store, err) < 0)
		return -1;
	author_sign(&author, &tally, "cancel (interrupted)", NULL);
	n = control_cancel_waiting(r->store, r->app->org, &r->intake.job, &tally, err);
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
	author_clear(&author);
	return n < 0 ? -1 : 0;
}

/* How many have not ended, or -1. */
static int64_t
count_left(struct run *r, struct err *err)
{
	const struct job *job = &r->intake.job;
	struct account_sums sums;

	if (tally_read(r->store, r->app->org, job->id, job->generation, &sums, err) < 0)
		return -1;
	return sums.by[ACC_WAITING] + sums.by[ACC_RUNNING];
}

static void
say_what_stays(struct run *r, struct err *err)
{
	int64_t left = count_left(r, err);

	if (left > 0)
		app_say(r->app, "%lld execution%s in job '%s': the same command goes on with %s",
		    (long long)left, left == 1 ? " waits" : "s wait", r->c->job,
		    left == 1 ? "it" : "them");
}

/* Submitted only: is there somebody to run it? */
static int
look_for_workers(struct run *r, struct err *err)
{
	struct prospect p = prospect_of(r);
	int64_t left = count_left(r, err);
	int workers;

	if (left <= 0)
		return left < 0 ? -1 : 0;
	if (prospect_warn(&p, &workers, err) < 0)
		return -1;
	if (workers > 0)
		return 0;
	if (r->c->work)
		return prospect_hire(&p, r->c->jobs, err);
	app_say(r->app, "%lld execution%s, and no worker is running: taskwork%s", (long long)left,
	    left == 1 ? " waits" : "s wait",
	    r->c->job ? ", or the same command without --detach" : "");
	return 0;
}

/* To foresee nothing is made: where there is no state one that goes away again does. */
static int
open_state(struct run *r, struct err *err)
{
	char folder[] = "/tmp/dockline-XXXXXX";

	if (!r->c->plan.dry_run) {
		r->store = session_open(r->app, true, err);
		return r->store ? 0 : -1;
	}
	if (session_open_if_any(r->app, &r->store, err) < 0 || r->store)
		return r->store ? 0 : -1;
	if (!mkdtemp(folder))
		return err_sys(err, "cannot create a folder in '/tmp'");
	r->fleeting = xstrdup(folder);
	r->store = store_open(r->fleeting, STORE_CREATE | STORE_FLEETING, err);
	return r->store ? 0 : -1;
}

static void
clear(struct run *r)
{
	station_clear(&r->station);
	intake_clear(&r->intake);
	config_free(r->config);
	store_close(r->store);
	if (r->fleeting)
		file_remove_tree(r->fleeting, NULL);
	free(r->fleeting);
}

int
campaign_run(struct app *app, const struct campaign *c, int *signal, struct err *err)
{
	struct run r = { .app = app, .c = c };
	struct err late = { 0 };
	int rc = -1;

	*signal = 0;
	r.intake = (struct intake){ .app = app, .c = c };
	if (terms_read(&r.intake.terms, &c->terms, err) < 0)
		goto out;
	if (open_state(&r, err) < 0)
		goto out;
	r.intake.store = r.store;
	if (!(r.config = config_open(store_dir(r.store), err)) || intake_read(&r.intake, err) < 0)
		goto out;
	worker_block_signals();
	if (intake_is_empty(&r.intake)) {
		app_say(app, "no parameters were given: no executions");
		rc = 0;
		goto out;
	}
	if (c->plan.dry_run) {
		rc = foresee(&r, err);
		goto out;
	}
	if (cluster_check(app, r.store, &c->plan, err) < 0 ||
	    session_reap(app, r.store, NULL, err) < 0 || begin(&r, err) < 0)
		goto out;
	if (only_submits(c) && r.intake.bundle)
		rc = !c->detach ? 0 : bundle_print(r.intake.bundle, r.store, &r.intake.job, err);
	else
		rc = work(&r, signal, err);
	if (station_leave(&r.station, r.store, &late) < 0 && rc == 0) {
		*err = late;
		rc = -1;
	}
	if ((*signal || r.gave_up) && !c->job && rc == 0)
		rc = cancel_rest(&r, err);
	else if ((*signal || r.gave_up) && rc == 0)
		say_what_stays(&r, &late);
	else if (c->plan.profile && rc == 0)
		rc = away_run(app, r.store, &r.intake.job, c, signal, err);
	else if (c->detach && rc == 0)
		rc = look_for_workers(&r, err);
out:
	clear(&r);
	return rc;
}
