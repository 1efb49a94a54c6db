/* SPDX-License-Identifier: MIT */
/* cluster_home: what compute nodes handed back comes home. */
#include "cli/cluster_home.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/path.h"
#include "base/vec.h"
#include "cli/app.h"
#include "cli/config.h"
#include "cli/loss.h"
#include "grid/chunk.h"
#include "grid/frames.h"
#include "grid/outbox.h"
#include "grid/status.h"
#include "grid/pace.h"
#include "store/object.h"
#include "store/store.h"
#include "task/begun.h"
#include "task/cache.h"
#include "task/cluster.h"
#include "task/gate.h"
#include "task/history.h"
#include "task/lane.h"
#include "task/task.h"
#include "task/transfer.h"
#include "task/workers.h"

/* Microseconds: what a cluster does not tell anything of for so long is not there any more. */
#define FORGOTTEN (INT64_C(1800) * 1000000)

struct home {
	struct app *app;
	struct store *store;
	char *folder;
	struct config *config;
	struct lane_book *book;
	struct history *history;
	struct tally tally;
	VEC(struct gate *) gates; /* that changed */

	/* of the file that is read */
	struct frames *file;
	int64_t job, worker;
	int element;
	int taken;
};

/* ---- one execution ---- */

static int
take_object(
    struct home *h, const struct lane *lane, int64_t id, const json_t *artifact, struct err *err)
{
	const char *name = json_string_value(json_array_get(artifact, 1));
	const char *hex = json_string_value(json_array_get(artifact, 2));
	struct buf content = BUF_INIT;
	char *family;
	int rc;

	if (!name || !hex)
		return err_set(err, ERR_INPUT, "an artifact of %lld is none", (long long)id);
	family = xasprintf("%s %s", lane->task->name, name);
	rc = chunk_get_object(h->file, hex, &content, err);
	if (rc == 0)
		rc = object_put_output(h->store, id, family, buf_str(&content), content.len, err);
	free(family);
	buf_clear(&content);
	return rc;
}

static int
take_objects(
    struct home *h, const struct lane *lane, int64_t id, const json_t *execution, struct err *err)
{
	json_t *artifacts = json_object_get(execution, "artifacts"), *artifact;
	size_t i;

	json_array_foreach(artifacts, i, artifact)
		if (take_object(h, lane, id, artifact, err) < 0)
			return -1;
	return 0;
}

/* What the end of it tells of its task. */
static int
learn(struct home *h, const struct ending *end, struct err *err)
{
	struct gate *gate = end->lane->gate;

	if (gate_look(gate, h->store, store_version(h->store), err) < 0)
		return -1;
	gate_tell(gate, end);
	if (gate->changed)
		vec_add(&h->gates, gate);
	if (end->status == ST_COMPLETED && end->ended > end->started)
		history_add(h->history, end->lane->task->row,
		    (double)(end->ended - end->started) / 1e6, end->user_time + end->system_time,
		    end->max_rss);
	return 0;
}

/* Tries with class memory among those that came home, and the number of the last. */
static int
count_tries(const json_t *execution, int *last)
{
	json_t *tries = json_object_get(execution, "tries"), *try;
	int alike = 0;
	size_t i;

	json_array_foreach(tries, i, try) {
		const char *class = json_string_value(json_object_get(try, "class"));

		*last = (int)json_integer_value(json_object_get(try, "number"));
		alike += class && strcmp(class, failure_name(FAIL_MEMORY)) == 0;
	}
	return alike;
}

/* What failed for want of memory was not tried again there: it goes out with more. */
static int
reconsider(struct home *h, json_t *execution, struct err *err)
{
	const char *class = json_string_value(json_object_get(execution, "class")),
		   *status = json_string_value(json_object_get(execution, "status"));
	int64_t id = json_integer_value(json_object_get(execution, "id"));
	struct work *work = NULL, **tail = &work;
	int last = 0, alike, tries;

	if (!class || strcmp(class, failure_name(FAIL_MEMORY)) != 0 || !status ||
	    strcmp(status, state_name(ST_FAILED)) != 0)
		return 0;
	if (claim_held(h->store, h->worker, id, h->book, &tail, err) < 0)
		return -1;
	if (!work)
		return 0;
	alike = count_tries(execution, &last) + work->past[FAIL_MEMORY].counted;
	tries = last - work->spent;
	if (retry_wants(&work->lane->task->retry, FAIL_MEMORY, -1, tries, alike)) {
		json_object_set_new(execution, "status", json_string(state_name(ST_RETRYING)));
		json_object_set_new(execution, "not_before",
		    json_integer(
			clock_wall() + retry_delay(&work->lane->task->retry, tries, (uint64_t)id)));
	}
	work_free(work);
	return 0;
}

/* It is in the cache here under what it was made of there. */
static int
remember(struct home *h, const json_t *execution, const struct ending *end, struct err *err)
{
	const json_t *print = json_object_get(execution, "print");
	const char *digest = json_string_value(json_array_get(print, 0)),
		   *parts = json_string_value(json_array_get(print, 1));

	if (end->status != ST_COMPLETED || !digest || !parts || strlen(digest) != DIGEST_HEX - 1)
		return 0;
	return cache_put(h->store, digest, parts, end->id, err);
}

static int
take_one(json_t *execution, void *ctx, struct err *err)
{
	struct home *h = ctx;
	int64_t id = json_integer_value(json_object_get(execution, "id")), number;
	int attempt = (int)json_integer_value(json_object_get(execution, "attempt"));
	int rc = transfer_lane(h->store, h->worker, id, attempt, &number, err);
	struct transfer_keep *keep = NULL;
	const struct lane *lane;
	struct ending end;

	if (rc <= 0)
		return rc;
	lane = lane_get(h->book, h->store, number, err);
	if (!lane || take_objects(h, lane, id, execution, err) < 0 ||
	    reconsider(h, execution, err) < 0)
		return -1;
	rc = transfer_take(h->store, h->worker, lane, execution, &h->tally, &end, &keep, err);
	if (rc > 0) {
		h->taken++;
		rc = learn(h, &end, err) < 0 ? -1 : remember(h, execution, &end, err);
	}
	transfer_free(keep);
	return rc;
}

/* ---- one file ---- */

static void
put_aside(struct home *h, const char *file, const struct err *why)
{
	char *path = path_join(h->folder, file), *bad = xasprintf("%s.bad", path);

	if (rename(path, bad) == 0)
		app_warn(
		    h->app, "a file that a compute node handed back is put aside: %s", why->text);
	free(path);
	free(bad);
}

static enum cluster_handed
handed_of(const json_t *header)
{
	if (!json_is_true(json_object_get(header, "final")))
		return CLUSTER_PART;
	return json_integer_value(json_object_get(header, "done")) > 0 ? CLUSTER_ALL
								       : CLUSTER_STUCK;
}

static int
write_learned(struct home *h, struct err *err)
{
	for (size_t i = 0; i < h->gates.len; i++)
		if (gate_write(h->gates.at[i], h->store, err) < 0)
			return -1;
	h->gates.len = 0;
	if (history_write(h->history, h->store, clock_boot(), err) < 0)
		return -1;
	return tally_write(&h->tally, h->store, err);
}

/* Within a transaction. 0 or -1, with ERR_INPUT where the file is to blame. */
static int
read_file(struct home *h, const char *file, const char *name, struct err *err)
{
	json_t *header = chunk_open(h->file, CHUNK_RESULT, name, err);
	const char *node = json_string_value(json_object_get(header, "node"));
	int rc = header ? chunk_each(h->file, "executions", take_one, h, err) : -1;

	if (rc == 0)
		rc = cluster_note_file(h->store, file, h->job, h->element, err) < 0 ? -1 : 0;
	if (rc == 0)
		rc = cluster_handed(h->store, h->job, h->element, handed_of(header), err);
	if (rc == 0 && node)
		rc = cluster_ran_on(h->store, h->worker, node, err);
	if (rc == 0)
		rc = write_learned(h, err);
	json_decref(header);
	return rc;
}

/* The element may have ended since: then nobody wants it any more. */
static int
import(struct home *h, const char *file, const char *name, struct err *err)
{
	int rc;

	if (store_begin(h->store, err) < 0)
		return -1;
	rc = cluster_worker(h->store, h->job, h->element, &h->worker, err);
	h->tally.worker = h->worker;
	if (rc > 0)
		rc = read_file(h, file, name, err);
	if (rc == 0)
		return store_commit(h->store, err);
	store_rollback(h->store);
	tally_reset(&h->tally);
	h->gates.len = 0;
	return -1;
}

static void
remove_file(struct home *h, const char *file)
{
	char *path = path_join(h->folder, file);

	unlink(path);
	free(path);
}

/* 0 or -1; a damaged one is put aside and no error. */
static int
take_file(struct home *h, const char *file, struct err *err)
{
	char name[BATCH_UUID], *path;
	struct err why = { 0 };
	bool ended;
	int rc;

	if (!outbox_is_result(file, name, &h->element))
		return 0;
	rc = cluster_find(h->store, name, &h->job, &ended, err);
	if (rc > 0 && ended)
		remove_file(h, file);
	if (rc <= 0 || ended || cluster_knows_file(h->store, file))
		return rc < 0 ? -1 : 0;
	path = path_join(h->folder, file);
	h->file = frames_open(path, &why);
	rc = h->file ? import(h, file, name, &why) : -1;
	frames_close(h->file);
	if (rc < 0 && why.kind == ERR_INPUT && access(path, F_OK) < 0)
		rc = 0; /* somebody else was faster */
	if (rc < 0 && why.kind == ERR_INPUT) {
		err_wrap(&why, "'%s'", file);
		put_aside(h, file, &why);
		rc = 0;
	}
	free(path);
	if (rc < 0)
		*err = why;
	return rc;
}

static int
take_files(struct home *h, struct err *err)
{
	char **files = outbox_list(h->folder, "");
	int rc = 0;

	for (char **file = files; file && *file && rc == 0; file++)
		rc = take_file(h, *file, err);
	outbox_free(files);
	return rc;
}

/* ---- closing ---- */

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

static int
close_job(struct home *h, const struct cluster_job *job, struct err *err)
{
	struct cluster_elements list = VEC_INIT;
	int rc = cluster_list_elements(h->store, job->id, &list, err);

	if (rc == 0 && needs_closing(job, &list)) {
		cluster_elements_clear(&list);
		if (store_begin(h->store, err) < 0)
			return -1;
		rc = cluster_list_elements(h->store, job->id, &list, err);
		if (rc == 0)
			rc = close_elements(h, job, &list, err);
		if (rc < 0 || tally_write(&h->tally, h->store, err) < 0) {
			store_rollback(h->store);
			tally_reset(&h->tally);
			rc = -1;
		} else {
			rc = store_commit(h->store, err);
		}
		if (rc == 0)
			remove_files(h, job, &list);
	}
	cluster_elements_clear(&list);
	return rc;
}

/* What people ordered. */
static int
obey(struct home *h, struct err *err)
{
	int rc = cluster_has_orders(h->store, err);

	if (rc <= 0)
		return rc;
	if (store_begin(h->store, err) < 0)
		return -1;
	if (cluster_obey(h->store, &h->tally, err) >= 0 &&
	    tally_write(&h->tally, h->store, err) == 0)
		return store_commit(h->store, err);
	store_rollback(h->store);
	tally_reset(&h->tally);
	return -1;
}

static int
collect(struct home *h, struct err *err)
{
	struct cluster_jobs jobs = VEC_INIT;
	int rc = take_files(h, err);

	h->tally.worker = 0;
	if (rc == 0)
		rc = obey(h, err);
	if (rc == 0)
		rc = cluster_list(h->store, &jobs, err);
	for (size_t i = 0; i < jobs.len && rc == 0; i++)
		if (strcmp(jobs.at[i].state, "submitted") == 0)
			rc = close_job(h, &jobs.at[i], err);
	cluster_jobs_clear(&jobs);
	return rc;
}

static void
set_defaults(struct task *task, void *ctx)
{
	config_task(ctx, task);
}

int
cluster_collect(struct app *app, struct store *store, struct err *err)
{
	struct home h = { .app = app, .store = store, .tally = TALLY_INIT };
	int rc = cluster_any(store, err);

	if (rc <= 0 || store_is_elsewhere(store))
		return rc < 0 ? -1 : 0;
	h.folder = outbox_folder(store_dir(store), err);
	if (!h.folder)
		return -1;
	h.config = config_open(store_dir(store), err);
	h.book = lane_book_new();
	if (h.config)
		lane_book_prepare(h.book, set_defaults, h.config);
	h.history = history_new();
	rc = h.config ? collect(&h, err) : -1;
	tally_clear(&h.tally);
	vec_clear(&h.gates);
	history_free(h.history);
	lane_book_free(h.book);
	config_free(h.config);
	free(h.folder);
	return rc;
}
