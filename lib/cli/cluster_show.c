/* SPDX-License-Identifier: MIT */
/* cluster_show: what would be submitted, without doing it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "cli/app.h"
#include "cli/cluster_parts.h"
#include "cli/cluster_relay.h"
#include "grid/outbox.h"
#include "store/store.h"
#include "task/claim.h"
#include "task/cluster.h"
#include "task/history.h"
#include "task/task.h"
#include "task/workers.h"

int
cluster_describe(struct cluster *c, struct batch_job *job, char *argv[6], struct err *err)
{
	argv[0] = cluster_program(err);
	argv[1] = (char *)"--chunk";
	argv[2] = outbox_chunk(c->folder, job->name);
	argv[3] = (char *)"--element";
	argv[4] = (char *)"{element}";
	argv[5] = NULL;
	job->argv = argv;
	job->folder = c->folder;
	return argv[0] ? 0 : -1;
}

/* The caller frees. */
static char *
text_of(struct cluster *c, struct batch_job *job, struct err *err)
{
	char *argv[6], *text = NULL;

	if (cluster_describe(c, job, argv, err) == 0)
		text = c->batch->ops->show(c->batch, job, err);
	free(argv[0]);
	free(argv[2]);
	return text;
}

/* ---- of what is ready ---- */

static int
show_job(struct cluster *c, const char *name, const struct cluster_taken *taken, struct err *err)
{
	struct batch_job job = { .name = name, .elements = taken->elements, .need = taken->need };
	char *text = text_of(c, &job, err);

	if (text)
		printf("# %d element%s, %lld execution%s\n%s", taken->elements,
		    taken->elements == 1 ? "" : "s", (long long)taken->executions,
		    taken->executions == 1 ? "" : "s", text);
	free(text);
	return text ? 0 : -1;
}

/* In a transaction that is rolled back. */
static int
show_all(struct cluster *c, struct err *err)
{
	struct worker_entry entry = { .org = c->app->org, .job = c->plan.job };
	int elements = 0, rc = 1, shown = 0;

	c->out = cluster_count_out(c->store, c->plan.profile, err);
	c->worker = worker_enter(c->store, &entry, err);
	if (c->out < 0 || c->worker < 0)
		return -1;
	while (rc > 0 && (elements = cluster_room(c, err)) > 0) {
		struct cluster_taken taken;
		char name[BATCH_UUID];

		rc = batch_name(name, err) < 0 ? -1 : cluster_fill(c, name, elements, &taken, err);
		if (rc > 0 && show_job(c, name, &taken, err) < 0)
			rc = -1;
		c->out += rc > 0 ? taken.elements : 0;
		shown += rc > 0;
	}
	if (rc == 0 && shown == 0)
		app_say(c->app, "nothing would be submitted");
	return rc < 0 || elements < 0 ? -1 : 0;
}

int
cluster_show(struct cluster *c, bool within, struct err *err)
{
	int rc;

	if (!within && store_begin(c->store, err) < 0)
		return -1;
	rc = show_all(c, err);
	c->worker = 0;
	if (!within)
		store_rollback(c->store);
	return rc;
}

/* ---- of what is not there yet ---- */

/* Seconds that an execution most likely takes, below 0: nobody knows. */
static double
seconds_each(struct cluster *c, const struct task *task, struct err *err)
{
	struct history *history;
	const struct estimate *known;
	double left;

	if (!c->store || task->row == 0)
		return -1;
	history = history_new();
	known = history_of(history, c->store, task->row, err);
	left = known ? estimate_left(known, 1000, 1) : -1;
	history_free(history);
	return left < 0 ? -1 : left / 1000;
}

/* How many go first, and in how many elements. */
static int64_t
count_elements(struct cluster *c, const struct cluster_need *need, double each, int64_t *executions)
{
	double chunk = c->plan.chunk, seconds = c->plan.chunk_seconds;

	if (*executions == 0)
		return 1;
	if (chunk == 0 && each >= 0)
		chunk = floor(
		    (seconds > 0 ? seconds : CLUSTER_SECONDS) * need->slots / fmax(each, 1e-4));
	if (chunk >= 1)
		return (int64_t)ceil((double)*executions / fmin(chunk, CLUSTER_CHUNK));
	if (each < 0 && *executions > CLUSTER_PILOT)
		*executions = CLUSTER_PILOT;
	return each < 0 ? 1 : *executions;
}

json_t *
cluster_foresee(struct cluster *c, const struct task *task, int64_t executions, struct err *err)
{
	const struct lane lane = { .task = (struct task *)task };
	const struct work work = { .lane = &lane };
	struct cluster_need need;
	struct batch_job job;
	char name[BATCH_UUID], *text;
	double each = seconds_each(c, task, err);
	int64_t elements;
	json_t *json;

	if (batch_name(name, err) < 0 || cluster_need(c, &work, &need, err) <= 0)
		return NULL;
	elements = count_elements(c, &need, each, &executions);
	if (elements > c->batch->elements)
		elements = c->batch->elements;
	cluster_need_time(
	    c, &need, c->plan.chunk_seconds > 0 ? c->plan.chunk_seconds : CLUSTER_SECONDS);
	job = (struct batch_job){ .name = name, .elements = (int)elements, .need = need.element };
	text = text_of(c, &job, err);
	json = text ? json_pack("{s:I, s:I, s:s}", "elements", (json_int_t)elements, "executions",
			  (json_int_t)executions, "script", text)
		    : NULL;
	free(text);
	return json;
}

const char *
cluster_profile(const struct cluster *c)
{
	return c->plan.profile;
}
