/* SPDX-License-Identifier: MIT */
/* cluster_close: what becomes of that which an element holds when nothing more comes of it. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "cli/app.h"
#include "cli/cluster_home_parts.h"
#include "cli/loss.h"
#include "grid/outbox.h"
#include "grid/pace.h"
#include "grid/status.h"
#include "store/store.h"
#include "task/begun.h"
#include "task/workers.h"

/* Microseconds: what a cluster does not tell anything of for so long is not there any more. */
#define FORGOTTEN (INT64_C(1800) * 1000000)

/* What becomes of that which an element holds still. */
enum rest { REST_WAIT, REST_NONE, REST_BACK, REST_LOST };

/* Everything that came is in the state when this is asked. */
static enum rest
rest_of(const struct cluster_job *job, const struct cluster_element *e)
{
	double shown = strcmp(job->profile, "local") == 0 ? 0 : pace_shown();
	int64_t now = clock_wall();
	bool over = e->over && (double)(now - e->over) >= shown * 1e6;

	if (e->held == 0)
		return e->handed >= CLUSTER_ALL || e->over || e->cancelled ? REST_NONE : REST_WAIT;
	if (e->handed == CLUSTER_ALL)
		return REST_BACK;
	if (e->handed == CLUSTER_STUCK)
		return REST_LOST;
	if (over)
		return e->handed == CLUSTER_PART || !e->node ? REST_BACK : REST_LOST;
	return now - e->known > FORGOTTEN ? REST_LOST : REST_WAIT;
}

static char *
reason_of(const struct cluster_element *e)
{
	if (e->handed == CLUSTER_STUCK)
		return xstrdup("the node could not begin it: too little room, or time");
	if (strcmp(e->state, batch_state_name(BATCH_MEMORY)) == 0 ||
	    strcmp(e->state, batch_state_name(BATCH_TIMEOUT)) == 0)
		return xasprintf("the cluster ended its element%s%s", e->reason ? ": " : "",
		    e->reason ? e->reason : "");
	return xasprintf("its element of the array job was lost: %s%s%s", e->state,
	    e->reason ? ", " : "", e->reason ? e->reason : "");
}

/* What had begun in an element (begun NULL: nobody knows, all of it) fails with a class that its
 * end tells of. How many, or -1. */
static int
fail_begun(struct home *h, const struct cluster_element *e, const struct begun *begun,
    enum failure class, const char *reason, struct err *err)
{
	struct work *work = NULL, **tail = &work, *next;
	int rc = claim_held(h->store, e->worker, 0, h->book, &tail, err), n = 0;

	for (; work; work = next) {
		struct ended *ended;

		next = work->next;
		if (rc < 0 || (begun && !work->lane->task->window && !begun_has(begun, work->id))) {
			work_free(work);
			continue;
		}
		ended = loss_judge(work, class, reason);
		rc = claim_end(h->store, e->worker, &ended->end, &h->tally, err);
		n += rc > 0;
		loss_free(ended);
	}
	return rc < 0 ? -1 : n;
}

/* Nothing more comes of what an element holds: what had begun pays for it. How many of the rest
 * there were, or -1. */
static int
give_up(struct home *h, const struct cluster_job *job, const struct cluster_element *e,
    const char *reason, struct err *err)
{
	char *path = outbox_note(h->folder, job->name, e->element);
	struct begun *begun = begun_open_at(path);
	int state = batch_state_find(e->state);
	const char *word = state >= 0 ? status_failure((enum batch_state)state) : NULL;
	int class = word ? failure_find(word) : -1, failed = 0, n;

	if (e->handed != CLUSTER_STUCK && (class == FAIL_MEMORY || class == FAIL_TIMEOUT))
		failed = fail_begun(h, e, begun, (enum failure) class, reason, err);
	if (failed > 0)
		app_say(h->app, "element %d of %.8s: %d execution%s failed: %s", e->element,
		    job->name, failed, failed == 1 ? " has" : "s have", reason);
	n = failed < 0
	    ? -1
	    : worker_release(h->store, e->worker, failed ? NULL : reason, begun, &h->tally, err);
	begun_free(begun);
	free(path);
	return n;
}

/* 1: it has ended, 0, -1. */
static int
close_element(
    struct home *h, const struct cluster_job *job, const struct cluster_element *e, struct err *err)
{
	enum rest rest = rest_of(job, e);
	char *reason;
	int n = 0;

	if (rest == REST_WAIT)
		return 0;
	if (rest != REST_NONE) {
		reason = reason_of(e);
		n = rest == REST_LOST
		    ? give_up(h, job, e, reason, err)
		    : worker_release(h->store, e->worker, NULL, NULL, &h->tally, err);
		if (n > 0)
			app_say(h->app, "element %d of %.8s: %d execution%s queued again%s%s",
			    e->element, job->name, n, n == 1 ? " is" : "s are",
			    rest == REST_LOST ? ": " : "", rest == REST_LOST ? reason : "");
		free(reason);
	}
	return n < 0 || cluster_end(h->store, job->id, e->element, err) < 0 ? -1 : 1;
}

static int
close_elements(
    struct home *h, const struct cluster_job *job, struct cluster_elements *list, struct err *err)
{
	int n = 0;

	for (size_t i = 0; i < list->len; i++) {
		int rc = close_element(h, job, &list->at[i], err);

		if (rc < 0)
			return -1;
		list->at[i].handed = rc > 0 ? -1 : list->at[i].handed; /* it has ended */
		n += rc;
	}
	return n;
}

static void
remove_files(
    const struct home *h, const struct cluster_job *job, const struct cluster_elements *list)
{
	int64_t id;
	bool ended = false;

	for (size_t i = 0; i < list->len; i++) {
		char *begin;

		if (list->at[i].handed >= 0)
			continue;
		begin = xasprintf("%s.%d.", job->name, list->at[i].element);
		outbox_remove(h->folder, begin);
		free(begin);
	}
	if (cluster_find(h->store, job->name, &id, &ended, NULL) > 0 && ended)
		outbox_remove(h->folder, job->name);
}

/* Is there anything to be closed? Looked at before others must wait for us. */
static bool
needs_closing(const struct cluster_job *job, const struct cluster_elements *list)
{
	for (size_t i = 0; i < list->len; i++)
		if (rest_of(job, &list->at[i]) != REST_WAIT)
			return true;
	return false;
}

/* Within a transaction. */
static int
close_list(
    struct home *h, const struct cluster_job *job, struct cluster_elements *list, struct err *err)
{
	if (cluster_list_elements(h->store, job->id, list, err) < 0 ||
	    close_elements(h, job, list, err) < 0)
		return -1;
	return tally_write(&h->tally, h->store, err);
}

int
home_close(struct home *h, const struct cluster_job *job, struct err *err)
{
	struct cluster_elements list = VEC_INIT;
	int rc = cluster_list_elements(h->store, job->id, &list, err);
	bool needed = rc == 0 && needs_closing(job, &list);

	cluster_elements_clear(&list);
	if (!needed)
		return rc;
	if (store_begin(h->store, err) < 0)
		return -1;
	rc = close_list(h, job, &list, err);
	if (rc < 0) {
		store_rollback(h->store);
		tally_reset(&h->tally);
	} else {
		rc = store_commit(h->store, err);
	}
	if (rc == 0)
		remove_files(h, job, &list);
	cluster_elements_clear(&list);
	return rc;
}
