/* SPDX-License-Identifier: MIT */
/* away: taskrun --on: what was submitted is run by a cluster, and printed as it comes home. */
#include "cli/away.h"

#include <signal.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/err.h"
#include "cli/app.h"
#include "cli/campaign.h"
#include "cli/cluster.h"
#include "cli/wait.h"
#include "exec/proc.h"
#include "store/store.h"
#include "task/tally.h"
#include "task/whereabouts.h"

struct away {
	struct app *app;
	const struct campaign *c;
	struct cluster *cluster;
	int64_t next; /* round, by clock_boot */
};

/* The signals that were read by a worker's loop are ours again. */
static void
unblock(void)
{
	sigset_t all;

	proc_catch();
	sigfillset(&all);
	sigprocmask(SIG_UNBLOCK, &all, NULL);
}

/* A round now and then; nothing more to be had ends the waiting. */
static int
tick(void *ctx, struct err *err)
{
	struct away *a = ctx;
	int64_t now = clock_boot();

	if (proc_caught())
		return 1;
	if (now < a->next)
		return 0;
	a->next = now + (int64_t)(cluster_pause(a->cluster) * 1e6);
	if (cluster_round(a->cluster, err) < 0)
		return -1;
	return cluster_is_drained(a->cluster, err);
}

static int
count_one(const char *name, int element, int64_t given, void *ctx)
{
	(void)name;
	(void)element;
	(void)given;
	++*(long long *)ctx;
	return 0;
}

/* What is out, or waits until others have come home, and who goes on with it. */
static int
say_what_stays(const struct away *a, struct store *store, const struct job *of, struct err *err)
{
	const char *job = a->c->job;
	struct account_sums sums;
	long long out = 0, left;
	char what[64];

	if (tally_read(store, a->app->org, of->id, of->generation, &sums, err) < 0 ||
	    whereabouts_of_job(store, a->app->org, of, count_one, &out, err) < 0)
		return -1;
	left = (long long)(sums.by[ACC_WAITING] + sums.by[ACC_RUNNING]);
	if (left == 0)
		return 0;
	if (out > 0)
		snprintf(what, sizeof(what), "%lld element%s out", out, out == 1 ? " is" : "s are");
	else
		snprintf(
		    what, sizeof(what), "%lld execution%s", left, left == 1 ? " waits" : "s wait");
	if (job)
		app_say(a->app, "%s: the same command waits for job '%s'", what, job);
	else if (a->c->detach)
		app_say(a->app, "%s: taskwait, given what this prints, waits", what);
	else
		app_say(a->app, "%s: the same command goes on", what);
	return 0;
}

int
away_run(struct app *app, struct store *store, const struct job *job, const struct campaign *c,
    int *signal, struct err *err)
{
	struct away a = { .app = app, .c = c };
	struct wait_options wait = {
		.timeout = -1, .store = store, .which = job, .tick = tick, .ctx = &a
	};
	struct cluster_plan plan = c->plan;
	int rc;

	unblock();
	plan.job = *job;
	a.cluster = cluster_open(app, store, &plan, err);
	if (!a.cluster)
		return -1;
	rc = c->detach ? cluster_round(a.cluster, err) : wait_for_end(app, &wait, err);
	if (rc == 0)
		rc = say_what_stays(&a, store, job, err);
	*signal = proc_caught();
	cluster_close(a.cluster);
	return rc;
}
