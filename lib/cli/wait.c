/* SPDX-License-Identifier: MIT */
/* wait: until executions have ended. */
#include "cli/wait.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/vec.h"
#include "cli/cluster_home.h"
#include "cli/cluster_relay.h"
#include "cli/distance.h"
#include "cli/ids.h"
#include "cli/idset.h"
#include "cli/listing.h"
#include "cli/progress.h"
#include "cli/session.h"
#include "store/store.h"
#include "task/execution.h"
#include "task/vigil.h"
#include "task/workers.h"

enum {
	POLL = 50000,           /* microseconds between questions whether anything changed */
	LOOK_ANYWAY = 1000000,  /* and between looks without a change */
	CARE = 5000000,         /* and between looks after workers */
	CARE_CLUSTER = 1000000, /* and what is on clusters */
	CARE_FIRST = 500000,
	QUIET = 1000,       /* so many in a row that have not ended: look no further */
	GENERATIONS = 4096, /* more a job has not */
	CHUNK = 4096,       /* ended ones that are sorted and printed together */
};

/* One that ended. */
struct final {
	int64_t id, ended;
	bool failed;
};

struct wait {
	struct app *app;
	const struct wait_options *o;
	struct store *store;
	struct job job;   /* id 0: operands */
	struct idset set; /* marked: ended and printed */
	int64_t last;     /* the highest id known of the job */
	int64_t low;      /* none unmarked is lower */
	int64_t round;    /* where the round through the rest stands */
	int64_t missing;  /* so many have ended and are not printed, INT64_MAX: not known */
	VEC(struct final) ended;
	int64_t failed;
	bool told; /* that nobody works */
	struct cluster_relay relay;
	VEC(struct cluster_wanted) jobs; /* of what is waited for */
	struct idset seen;               /* these */
	struct progress *progress;
	int64_t far;    /* had ended when that was last looked at, at home or on a cluster */
	int64_t far_at; /* look for that again, by clock_boot */
	struct vigil *vigil;
};

/* ---- what is waited for ---- */

/* Each of its generations counts as one. */
static void
note_job(struct wait *w, const struct job *job, int64_t id)
{
	if (idset_add(&w->seen, job->id * GENERATIONS + job->generation % GENERATIONS))
		vec_add(&w->jobs, ((struct cluster_wanted){ *job, id }));
}

static int
add_id(int64_t id, void *ctx, struct err *err)
{
	struct wait *w = ctx;
	struct standpoint stand;
	int rc = execution_status(w->store, w->app->org, id, &stand, err);

	if (rc == 0)
		app_fail(w->app, EXIT_NO, "no execution %lld", (long long)id);
	if (rc > 0 && idset_add(&w->set, id) && !state_is_final(stand.status))
		note_job(w, &stand.job, id);
	return rc < 0 ? -1 : 0;
}

/* What the job has got since we asked last. */
static int
add_new(struct wait *w, struct err *err)
{
	struct selection sel = {
		.org = w->app->org, .job = w->job, .status = -1, .account = -1, .after = w->last
	};
	int64_t ids[1024];
	int n;

	while ((n = execution_ids(w->store, &sel, ids, sizeof(ids) / sizeof(*ids), err)) > 0) {
		for (int i = 0; i < n; i++)
			idset_add(&w->set, ids[i]);
		note_job(w, &w->job, ids[0]);
		sel.after = w->last = ids[n - 1];
	}
	return n;
}

static int
begin(struct wait *w, struct err *err)
{
	w->store = w->o->store ? w->o->store : session_open(w->app, false, err);
	if (!w->store)
		return -1;
	if (w->o->which) {
		w->job = *w->o->which;
		return add_new(w, err);
	}
	if (!w->o->job)
		return ids_each(w->app, w->o->operands, add_id, w, err);
	if (session_job(w->app, w->store, w->o->job, 0, &w->job, err) < 0)
		return -1;
	return add_new(w, err);
}

/* ---- looking ---- */

static int
compare_ended(const void *a, const void *b)
{
	const struct final *x = a, *y = b;

	if (x->ended != y->ended)
		return x->ended < y->ended ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

static int
print(struct wait *w, const struct final *final, struct err *err)
{
	json_t *record;
	int rc = execution_record(w->store, w->app->org, final->id, &record, err);

	idset_mark(&w->set, final->id);
	if (rc <= 0)
		return rc;
	progress_hide(w->progress);
	if (w->o->as_lines)
		listing_line(record, stdout);
	else
		app_record(w->app, record);
	json_decref(record);
	app_count(w->app, final->failed);
	w->failed += final->failed;
	return 0;
}

/* Print what has ended, in the order in which it did; with --any only the first. */
static int
print_ended(struct wait *w, struct err *err)
{
	size_t n = w->ended.len;
	int rc = 0;

	if (n > 0 && store_sync(w->store, err) < 0) /* its worker may be waiting for the disk */
		return -1;
	if (n > 1)
		qsort(w->ended.at, n, sizeof(*w->ended.at), compare_ended);
	if (w->o->any && n > 1)
		n = 1;
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = print(w, &w->ended.at[i], err);
	w->ended.len = 0;
	return rc < 0 ? -1 : app_flush(w->app, err);
}

/* With --any one candidate is enough. */
static void
keep_first(struct wait *w)
{
	size_t first = 0;

	for (size_t i = 1; i < w->ended.len; i++)
		if (compare_ended(&w->ended.at[i], &w->ended.at[first]) < 0)
			first = i;
	w->ended.at[0] = w->ended.at[first];
	w->ended.len = 1;
}

/* 1: it has ended, 0, -1. */
static int
look_at(struct wait *w, int64_t id, struct err *err)
{
	struct standpoint stand;
	struct final final = { .id = id };
	int rc = execution_status(w->store, w->app->org, id, &stand, err);

	if (rc < 0)
		return -1;
	if (rc == 0) {
		idset_mark(&w->set, id);
		app_fail(w->app, EXIT_NO, "execution %lld is gone", (long long)id);
		return 1;
	}
	if (!state_is_final(stand.status))
		return 0;
	final.ended = stand.ended;
	final.failed = state_account(stand.status) == ACC_FAILED || stand.status == ST_CANCELLED;
	vec_add(&w->ended, final);
	if (w->ended.len < CHUNK)
		return 1;
	if (!w->o->any)
		return print_ended(w, err) < 0 ? -1 : 1;
	keep_first(w);
	return 1;
}

/* From id on, until so many in a row have not ended: where it stopped, INT64_MAX at the end, -1. */
static int64_t
look_from(struct wait *w, int64_t id, int64_t most_quiet, struct err *err)
{
	int64_t quiet = 0;

	for (id = idset_next(&w->set, id); id >= 0 && quiet < most_quiet && w->missing > 0;
	     id = idset_next(&w->set, id + 1)) {
		int rc = look_at(w, id, err);

		if (rc < 0)
			return -1;
		quiet = rc ? 0 : quiet + 1;
		w->missing -= rc;
	}
	return id < 0 ? INT64_MAX : id;
}

/* How many have ended that we have not seen: the tally of a job knows. */
static int
count_missing(struct wait *w, struct err *err)
{
	struct account_sums sums;

	w->missing = INT64_MAX;
	if (!w->job.id)
		return 0;
	if (add_new(w, err) < 0 ||
	    tally_read(w->store, w->app->org, w->job.id, w->job.generation, &sums, err) < 0)
		return -1;
	w->missing = sums.submitted - sums.by[ACC_WAITING] - sums.by[ACC_RUNNING] - w->set.marked;
	return 0;
}

/* all: at every one, not only where something is likely to have ended. */
static int
look(struct wait *w, bool all, struct err *err)
{
	int64_t end;

	if (count_missing(w, err) < 0)
		return -1;
	end = look_from(w, w->low, all ? INT64_MAX : QUIET, err);
	if (end < 0)
		return -1;
	if (end != INT64_MAX) {
		if (w->round < end)
			w->round = end;
		w->round = look_from(w, w->round, QUIET, err);
		if (w->round < 0)
			return -1;
		if (w->round == INT64_MAX)
			w->round = 0;
	}
	if (print_ended(w, err) < 0)
		return -1;
	end = idset_next(&w->set, w->low);
	w->low = end < 0 ? w->last + 1 : end;
	return 0;
}

/* ---- those who work ---- */

/* Say once that nobody works on a job that is waited for. */
static int
look_for_workers(struct wait *w, const struct job *job, struct err *err)
{
	int rc;

	if (w->told)
		return 0;
	rc = workers_of_job(w->store, w->app->org, job, err);
	w->told = rc == 0;
	if (w->told) {
		int64_t left = w->set.count - w->set.marked;

		progress_hide(w->progress);
		app_say(w->app,
		    "%lld execution%s, and no worker is running: taskwork, or the same taskrun"
		    " command again",
		    (long long)left, left == 1 ? " waits" : "s wait");
	}
	return rc < 0 ? -1 : 0;
}

/* After the job of the first that has not ended. */
static int
care(struct wait *w, struct err *err)
{
	int64_t id = idset_next(&w->set, w->low);
	struct standpoint stand;
	int rc;

	if (session_reap(w->app, w->store, w->vigil, err) < 0 ||
	    cluster_collect(w->app, w->store, err) < 0)
		return -1;
	if (id < 0)
		return 0;
	rc = execution_status(w->store, w->app->org, id, &stand, err);
	if (rc <= 0 || state_is_final(stand.status))
		return rc < 0 ? -1 : 0;
	if (cluster_relay(&w->relay, w->app, w->store, w->jobs.at, w->jobs.len, err) < 0)
		return -1;
	return look_for_workers(w, &stand.job, err);
}

/* ---- the loop ---- */

static bool
is_done(const struct wait *w)
{
	return w->set.marked == w->set.count || (w->o->any && w->set.marked > 0);
}

/* How many executions of a job have ended on a cluster and are not home: they count in the line. */
static int
look_far(struct wait *w, struct err *err)
{
	struct begun_count there;
	int64_t now = clock_boot();

	if (!w->progress || w->jobs.len != 1 || now < w->far_at)
		return 0;
	w->far_at = now + DISTANCE_PAUSE;
	if (distance_of_job(w->store, w->app->org, &w->jobs.at[0].job, &there, err) < 0)
		return -1;
	w->far = w->set.marked + there.ended;
	return 0;
}

static void
show(struct wait *w)
{
	int64_t ended = w->set.marked > w->far ? w->set.marked : w->far;
	char detail[64] = "";

	if (w->failed)
		snprintf(detail, sizeof(detail), "%lld failed", (long long)w->failed);
	if (ended > w->set.count)
		ended = w->set.count;
	progress_tick(w->progress, ended, w->set.count, detail);
}

static void
pause_until(int64_t when)
{
	int64_t left = when - clock_boot();
	struct timespec ts;

	if (left > POLL)
		left = POLL;
	if (left <= 0)
		return;
	ts = (struct timespec){ 0, (long)left * 1000 };
	nanosleep(&ts, NULL);
}

static int
loop(struct wait *w, int64_t deadline, struct err *err)
{
	int64_t looked = clock_boot(), care_at = looked + CARE_FIRST;
	int64_t version = store_version(w->store);

	if (look(w, true, err) < 0)
		return -1;
	show(w);
	while (!is_done(w) && clock_boot() < deadline) {
		int64_t now = clock_boot(), found;
		int over = w->o->tick ? w->o->tick(w->o->ctx, err) : 0;

		if (over != 0)
			return over < 0 ? -1 : look(w, true, err);
		if (now >= care_at && !w->o->tick) {
			if (care(w, err) < 0)
				return -1;
			care_at = clock_boot() + (w->relay.next ? CARE_CLUSTER : CARE);
		}
		found = store_version(w->store);
		if (found != version || now - looked >= LOOK_ANYWAY) {
			version = found;
			looked = now;
			if (look(w, false, err) < 0)
				return -1;
		} else {
			pause_until(deadline);
		}
		if (look_far(w, err) < 0)
			return -1;
		show(w);
	}
	return is_done(w) ? 0 : look(w, true, err);
}

int
wait_for_end(struct app *app, const struct wait_options *options, struct err *err)
{
	int64_t start = clock_boot(), deadline = INT64_MAX;
	struct wait w = { .app = app, .o = options, .vigil = vigil_new() };
	int rc = begin(&w, err);

	if (rc == 0) {
		if (w.set.count == 0 && app->status == EXIT_DONE)
			app_say(app, "there is nothing to wait for");
		w.progress = progress_new(app, "executions");
		if (options->timeout >= 0)
			deadline = start + (int64_t)(options->timeout * 1e6);
		rc = loop(&w, deadline, err);
	}
	progress_free(w.progress);
	if (rc == 0 && !is_done(&w))
		app_fail(app, EXIT_NO, "%lld executions have not ended",
		    (long long)(w.set.count - w.set.marked));
	if (!options->store)
		store_close(w.store);
	vigil_free(w.vigil);
	idset_clear(&w.set);
	idset_clear(&w.seen);
	vec_clear(&w.ended);
	vec_clear(&w.jobs);
	return rc;
}
