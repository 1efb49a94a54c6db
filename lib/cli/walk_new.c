/* SPDX-License-Identifier: MIT */
/* walk_new: a new run of a pipeline and its job are noted. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "cli/app.h"
#include "cli/walk_parts.h"
#include "plan/pipeline.h"
#include "store/store.h"
#include "task/job.h"
#include "task/task.h"

/* The name of the job where none is given: that of the pipeline with the first free number. */
static char *
make_job_name(struct walk *w, struct err *err)
{
	for (int i = 1;; i++) {
		char *name = xasprintf("%s-%d", w->blueprint.pipeline->name, i);
		struct job job;
		int rc = job_find(w->store, w->app->org, name, &job, err);

		if (rc == 0)
			return name;
		free(name);
		if (rc < 0)
			return NULL;
	}
}

/* The job is there by now: of a run, which is ours then, or of something else. */
static int
meet_job(struct walk *w, struct err *err)
{
	struct run other = { 0 };
	int rc = run_find(w->store, w->app->org, w->run.job_name, &other, err);

	if (rc < 0)
		return -1;
	if (rc == 0)
		return err_set(err, ERR_USAGE,
		    "job '%s' is there already, and is no run of a pipeline", w->run.job_name);
	run_clear(&w->run);
	w->run = other;
	return WALK_OVERTAKEN;
}

static int
enter_run(struct walk *w, struct err *err)
{
	json_t *settings = json_pack("{s:s, s:O, s:{}, s:{}}", "task", w->carrier->name, "set",
	    w->run.params, "force", "inputs");
	int rc = -1;

	w->run.job_name = w->o->job ? xstrdup(w->o->job) : make_job_name(w, err);
	if (w->run.job_name && task_keep(w->store, w->app->org, w->carrier, err) == 0)
		rc = job_open(w->store, w->app->org, w->run.job_name, w->carrier->row, settings,
		    false, &w->run.job, err);
	json_decref(settings);
	if (rc == 0)
		return meet_job(w, err);
	if (rc > 0)
		w->run.id = run_add(w->store, w->app->org, &w->run, err);
	return rc < 0 || w->run.id < 0 ? -1 : 0;
}

int
walk_make(struct walk *w, struct err *err)
{
	struct run *run = &w->run;
	const struct pipeline *p = w->blueprint.pipeline;
	int rc;

	run->name = xstrdup(p->name);
	run->version = xstrdup(p->version);
	run->text = xstrdup(w->blueprint.text);
	if (!w->blueprint.stored && strcmp(w->blueprint.name, "-") != 0)
		run->source = path_absolute(w->blueprint.name);
	run->dir = getcwd(NULL, 0);
	if (!run->dir)
		return err_sys(err, "cannot find the working directory");
	w->carrier = walk_carrier(p, err);
	if (!w->carrier || store_begin(w->store, err) < 0)
		return -1;
	rc = enter_run(w, err);
	if (rc == 0)
		rc = store_commit(w->store, err);
	else
		store_rollback(w->store);
	if (rc == 0)
		app_say(w->app, "run %lld of '%s', job '%s'", (long long)run->id, run->name,
		    run->job_name);
	return rc;
}
