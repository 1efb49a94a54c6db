/* SPDX-License-Identifier: MIT */
/* walk: a run of a pipeline is made, or taken up again. */
#include "cli/walk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "base/path.h"
#include "cli/attend.h"
#include "cli/conduct.h"
#include "cli/config.h"
#include "cli/prospect.h"
#include "cli/runs.h"
#include "cli/session.h"
#include "cli/walk_parts.h"
#include "plan/pipeline.h"
#include "store/store.h"
#include "task/schema.h"
#include "task/task.h"

/* ---- parameters ---- */

static int
read_param(const struct schema *schema, const char *pair, json_t *into, struct err *err)
{
	const char *eq = strchr(pair, '=');
	char *key;
	json_t *value;

	if (!eq || eq == pair)
		return err_set(err, ERR_USAGE, "-p takes name=value, found '%s'", pair);
	key = xstrndup(pair, (size_t)(eq - pair));
	value = eq[1] == '@' ? json_read_file(eq + 2, err)
			     : schema_parse_value(schema_property(schema, key), eq + 1, err);
	if (value)
		json_object_set_new(into, key, value);
	else
		err_wrap(err, "-p %s", key);
	free(key);
	return value ? 0 : -1;
}

/* Those of the command line over those that are there, and what they come to. */
static int
read_params(struct walk *w, json_t *given, struct err *err)
{
	const struct pipeline *p = w->blueprint.pipeline;
	struct schema *schema = schema_new(p->params, "", SCHEMA_REQUEST, NULL, NULL);
	int rc = 0;

	for (size_t i = 0; w->o->params && w->o->params[i] && rc == 0; i++)
		rc = read_param(schema, w->o->params[i], given, err);
	schema_free(schema);
	return rc < 0 ? -1 : pipeline_take_params(p, given, err);
}

/* ---- who runs it ---- */

/* Those that are run here. */
static struct task *
next_task(const void *of, size_t *at)
{
	const struct walk *w = of;
	const struct blueprint *b = &w->blueprint;

	while (*at < b->pipeline->nsteps) {
		struct task *task = b->tasks[(*at)++];

		if (task && !(w->o->plan.profile && task_travels(task)))
			return task;
	}
	return NULL;
}

/* Go to where the run belongs. Is what the steps need there, and is there ever enough of it? Asked
 * before anything is noted. */
static int
foresee_capacity(struct walk *w, struct err *err)
{
	struct prospect p = { .app = w->app,
		.store = w->store,
		.tasks = { next_task, w },
		.job = w->run.job_name ? w->run.job_name : w->o->job };

	if (w->run.dir && chdir(w->run.dir) < 0)
		return err_sys(err, "cannot go to '%s'", w->run.dir);
	if (cluster_check(w->app, w->store, &w->o->plan, err) < 0 ||
	    blueprint_bind_commands(&w->blueprint, err) < 0 ||
	    capacity_meet(w->app, w->config, w->o->jobs, &p.tasks, &w->capacity, err) < 0)
		return -1;
	return prospect_judge(&p, &w->capacity, err);
}

/* ---- detached ---- */

/* A process of its own takes the run up; what it says goes into a file of the run. */
static int
detach(struct walk *w, struct err *err)
{
	char number[24];
	char *dir = xasprintf("%s/runs", store_dir(w->store));
	char *log = xasprintf("%s/%lld.log", dir, (long long)w->run.id);
	struct runs_driver driver = { .state = store_dir(w->store),
		.org = w->app->org,
		.run = number,
		.jobs = w->o->jobs,
		.plan = &w->o->plan,
		.log = log,
		.why = w->o->why };
	int rc;

	snprintf(number, sizeof(number), "%lld", (long long)w->run.id);
	mkdir(dir, 0777);
	rc = runs_start(w->app, &driver, err);
	if (rc == 0)
		rc = runs_print(w->app, w->store, w->run.job_name, err);
	free(log);
	free(dir);
	return rc;
}

static void
clear(struct walk *w)
{
	conduct_free(w->conduct);
	station_clear(&w->station);
	task_free(w->carrier);
	blueprint_clear(&w->blueprint);
	run_clear(&w->run);
	config_free(w->config);
	terms_clear(&w->terms);
	store_close(w->store);
}

/* To foresee a run no state is needed. */
static int
open_state(struct walk *w, bool create, struct err *err)
{
	if (create && w->o->dry_run)
		return session_open_if_any(w->app, &w->store, err);
	w->store = session_open(w->app, create, err);
	if (!w->store)
		return -1;
	w->config = config_open(store_dir(w->store), err);
	return w->config ? 0 : -1;
}

int
walk_is_free(struct walk *w, struct err *err)
{
	int rc = run_is_conducted(w->store, w->app->org, &w->run, err);

	if (rc > 0)
		return err_set(err, ERR_USAGE, "run %lld (job '%s') is being conducted already",
		    (long long)w->run.id, w->run.job_name);
	return rc;
}

static int
foresee(struct walk *w, json_t *params, struct err *err)
{
	if (w->o->plan.profile && blueprint_bind_commands(&w->blueprint, err) < 0)
		return -1;
	return runs_foresee(w->app, w->store, &w->o->plan, &w->blueprint, params, err);
}

/* ---- taking a run up again ---- */

/* The pipeline as it is now, where its file can be read; else as it was. */
static int
reopen(struct walk *w, struct err *err)
{
	struct run *run = &w->run;
	const char *text = run->text;
	struct buf now = BUF_INIT;
	char *name = xstrdup(run->source ? run->source : run->name);
	int rc;

	if (run->source && file_read(run->source, 0, &now, NULL) == 0 && now.len > 0) {
		if (strcmp(buf_str(&now), run->text) != 0)
			app_say(w->app, "'%s' has changed since", run->source);
		text = buf_str(&now);
	}
	rc = blueprint_read(&w->blueprint, w->app, w->store, name, text, strlen(text), err);
	if (rc == 0 && text != run->text) {
		free(run->text);
		run->text = xstrdup(text);
	}
	buf_clear(&now);
	free(name);
	return rc;
}

/* It goes to a cluster, and somebody conducts it: look on. 0: it is ours to take up; 1: there is
 * nothing more to do; -1. */
static int
join(struct walk *w, int *signal, struct err *err)
{
	int rc = run_is_conducted(w->store, w->app->org, &w->run, err);

	if (rc <= 0 || !w->o->plan.profile || w->o->dry_run || (w->o->params && !w->same))
		return walk_is_free(w, err);
	if (!w->o->detach) {
		rc = attend(w->app, w->store, &w->run, signal, err);
		return rc < 0 ? -1 : rc != ATTEND_FREE;
	}
	app_say(w->app, "run %lld (job '%s') is being conducted already", (long long)w->run.id,
	    w->run.job_name);
	return runs_print(w->app, w->store, w->run.job_name, err) < 0 ? -1 : 1;
}

static int
resume(struct walk *w, int *signal, struct err *err)
{
	int rc = join(w, signal, err);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (reopen(w, err) < 0 || read_params(w, w->run.params, err) < 0)
		return -1;
	if (w->o->dry_run)
		return foresee(w, w->run.params, err);
	if (foresee_capacity(w, err) < 0)
		return -1;
	return w->o->detach ? detach(w, err) : walk_go(w, signal, err);
}

int
walk_resume(
    struct app *app, const char *name, const struct walk_options *o, int *signal, struct err *err)
{
	struct walk w = { .app = app, .o = o };
	int rc = open_state(&w, false, err);

	*signal = 0;
	if (rc == 0)
		rc = run_find(w.store, app->org, name, &w.run, err);
	if (rc == 0)
		rc = err_set(err, ERR_USAGE, "no run '%s'", name);
	if (rc > 0)
		rc = resume(&w, signal, err);
	clear(&w);
	return rc;
}

/* ---- a new run, or one whose job stands ---- */

struct likeness {
	const struct walk *w;
	const json_t *params;
	char *dir;
	int64_t found; /* run; 0: none */
};

/* Is it of the same pipeline, begun in the same folder with the same parameters, and not over? */
static int
is_alike(const struct run *run, void *ctx)
{
	struct likeness *l = ctx;
	const struct blueprint *b = &l->w->blueprint;

	if (run->status > RUN_INTERRUPTED || strcmp(run->name, b->pipeline->name) != 0 ||
	    strcmp(run->text, b->text) != 0 || strcmp(run->dir, l->dir) != 0 ||
	    !json_equal(run->params, l->params))
		return 0;
	l->found = run->id;
	return 1;
}

/* The run that the same command began, and that has not ended: 1, 0: there is none, -1. */
static int
find_alike(struct walk *w, const json_t *params, struct err *err)
{
	struct likeness l = { .w = w, .params = params, .dir = getcwd(NULL, 0) };
	char number[24];
	int rc = l.dir ? run_each(w->store, w->app->org, is_alike, &l, err) : 0;

	free(l.dir);
	if (rc < 0 || l.found == 0)
		return rc;
	snprintf(number, sizeof(number), "%lld", (long long)l.found);
	rc = run_find(w->store, w->app->org, number, &w->run, err);
	if (rc > 0)
		app_say(w->app,
		    "run %s, job '%s', has not ended: it goes on (another --job is a new run)",
		    number, w->run.job_name);
	return rc;
}

/* Is the run that stands of the pipeline that was named, and not of another file or version of that
 * name? A file that changed is read again. */
static int
check_same(const struct walk *w, struct err *err)
{
	const struct run *run = &w->run;
	const struct blueprint *b = &w->blueprint;
	char *source;
	bool same;

	if (strcmp(run->name, b->pipeline->name) != 0)
		return err_set(
		    err, ERR_USAGE, "job '%s' is a run of '%s'", run->job_name, run->name);
	source = b->stored ? NULL : path_absolute(b->name);
	same = source && run->source && strcmp(source, run->source) == 0;
	free(source);
	if (same || strcmp(run->text, b->text) == 0)
		return 0;
	if (run->source)
		return err_set(err, ERR_USAGE, "job '%s' is a run of '%s' in '%s'", run->job_name,
		    run->name, run->source);
	return err_set(err, ERR_USAGE,
	    "job '%s' is a run of '%s' as it was stored then (another --job, or pipeline resume"
	    " %s)",
	    run->job_name, run->name, run->job_name);
}

/* Begin the one that w->run is to be. */
static int
begin(struct walk *w, int *signal, struct err *err)
{
	int rc;

	if (w->o->dry_run)
		return foresee(w, w->run.params, err);
	if (foresee_capacity(w, err) < 0)
		return -1;
	rc = walk_make(w, err);
	if (rc != 0)
		return rc;
	return w->o->detach ? detach(w, err) : walk_go(w, signal, err);
}

/* The same command goes on with w->run. */
static int
go_on(struct walk *w, const json_t *given, int *signal, struct err *err)
{
	if (check_same(w, err) < 0)
		return -1;
	if (!json_equal(given, w->run.params))
		return err_set(err, ERR_USAGE,
		    "job '%s' was run with other parameters (another --job, or pipeline resume %s "
		    "-p"
		    " ...)",
		    w->run.job_name, w->run.job_name);
	w->same = true;
	blueprint_clear(&w->blueprint);
	return resume(w, signal, err);
}

static int
run(struct walk *w, const char *name, int *signal, struct err *err)
{
	json_t *given = json_object();
	int rc = w->o->job && w->store ? run_find(w->store, w->app->org, w->o->job, &w->run, err)
				       : 0;
	bool stands = rc > 0;

	if (rc >= 0 &&
	    (blueprint_open(&w->blueprint, w->app, w->store, name, err) < 0 ||
		read_params(w, given, err) < 0))
		rc = -1;
	if (rc == 0 && !w->o->job && w->o->plan.profile && !w->o->dry_run) {
		rc = find_alike(w, given, err);
		stands = rc > 0;
	}
	if (rc == 0) {
		w->run.params = json_incref(given);
		rc = begin(w, signal, err);
		stands = rc == WALK_OVERTAKEN;
	}
	if (rc > 0 && stands)
		rc = go_on(w, given, signal, err);
	json_decref(given);
	return rc;
}

int
walk_run(
    struct app *app, const char *name, const struct walk_options *o, int *signal, struct err *err)
{
	struct walk w = { .app = app, .o = o };
	int rc = open_state(&w, true, err);

	*signal = 0;
	if (rc == 0)
		rc = run(&w, name, signal, err);
	clear(&w);
	return rc;
}
