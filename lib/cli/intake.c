/* SPDX-License-Identifier: MIT */
/* intake: what taskrun submits: lines as they come, or a batch or a graph all at once. */
#include "cli/intake.h"

#include "base/err.h"
#include "cli/app.h"
#include "cli/bundle.h"
#include "cli/campaign.h"
#include "cli/graph.h"
#include "cli/miss.h"
#include "cli/session.h"
#include "cli/submit.h"
#include "task/fingerprint.h"
#include "task/task.h"

/* ---- reading ---- */

static int
find_task(struct intake *in, struct err *err)
{
	const struct campaign *c = in->c;

	if (!c->argv && !c->task)
		return 0; /* a graph says it line by line */
	in->task = c->argv ? task_adhoc(c->argv, c->lines, err)
			   : session_task(in->app, in->store, c->task, err);
	if (!in->task && c->graph && !c->argv)
		return err_wrap(err, "no file '%s'", c->task);
	return in->task ? 0 : -1;
}

static int
read_options(struct intake *in, struct err *err)
{
	const struct campaign *c = in->c;
	struct submit_options o = { .app = in->app,
		.task = in->task,
		.set = c->set,
		.force = c->force,
		.files = c->files,
		.map = c->map,
		.lines = c->lines,
		.once = c->once,
		.keep_inputs = c->inputs,
		.memory = in->memory };

	in->submit = submit_new(&o, err);
	if (!in->submit)
		return -1;
	in->settings = submit_settings(in->submit, err);
	return in->settings ? 0 : -1;
}

static int
read_graph(struct intake *in, struct err *err)
{
	const struct campaign *c = in->c;
	struct graph_options o = { .app = in->app,
		.store = in->store,
		.task = in->task,
		.set = c->set,
		.force = c->force,
		.files = c->files,
		.terms = &in->terms,
		.keep_inputs = c->inputs,
		.memory = in->memory };

	in->bundle = bundle_new(in->app);
	in->graph = graph_read(&o, in->bundle, err);
	if (!in->graph)
		return -1;
	in->settings = graph_settings(in->graph, err);
	return in->settings ? 0 : -1;
}

/* Where the lines of a batch go. */
struct gathering {
	struct intake *in;
	struct err err;
	bool failed;
};

static void
add_line(struct line *line, void *ctx)
{
	struct gathering *g = ctx;
	struct intake *in = g->in;

	if (bundle_add(in->bundle, line, in->task, &in->terms, NULL, &g->err) < 0)
		g->failed = true;
}

static int
gather(struct intake *in, struct err *err)
{
	struct gathering g = { .in = in };

	in->bundle = bundle_new(in->app);
	if (submit_gather(in->submit, add_line, &g, err) < 0)
		return -1;
	if (!g.failed)
		return bundle_close(in->bundle, err);
	*err = g.err;
	return -1;
}

int
intake_read(struct intake *in, struct err *err)
{
	in->memory = fingerprints_new();
	if (find_task(in, err) < 0)
		return -1;
	if (in->c->explain_miss)
		in->miss = miss_new(in->app, in->task);
	if (in->c->graph)
		return read_graph(in, err);
	if (read_options(in, err) < 0)
		return -1;
	return in->c->atomic ? gather(in, err) : 0;
}

bool
intake_is_empty(const struct intake *in)
{
	return in->bundle && bundle_count(in->bundle) == 0;
}

struct task *
intake_task(const struct intake *in, size_t *at)
{
	if (in->bundle)
		return bundle_task(in->bundle, at);
	return (*at)++ == 0 ? in->task : NULL;
}

const char *
intake_queue(const struct intake *in, size_t *at)
{
	struct terms_lane lane;

	if (in->bundle)
		return bundle_queue(in->bundle, at);
	if ((*at)++ > 0 || !in->task)
		return NULL;
	terms_lane(&in->terms, in->task, &lane);
	terms_lane_clear(&lane);
	return lane.queue;
}

/* ---- submitting ---- */

/* Who left a cluster without a name for the job and gives the same command waits for the same job.
 */
static int
open_job(struct intake *in, int64_t task, struct err *err)
{
	const struct campaign *c = in->c;
	const char *org = in->app->org;
	int rc = 0;

	if (!c->job && c->plan.profile && !c->detach)
		rc = job_find_like(
		    in->store, org, c->plan.profile, task, in->settings, &in->job, err);
	if (rc > 0)
		app_say(in->app,
		    "the same command has not ended on %s: it goes on (with --job NAME"
		    " it is another job)",
		    c->plan.profile);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	return job_open(in->store, org, c->job, task, in->settings, c->new_inputs, &in->job, err);
}

int
intake_open(struct intake *in, struct err *err)
{
	const char *org = in->app->org;
	size_t at = 0;
	struct task *task = in->task ? in->task : intake_task(in, &at);

	if (task_keep(in->store, org, task, err) < 0 || open_job(in, task->row, err) < 0)
		return -1;
	if (in->graph)
		return graph_store_inputs(in->graph, in->store, err);
	return submit_store_inputs(in->submit, in->store, err);
}

int
intake_submit(struct intake *in, struct tally *tally, struct err *err)
{
	struct bundle_into into = { .store = in->store,
		.tally = tally,
		.job = in->job,
		.job_name = in->c->job,
		.no_cache = in->c->no_cache,
		.miss = in->miss };

	if (terms_look(&in->terms, in->store, in->app->org, err) < 0)
		return -1;
	if (in->bundle)
		return bundle_submit(in->bundle, &into, err);
	in->lane = terms_open(&in->terms, in->store, &in->job, in->task, err);
	return in->lane < 0 ? -1 : 0;
}

void
intake_drop(struct intake *in)
{
	bundle_free(in->bundle);
	graph_free(in->graph);
	submit_free(in->submit);
	in->bundle = NULL;
	in->graph = NULL;
	in->submit = NULL;
}

void
intake_clear(struct intake *in)
{
	intake_drop(in);
	fingerprints_free(in->memory);
	miss_free(in->miss);
	task_free(in->task);
	json_decref(in->settings);
	terms_clear(&in->terms);
}
