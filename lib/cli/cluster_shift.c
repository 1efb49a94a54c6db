/* SPDX-License-Identifier: MIT */
/* cluster_shift: what taskwork --on does: rounds of a cluster, until it is time to go. */
#include "cli/cluster_shift.h"

#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "base/err.h"
#include "cli/distance.h"
#include "cli/progress.h"
#include "cli/session.h"
#include "exec/proc.h"
#include "store/store.h"
#include "task/tally.h"

struct run {
	struct app *app;
	const struct shift *o;
	struct store *store;
	struct cluster *cluster;
	struct job job;
	struct progress *progress;
	int64_t far;      /* had ended when that was last looked at, at home or on the cluster */
	int64_t far_at;   /* look for that again, by clock_boot */
	int64_t deadline; /* by clock_boot, 0: none */
};

/* How far what is worked on is. */
static int
show(struct run *r, struct err *err)
{
	struct account_sums sums;
	struct begun_count there;
	char detail[64];
	int64_t ended, now = clock_boot();

	if (tally_read(r->store, r->app->org, r->job.id, r->job.generation, &sums, err) < 0)
		return -1;
	ended = sums.submitted - sums.by[ACC_WAITING] - sums.by[ACC_RUNNING];
	if (now >= r->far_at) {
		if (distance_of_job(r->store, r->app->org, &r->job, &there, err) < 0)
			return -1;
		r->far_at = now + DISTANCE_PAUSE;
		r->far = ended + there.ended;
	}
	if (ended < r->far)
		ended = r->far < sums.submitted ? r->far : sums.submitted;
	snprintf(detail, sizeof(detail), "%lld element%s out", (long long)cluster_out(r->cluster),
	    cluster_out(r->cluster) == 1 ? "" : "s");
	progress_tick(r->progress, ended, sums.submitted, detail);
	return 0;
}

static void
rest(const struct run *r)
{
	double seconds = cluster_pause(r->cluster);
	struct timespec ts = { (time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9) };

	nanosleep(&ts, NULL);
}

/* 1: it is time to go, 0, -1. */
static int
is_over(struct run *r, struct err *err)
{
	if (r->o->once || proc_caught() || (r->deadline && clock_boot() >= r->deadline))
		return 1;
	return r->o->forever ? 0 : cluster_is_drained(r->cluster, err);
}

static int
rounds(struct run *r, struct err *err)
{
	int rc = 0;

	while (rc == 0) {
		if (cluster_round(r->cluster, err) < 0 || show(r, err) < 0)
			return -1;
		rc = is_over(r, err);
		if (rc == 0)
			rest(r);
	}
	return rc < 0 ? -1 : 0;
}

static void
say_how_it_went(struct run *r)
{
	int64_t out = cluster_out(r->cluster);

	progress_hide(r->progress);
	if (out > 0)
		app_say(r->app, "%lld element%s out: the same command goes on with %s",
		    (long long)out, out == 1 ? " is" : "s are", out == 1 ? "it" : "them");
	app_detail(r->app, "the cluster was called %lu times", cluster_calls(r->cluster));
}

int
cluster_shift_run(struct app *app, const struct shift *shift, const struct cluster_plan *plan,
    int *signal, struct err *err)
{
	struct cluster_plan own = *plan;
	struct run r = { .app = app, .o = shift };
	int rc = -1;

	*signal = 0;
	r.store = session_open(app, !plan->dry_run, err);
	if (!r.store || shift_job(app, r.store, shift, &r.job, err) < 0)
		goto out;
	own.job = r.job;
	own.queues = shift->queues;
	r.cluster = cluster_open(app, r.store, &own, err);
	if (!r.cluster)
		goto out;
	if (plan->dry_run) {
		rc = cluster_show(r.cluster, false, err);
		goto out;
	}
	if (shift->seconds > 0)
		r.deadline = clock_boot() + (int64_t)(shift->seconds * 1e6);
	proc_catch();
	r.progress = progress_new(app, "executions");
	rc = rounds(&r, err);
	if (rc == 0)
		say_how_it_went(&r);
	*signal = proc_caught();
out:
	progress_free(r.progress);
	cluster_close(r.cluster);
	store_close(r.store);
	return rc;
}
