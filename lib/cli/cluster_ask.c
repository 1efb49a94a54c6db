/* SPDX-License-Identifier: MIT */
/* cluster_ask: how the elements stand, and the end of those that nobody wants any more. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/vec.h"
#include "cli/app.h"
#include "cli/cluster_parts.h"
#include "store/store.h"
#include "task/cluster.h"
#include "task/workers.h"

/* ---- asking ---- */

struct asking {
	struct cluster *c;
	const struct cluster_jobs *jobs;
	const size_t *which; /* place in jobs of what was asked for */
	struct err err;
};

/* Once for each word. */
static void
tell_unknown(struct cluster *c, const struct batch_seen *s)
{
	char *key = xasprintf("word %s", s->reason);

	if (!json_object_get(c->told, key))
		app_warn(c->app,
		    "%s says '%s' of %s, and nobody knows what that is: it is waited for",
		    c->plan.profile, s->reason, s->id ? s->id : "an element");
	json_object_set_new(c->told, key, json_true());
	free(key);
}

static void
seen(const struct batch_seen *s, void *ctx)
{
	struct asking *a = ctx;
	const struct cluster_job *job = &a->jobs->at[a->which[s->job]];
	struct cluster_news news = { .state = batch_state_name(s->state),
		.known = s->state != BATCH_UNKNOWN,
		.over = batch_state_is_over(s->state),
		.batch = s->id,
		.node = s->node,
		.reason = s->reason,
		.restarts = s->restarts };

	if (s->state == BATCH_UNKNOWN && s->reason)
		tell_unknown(a->c, s);
	if (a->err.kind == ERR_NONE)
		cluster_tell(a->c->store, job->id, s->element, &news, &a->err);
}

/* Kept until the answer is written, as one must not wait for a cluster within a transaction. */
struct answer {
	struct batch_seen seen;
	char *id, *node, *reason;
};

struct answers {
	struct answer *at;
	size_t len, room;
};

static void
keep(const struct batch_seen *s, void *ctx)
{
	struct answers *answers = ctx;
	struct answer a = { .seen = *s };

	a.seen.id = a.id = s->id ? xstrdup(s->id) : NULL;
	a.seen.node = a.node = s->node ? xstrdup(s->node) : NULL;
	a.seen.reason = a.reason = s->reason ? xstrdup(s->reason) : NULL;
	vec_add(answers, a);
}

static int
write_answers(struct asking *a, const struct answers *answers, struct err *err)
{
	if (answers->len == 0)
		return 0;
	if (store_begin(a->c->store, err) < 0)
		return -1;
	for (size_t i = 0; i < answers->len; i++)
		seen(&answers->at[i].seen, a);
	if (a->err.kind == ERR_NONE)
		return store_commit(a->c->store, err);
	store_rollback(a->c->store);
	*err = a->err;
	return -1;
}

static bool
is_there(const struct cluster *c, const struct cluster_job *job)
{
	return strcmp(job->profile, c->plan.profile) == 0 && strcmp(job->state, "submitted") == 0;
}

static int
ask_about(struct cluster *c, const struct cluster_jobs *jobs, struct err *err)
{
	struct batch_ref *refs = xcalloc(jobs->len + 1, sizeof(*refs));
	size_t *which = xcalloc(jobs->len + 1, sizeof(*which)), n = 0;
	struct asking asking = { .c = c, .jobs = jobs, .which = which };
	struct answers answers = VEC_INIT;
	struct err why = { 0 };
	int rc = 0;

	for (size_t i = 0; i < jobs->len; i++) {
		const struct cluster_job *job = &jobs->at[i];

		if (!is_there(c, job))
			continue;
		which[n] = i;
		refs[n++] = (struct batch_ref){ job->name, job->batch ? job->batch : "",
			job->elements };
	}
	if (n > 0 && c->batch->ops->query(c->batch, refs, n, keep, &answers, &why) < 0)
		app_detail(c->app, "%s does not answer: %s", c->plan.profile, why.text);
	else
		rc = write_answers(&asking, &answers, err);
	for (size_t i = 0; i < answers.len; i++) {
		free(answers.at[i].id);
		free(answers.at[i].node);
		free(answers.at[i].reason);
	}
	vec_clear(&answers);
	free(refs);
	free(which);
	return rc;
}

static bool
has_any(const struct cluster *c, const struct cluster_jobs *jobs)
{
	for (size_t i = 0; i < jobs->len; i++)
		if (is_there(c, &jobs->at[i]))
			return true;
	return false;
}

/* Is it our turn: 1, 0, -1. */
static int
may_ask(struct cluster *c, struct err *err)
{
	int rc;

	if (store_begin(c->store, err) < 0)
		return -1;
	rc = cluster_may_ask(c->store, c->plan.profile, (int64_t)(c->batch->interval * 1e6), err);
	if (rc < 0) {
		store_rollback(c->store);
		return -1;
	}
	return store_commit(c->store, err) < 0 ? -1 : rc;
}

int
cluster_ask(struct cluster *c, struct err *err)
{
	struct cluster_jobs jobs = VEC_INIT;
	int rc = cluster_list(c->store, &jobs, err);

	if (rc == 0 && has_any(c, &jobs))
		rc = may_ask(c, err);
	if (rc > 0)
		rc = ask_about(c, &jobs, err);
	cluster_jobs_clear(&jobs);
	return rc;
}

/* ---- ending ---- */

static int
tell_cancelled(struct store *store, int64_t job, const int *elements, size_t n, struct err *err)
{
	if (store_begin(store, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (cluster_tell_cancelled(store, job, elements[i], err) < 0) {
			store_rollback(store);
			return -1;
		}
	return store_commit(store, err);
}

static int
cancel_of(struct store *store, struct batch *batch, const struct cluster_job *job,
    const struct cluster_elements *list, struct err *err)
{
	struct batch_ref ref = { job->name, job->batch ? job->batch : "", job->elements };
	int *elements = xcalloc(list->len + 1, sizeof(*elements)), rc = 0;
	size_t n = 0;

	for (size_t i = 0; i < list->len; i++)
		if (cluster_is_unwanted(&list->at[i]))
			elements[n++] = list->at[i].element;
	if (n > 0)
		rc = batch->ops->cancel(batch, &ref, elements, n, err);
	if (n > 0 && rc == 0)
		rc = tell_cancelled(store, job->id, elements, n, err);
	free(elements);
	return rc;
}

static bool
has_unwanted(const struct cluster_elements *list)
{
	for (size_t i = 0; i < list->len; i++)
		if (cluster_is_unwanted(&list->at[i]))
			return true;
	return false;
}

/* 1, 0: nothing is unwanted, or it could not be ended now, -1. */
static int
cancel_in(struct cluster *c, const struct cluster_job *job, struct err *err)
{
	struct cluster_elements list = VEC_INIT;
	struct err why = { 0 };
	int rc = cluster_list_elements(c->store, job->id, &list, err);

	if (rc == 0 && has_unwanted(&list)) {
		rc = cancel_of(c->store, c->batch, job, &list, &why) == 0;
		if (rc == 0)
			app_warn(c->app, "%s: elements of %.8s could not be ended: %s",
			    job->profile, job->name, why.text);
	}
	cluster_elements_clear(&list);
	return rc;
}

int
cluster_cancel_unwanted(struct cluster *c, struct err *err)
{
	struct cluster_jobs jobs = VEC_INIT;
	int rc = cluster_list(c->store, &jobs, err), touched = 0;

	for (size_t i = 0; i < jobs.len && rc >= 0; i++) {
		const struct cluster_job *job = &jobs.at[i];

		if (!is_there(c, job))
			continue;
		rc = cancel_in(c, job, err);
		touched += rc > 0;
	}
	cluster_jobs_clear(&jobs);
	return rc < 0 ? -1 : touched;
}

/* ---- resting ---- */

/* A profile without such words: what rests is taken back, and the element ends for want of it. */
static int
take_back(struct cluster *c, const struct cluster_elements *list, struct err *err)
{
	struct tally tally = TALLY_INIT;
	int rc = 0;

	if (store_begin(c->store, err) < 0)
		return -1;
	for (size_t i = 0; i < list->len && rc >= 0; i++)
		if (cluster_is_misled(&list->at[i]))
			rc = worker_release(c->store, list->at[i].worker, NULL, NULL, &tally, err);
	if (rc < 0 || tally_write(&tally, c->store, err) < 0) {
		store_rollback(c->store);
		rc = -1;
	} else {
		rc = store_commit(c->store, err);
	}
	tally_clear(&tally);
	return rc;
}

static int
note_rests(struct cluster *c, const struct cluster_job *job, const int *elements, size_t n,
    bool rests, struct err *err)
{
	if (n == 0)
		return 0;
	if (store_begin(c->store, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (cluster_tell_rests(c->store, job->id, elements[i], rests, err) < 0) {
			store_rollback(c->store);
			return -1;
		}
	return store_commit(c->store, err);
}

/* Tell the cluster of those that are to rest, or no longer. 0 or -1. */
static int
hold_of(struct cluster *c, const struct cluster_job *job, const struct cluster_elements *list,
    bool rest, struct err *err)
{
	struct batch_ref ref = { job->name, job->batch ? job->batch : "", job->elements };
	int *elements = xcalloc(list->len + 1, sizeof(*elements)), rc = 0;
	struct err why = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < list->len; i++)
		if (cluster_is_misled(&list->at[i]) && list->at[i].awake != rest)
			elements[n++] = list->at[i].element;
	if (n > 0 && c->batch->ops->hold(c->batch, &ref, elements, n, rest, &why) == 0)
		rc = note_rests(c, job, elements, n, rest, err);
	else if (n > 0 && rest && why.kind == ERR_USAGE)
		rc = take_back(c, list, err);
	else if (n > 0)
		app_warn(c->app, "%s: elements of %.8s could not be %s: %s", job->profile,
		    job->name, rest ? "held" : "released", why.text);
	free(elements);
	return rc;
}

int
cluster_hold_resting(struct cluster *c, struct err *err)
{
	struct cluster_jobs jobs = VEC_INIT;
	int rc = strcmp(c->plan.profile, "local") == 0 ? 0 : cluster_list(c->store, &jobs, err);

	for (size_t i = 0; i < jobs.len && rc == 0; i++) {
		const struct cluster_job *job = &jobs.at[i];
		struct cluster_elements list = VEC_INIT;

		if (strcmp(job->state, "submitted") != 0 ||
		    strcmp(job->profile, c->plan.profile) != 0)
			continue;
		rc = cluster_list_elements(c->store, job->id, &list, err);
		if (rc == 0)
			rc = hold_of(c, job, &list, true, err);
		if (rc == 0)
			rc = hold_of(c, job, &list, false, err);
		cluster_elements_clear(&list);
	}
	cluster_jobs_clear(&jobs);
	return rc;
}
