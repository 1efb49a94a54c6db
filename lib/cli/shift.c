/* SPDX-License-Identifier: MIT */
/* shift: everything taskwork does. */
#include "cli/shift.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "cli/capacity.h"
#include "cli/commit.h"
#include "cli/config.h"
#include "cli/session.h"
#include "cli/station.h"
#include "cli/worker.h"
#include "store/store.h"
#include "task/execution.h"

struct run {
	struct app *app;
	const struct shift *o;
	struct store *store;
	struct job job;
	struct room capacity;
	struct station station;
	struct config *config;
};

static int
find_capacity(struct run *r, struct err *err)
{
	capacity_find(r->o->jobs ? r->o->jobs : (int)config_number(r->config, CONFIG_WORKER_JOBS),
	    &r->capacity);
	if (r->o->memory)
		r->capacity.memory = r->o->memory;
	if (r->o->gpus > 0 && capacity_gpus(r->o->gpus, &r->capacity, err) < 0)
		return -1;
	return room_parse_limits(r->o->limits, &r->capacity, err);
}

/* Options come before variables and the file. */
static int
configure(struct run *r, struct err *err)
{
	const struct shift *o = r->o;

	r->config = config_open(store_dir(r->store), err);
	if (!r->config)
		return -1;
	if (o->max_load &&
	    config_set(r->config, CONFIG_WORKER_MAX_LOAD, "--max-load", o->max_load, err) < 0)
		return -1;
	if (o->min_free_memory &&
	    config_set(r->config, CONFIG_WORKER_MIN_FREE_MEMORY, "--min-free-memory",
		o->min_free_memory, err) < 0)
		return -1;
	return 0;
}

static int
begin(struct run *r, struct err *err)
{
	struct station_plan plan = {
		.job = r->job, .capacity = &r->capacity, .queues = r->o->queues
	};

	if (r->o->seconds > 0)
		plan.ends = clock_wall() + (int64_t)(r->o->seconds * 1e6);
	if (store_begin(r->store, err) < 0)
		return -1;
	if (station_enter(&r->station, r->app, r->store, &plan, err) < 0) {
		store_rollback(r->store);
		return -1;
	}
	if (store_commit(r->store, err) < 0)
		return -1;
	return station_settle(&r->station, r->store, err);
}

static enum worker_until
until(const struct shift *o)
{
	if (o->once)
		return WORKER_ONCE;
	return o->forever || o->idle_exit >= 0 ? WORKER_TOLD : WORKER_DRAINED;
}

static void
say_how_it_went(const struct run *r, const struct commit_state *s)
{
	if (s->worked == 0)
		app_say(r->app, s->dry ? "nothing to do" : "nothing was begun");
	else
		app_say(r->app, "%lld attempt%s, %lld not well", (long long)s->worked,
		    s->worked == 1 ? "" : "s", (long long)s->worked_failed);
}

static int
work(struct run *r, int *signal, struct err *err)
{
	struct commit_options co = { .app = r->app,
		.store = r->store,
		.job = r->job,
		.worker = r->station.worker,
		.any_job = r->job.id == 0,
		.queues = r->o->queues,
		.away = r->o->away,
		.capacity = r->capacity,
		.history = r->station.history,
		.config = r->config,
		.print_events = r->o->json };
	struct worker_options wo = { .app = r->app,
		.capacity = r->capacity,
		.scratch = r->station.scratch,
		.note = r->o->note,
		.keep = r->o->keep,
		.state = store_dir(r->store),
		.log_cap = (int64_t)config_number(r->config, CONFIG_LOG_CAP),
		.hook_limit = config_number(r->config, CONFIG_HOOKS_TIMEOUT),
		.until = until(r->o),
		.idle_exit = r->o->idle_exit > 0 ? (int64_t)(r->o->idle_exit * 1e6) : 0 };
	struct commit_state state;
	struct commit *commit;
	struct err late = { 0 };
	int rc;

	if (r->o->forever)
		wo.idle_exit = -1;
	if (r->o->seconds > 0)
		wo.deadline = clock_boot() + (int64_t)(r->o->seconds * 1e6);
	throttle_configure(r->config, &wo.limits);
	wo.limits.pressure = r->o->max_pressure;
	co.deadline = wo.deadline;
	wo.commit = commit = commit_start(&co, err);
	if (!commit)
		return -1;
	commit_lines_end(commit);
	rc = worker_run(&wo, signal, err);
	commit_state(commit, &state);
	r->station.done = state.worked;
	if (commit_stop(commit, false, &late) < 0) {
		*err = late;
		rc = -1;
	}
	if (rc == 0)
		say_how_it_went(r, &state);
	return rc;
}

int
shift_job(struct app *app, struct store *store, const struct shift *shift, struct job *job,
    struct err *err)
{
	struct standpoint stand;
	int rc;

	if (shift->job)
		return session_job(app, store, shift->job, 0, job, err);
	if (!shift->job_of)
		return 0;
	rc = execution_status(store, app->org, shift->job_of, &stand, err);
	if (rc == 0)
		return err_set(err, ERR_USAGE, "no execution %lld", (long long)shift->job_of);
	*job = stand.job;
	return rc < 0 ? -1 : 0;
}

int
shift_run(struct app *app, const struct shift *shift, int *signal, struct err *err)
{
	struct run r = { .app = app, .o = shift };
	struct err late = { 0 };
	int rc = -1;

	*signal = 0;
	worker_block_signals();
	r.store = session_open(app, true, err);
	if (!r.store || configure(&r, err) < 0 || find_capacity(&r, err) < 0 ||
	    shift_job(app, r.store, shift, &r.job, err) < 0 ||
	    session_reap(app, r.store, NULL, err) < 0 || begin(&r, err) < 0)
		goto out;
	rc = work(&r, signal, err);
	if (station_leave(&r.station, r.store, &late) < 0 && rc == 0) {
		*err = late;
		rc = -1;
	}
out:
	station_clear(&r.station);
	config_free(r.config);
	store_close(r.store);
	return rc;
}
