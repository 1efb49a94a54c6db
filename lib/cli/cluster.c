/* SPDX-License-Identifier: MIT */
/* cluster: executions go to a batch system as array jobs, and come home. */
#include "cli/cluster.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/vec.h"
#include "cli/app.h"
#include "cli/cluster_home.h"
#include "cli/cluster_parts.h"
#include "cli/session.h"
#include "grid/outbox.h"
#include "store/store.h"
#include "task/claim.h"
#include "task/cluster.h"
#include "task/workers.h"

enum { FILES_OF_JOB = 4 }; /* package, script, its output, one to spare */

#define PATIENCE \
	INT64_C(60000000) /* microseconds between tries when the cluster does not answer \
			   */

/* ---- submitting ---- */

/* Note how a job stands. */
static int
advance(struct cluster *c, int64_t job, const char *state, const char *batch, struct err *err)
{
	if (store_begin(c->store, err) < 0)
		return -1;
	if (cluster_advance(c->store, job, state, batch, err) == 0)
		return store_commit(c->store, err);
	store_rollback(c->store);
	return -1;
}

/* A job that never was: what it took is queued again. */
static int
dissolve(struct cluster *c, int64_t job, const char *name, struct err *err)
{
	struct cluster_elements list = VEC_INIT;
	struct tally tally = TALLY_INIT;
	int rc = -1;

	if (store_begin(c->store, err) < 0)
		return -1;
	rc = cluster_list_elements(c->store, job, &list, err);
	for (size_t i = 0; i < list.len && rc >= 0; i++) {
		rc = worker_release(c->store, list.at[i].worker, NULL, NULL, &tally, err);
		if (rc >= 0)
			rc = cluster_end(c->store, job, list.at[i].element, err);
	}
	if (rc >= 0)
		rc = cluster_end_job(c->store, job, err);
	if (rc >= 0)
		rc = tally_write(&tally, c->store, err);
	if (rc >= 0)
		rc = store_commit(c->store, err);
	else
		store_rollback(c->store);
	if (rc >= 0)
		outbox_remove(c->folder, name);
	tally_clear(&tally);
	cluster_elements_clear(&list);
	return rc < 0 ? -1 : 0;
}

/* Submit what is packed; asked again under the same name it is not submitted twice. */
static int
submit(struct cluster *c, int64_t job, struct batch_job *bj, struct err *err)
{
	char id[BATCH_ID] = "", *argv[6];
	struct err why = { 0 };
	int elements = bj->elements, rc = cluster_describe(c, bj, argv, &why);

	if (rc == 0)
		rc = c->batch->ops->submit(c->batch, bj, id, &why);
	free(argv[0]);
	free(argv[2]);
	if (rc == 0) {
		c->refused = 0;
		app_detail(
		    c->app, "submitted %d element%s as %s", elements, elements == 1 ? "" : "s", id);
		return advance(c, job, "submitted", id, err);
	}
	if (why.kind == ERR_SYSTEM) {
		if (!c->refused)
			app_warn(
			    c->app, "%s: it is asked again later: %s", c->plan.profile, why.text);
		c->refused = clock_boot();
		return 0;
	}
	if (dissolve(c, job, bj->name, err) < 0)
		return -1;
	*err = why;
	return -1;
}

int
cluster_room(struct cluster *c, struct err *err)
{
	int64_t jobs, elements, left;
	int most = c->batch->outstanding > 0 ? c->batch->outstanding : CLUSTER_FILES;

	if (cluster_count(c->store, &jobs, &elements, err) < 0)
		return -1;
	left = CLUSTER_FILES - elements - (jobs + 1) * FILES_OF_JOB;
	if (left > most - c->out)
		left = most - c->out;
	if (c->batch->elements > 0 && left > c->batch->elements)
		left = c->batch->elements;
	return left < 0 ? 0 : (int)left;
}

/* Take what is ready, in a transaction: 1, 0: nothing is, -1. What others take at the same time
 * counts against the room, too. */
static int
take(struct cluster *c, const char *name, struct cluster_taken *taken, struct err *err)
{
	int rc, elements;

	*taken = (struct cluster_taken){ 0 };
	if (store_begin(c->store, err) < 0)
		return -1;
	rc = elements = cluster_room(c, err);
	if (elements > 0)
		rc = cluster_fill(c, name, elements, taken, err);
	if (rc < 0 || (rc == 0 && taken->cached == 0))
		store_rollback(c->store);
	else if (store_commit(c->store, err) < 0)
		rc = -1;
	if (rc >= 0 && taken->cached > 0)
		app_detail(c->app, "%lld execution%s completed out of the cache",
		    (long long)taken->cached, taken->cached == 1 ? " was" : "s were");
	return rc;
}

/* One job more, if anything is ready: 1, 0, -1. */
static int
submit_more(struct cluster *c, struct err *err)
{
	int elements = cluster_room(c, err), rc;
	struct cluster_taken taken;
	char name[BATCH_UUID];
	struct batch_job bj = { .name = name };

	if (elements <= 0 || c->refused) /* so far nobody had to wait for us */
		return elements < 0 ? -1 : 0;
	if (batch_name(name, err) < 0)
		return -1;
	rc = take(c, name, &taken, err);
	if (rc <= 0)
		return rc;
	bj.elements = taken.elements;
	bj.need = taken.need;
	if (cluster_pack(c, name, taken.job, err) < 0) {
		dissolve(c, taken.job, name, NULL);
		return -1;
	}
	if (advance(c, taken.job, "submitting", NULL, err) < 0 ||
	    submit(c, taken.job, &bj, err) < 0)
		return -1;
	c->out += taken.elements;
	return 1;
}

/* ---- what others left ---- */

static void
read_need(const char *text, struct batch_need *need)
{
	json_t *json = text ? json_loads(text, 0, NULL) : NULL;

	*need = (struct batch_need){ .cpus = json_number_value(json_object_get(json, "cpus")),
		.gpus = json_number_value(json_object_get(json, "gpus")),
		.memory = (int64_t)json_integer_value(json_object_get(json, "memory")),
		.seconds = json_number_value(json_object_get(json, "seconds")) };
	json_decref(json);
}

/* A job whose submitter died, or whose submission the cluster did not answer. */
static int
mend(struct cluster *c, const struct cluster_job *job, struct err *err)
{
	struct batch_job bj = { .name = job->name, .elements = job->elements };
	int rc;

	if (job->submitter != c->worker) {
		if (!job->abandoned)
			return 0;
		if (store_begin(c->store, err) < 0)
			return -1;
		rc = cluster_adopt(c->store, job, c->worker, err);
		if (rc < 0) {
			store_rollback(c->store);
			return -1;
		}
		if (store_commit(c->store, err) < 0 || rc == 0)
			return rc == 0 ? 0 : -1;
	}
	if (strcmp(job->state, "packing") == 0)
		return dissolve(c, job->id, job->name, err);
	if (c->refused && clock_boot() - c->refused < PATIENCE)
		return 0;
	read_need(job->need, &bj.need);
	return submit(c, job->id, &bj, err);
}

/* And count what is out. */
static int
mend_all(struct cluster *c, struct err *err)
{
	struct cluster_jobs jobs = VEC_INIT;
	int rc = cluster_list(c->store, &jobs, err);

	c->out = 0;
	for (size_t i = 0; i < jobs.len && rc == 0; i++) {
		const struct cluster_job *job = &jobs.at[i];
		struct cluster_elements list = VEC_INIT;

		if (strcmp(job->profile, c->plan.profile) != 0)
			continue;
		if (strcmp(job->state, "submitted") != 0)
			rc = mend(c, job, err);
		if (rc == 0)
			rc = cluster_list_elements(c->store, job->id, &list, err);
		c->out += (int64_t)list.len;
		cluster_elements_clear(&list);
	}
	cluster_jobs_clear(&jobs);
	return rc;
}

/* ---- rounds ---- */

/* What is there already. */
static int
look_after(struct cluster *c, struct err *err)
{
	int touched;

	if (session_reap(c->app, c->store, NULL, err) < 0 || cluster_ask(c, err) < 0 ||
	    cluster_collect(c->app, c->store, err) < 0)
		return -1;
	if (cluster_hold_resting(c, err) < 0)
		return -1;
	touched = cluster_cancel_unwanted(c, err);
	if (touched > 0)
		touched = cluster_collect(c->app, c->store, err);
	return touched < 0 ? -1 : mend_all(c, err);
}

int
cluster_round(struct cluster *c, struct err *err)
{
	int rc = look_after(c, err);

	while (rc == 0 && !c->plan.no_submit && (rc = submit_more(c, err)) > 0)
		rc = 0;
	return rc < 0 ? -1 : cluster_beat(c, err);
}

int64_t
cluster_out(const struct cluster *c)
{
	return c->out;
}

unsigned long
cluster_calls(const struct cluster *c)
{
	return c->batch->asked;
}

void
cluster_leave_rest(struct cluster *c)
{
	if (c)
		c->plan.no_submit = 1;
}

double
cluster_pause(const struct cluster *c)
{
	return c->batch->interval > 0 ? 1 : 0.1;
}
