/* SPDX-License-Identifier: MIT */
/* walk_go: a run of a pipeline is gone through to its end. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "cli/attend.h"
#include "cli/commit.h"
#include "cli/conduct.h"
#include "cli/config.h"
#include "cli/ferry.h"
#include "cli/runs.h"
#include "cli/session.h"
#include "cli/walk_parts.h"
#include "cli/worker.h"
#include "plan/pipeline.h"
#include "store/store.h"
#include "task/task.h"

struct task *
walk_carrier(const struct pipeline *p, struct err *err)
{
	json_t *definition = json_pack("{s:s+, s:s, s:s, s:{s:[s], s:s}}", "task_id",
	    TASK_OF_PIPELINE, p->name, "version", p->version, "category", "pipeline",
	    "service_config", "command", "true", "retry", "none");
	struct task *task = task_parse(definition, err);

	json_decref(definition);
	if (task)
		task->origin = TASK_SHIPPED;
	return task;
}

/* It is taken up: 0; 1: somebody else was first; -1. */
static int
enter(struct walk *w, struct err *err)
{
	struct conduct_options co = { .app = w->app,
		.store = w->store,
		.run = &w->run,
		.blueprint = &w->blueprint,
		.why = w->o->why };
	int rc = run_refresh(w->store, &w->run, err);

	if (rc > 0)
		rc = run_is_conducted(w->store, w->app->org, &w->run, err);
	if (rc != 0)
		return rc;
	if (!w->carrier)
		w->carrier = walk_carrier(w->blueprint.pipeline, err);
	if (!w->carrier || task_keep(w->store, w->app->org, w->carrier, err) < 0)
		return -1;
	co.carrier = w->carrier;
	w->conduct = conduct_new(&co, err);
	if (!w->conduct)
		return -1;
	if (station_enter(&w->station, w->app, w->store,
		&(struct station_plan){ .job = w->run.job, .capacity = &w->capacity }, err) < 0)
		return -1;
	w->run.worker = w->station.worker;
	return run_begin(w->store, &w->run, w->station.worker, err);
}

static int
begin(struct walk *w, struct err *err)
{
	int rc;

	if (store_begin(w->store, err) < 0)
		return -1;
	rc = enter(w, err);
	if (rc != 0) {
		store_rollback(w->store);
		w->station.worker = 0;
		return rc;
	}
	if (store_commit(w->store, err) < 0)
		return -1;
	return station_settle(&w->station, w->store, err);
}

static int
work(struct walk *w, int *signal, struct err *err)
{
	struct commit_options co = { .app = w->app,
		.store = w->store,
		.job = w->run.job,
		.terms = &w->terms,
		.job_name = w->run.job_name,
		.worker = w->station.worker,
		.at_home = w->o->plan.profile != NULL,
		.capacity = w->capacity,
		.history = w->station.history,
		.config = w->config,
		.conductor = conduct_conductor(w->conduct) };
	struct commit *commit = commit_start(&co, err);
	struct worker_options wo = { .app = w->app,
		.commit = commit,
		.capacity = w->capacity,
		.scratch = w->station.scratch,
		.state = store_dir(w->store),
		.log_cap = (int64_t)config_number(w->config, CONFIG_LOG_CAP),
		.hook_limit = config_number(w->config, CONFIG_HOOKS_TIMEOUT),
		.shown = true,
		.until = WORKER_ASKED,
		.idle_exit = -1 };
	struct commit_state state;
	struct err late = { 0 };
	int rc;

	if (!commit)
		return -1;
	throttle_configure(w->config, &wo.limits);
	rc = worker_run(&wo, signal, err);
	commit_state(commit, &state);
	w->station.done = state.worked;
	if (commit_stop(commit, false, &late) < 0) {
		*err = late;
		rc = -1;
	}
	return rc;
}

/* It stopped before its end: say how it goes on. Where somebody has taken it up already, it does.
 */
static int
interrupt(struct walk *w, struct err *err)
{
	struct run now = { .id = w->run.id };
	bool ours = true;
	int rc;

	if (store_begin(w->store, err) < 0)
		return -1;
	rc = run_refresh(w->store, &now, err);
	if (rc > 0 && (ours = now.worker == w->run.worker))
		rc = run_end(w->store, w->run.id, RUN_INTERRUPTED, NULL, err);
	if (rc < 0)
		store_rollback(w->store);
	else
		rc = store_commit(w->store, err);
	if (rc == 0 && !ours)
		app_say(w->app, "run %lld goes on without us", (long long)w->run.id);
	else if (rc == 0)
		app_say(w->app, "interrupted: pipeline resume %s%s%s goes on", w->run.job_name,
		    w->o->plan.profile ? " --on " : "",
		    w->o->plan.profile ? w->o->plan.profile : "");
	return rc;
}

/* Take it up; while somebody else conducts it only look on: 0; 1: there is nothing more to do; -1.
 */
static int
take_up(struct walk *w, int *signal, struct err *err)
{
	int rc;

	do {
		worker_block_signals();
		if (session_reap(w->app, w->store, NULL, err) < 0)
			return -1;
		rc = begin(w, err);
		if (rc <= 0)
			return rc;
		if (!w->o->plan.profile)
			return walk_is_free(w, err);
		rc = attend(w->app, w->store, &w->run, signal, err);
	} while (rc == ATTEND_FREE);
	return rc < 0 ? -1 : 1;
}

/* Go through it here and now. */
static int
walk_here(struct walk *w, int *signal, struct err *err)
{
	struct err late = { 0 };
	bool over;
	int rc = take_up(w, signal, err);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	rc = work(w, signal, err);
	over = conduct_conductor(w->conduct)->over;
	if (station_leave(&w->station, w->store, &late) < 0 && rc == 0) {
		*err = late;
		rc = -1;
	}
	if (!over && interrupt(w, rc < 0 ? &late : err) < 0)
		rc = -1;
	if (rc < 0 || !over)
		return rc;
	if (w->run.status != RUN_COMPLETED)
		app_status(w->app, EXIT_NO);
	return runs_print(w->app, w->store, w->run.job_name, err);
}

int
walk_go(struct walk *w, int *signal, struct err *err)
{
	struct ferry ferry;
	char *dir;
	int rc;

	if (!w->o->plan.profile)
		return walk_here(w, signal, err);
	dir = xstrdup(store_dir(w->store));
	store_close(w->store);
	w->store = NULL;
	rc = ferry_begin(&ferry, err);
	if (rc == 0 && ferry.child)
		rc = ferry_run(&ferry, w->app, w->run.job_name, &w->o->plan, signal, err);
	else if (rc == 0)
		rc = (w->store = store_open(dir, 0, err)) ? walk_here(w, signal, err) : -1;
	free(dir);
	return rc;
}
