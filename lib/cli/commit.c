/* SPDX-License-Identifier: MIT */
/*
 * commit: the writer thread, the only one that touches the state.
 *
 * The inbox (lines, ended, returned, want) is filled by other threads under
 * the lock and emptied by the writer as one batch. What a batch did is told to
 * others only after its commit: records are printed, ids marked, claimed work
 * put into the outbox. When a commit fails nothing of the batch was told, and
 * the program ends with the reason.
 */
#include "cli/commit.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>
#include <uthash.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/jsonl.h"
#include "base/vec.h"
#include "cli/app.h"
#include "cli/idset.h"
#include "store/object.h"
#include "store/store.h"
#include "task/workers.h"

enum {
	LINES_MAX = 4000, /* lines that may wait to be written */
	BATCH_LINES = 1000,
	GROUP = 5000,         /* microseconds between commits when nobody is hungry */
	POLL = 100000,        /* microseconds between looks at what others did */
	BYTES_MAX = 64 << 20, /* of waiting lines */
};

/* How often a derived key was given in this run: only keys given twice are in here. */
struct repeated {
	int count;
	UT_hash_handle hh;
	char key[];
};

struct commit {
	struct commit_options o;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake, room;
	int fd;

	/* inbox */
	struct line *lines, **lines_tail;
	size_t nlines, bytes;
	bool lines_end, stop;
	struct ended *ends, **ends_tail;
	struct work *returned;
	int want;
	bool hungry;
	bool napping; /* the writer waits for company: only what is urgent wakes it */

	/* outbox */
	struct work *claimed, **claimed_tail;
	struct commit_state state;

	/* the writer's own */
	struct tally tally;
	struct idset asked;
	struct repeated *repeated;
	VEC(int64_t) print; /* ids whose records are due after the commit */
	struct work *fresh, **fresh_tail;
	int64_t committed, beaten, polled, version;
	struct err err;
};

void
line_free(struct line *line)
{
	if (!line)
		return;
	free(line->key);
	free(line->params);
	free(line->error);
	free(line->where);
	free(line);
}

static void
poke(struct commit *c)
{
	uint64_t one = 1;
	ssize_t n = write(c->fd, &one, sizeof(one));

	(void)n; /* a full counter is readable too */
}

/* ---- submitting ---- */

/* The next key for a line equal to one that was given before in this run. */
static char *
next_key(struct commit *c, const char *key)
{
	struct repeated *r;

	HASH_FIND_STR(c->repeated, key, r);
	if (!r) {
		r = xcalloc(1, sizeof(*r) + strlen(key) + 1);
		memcpy(r->key, key, strlen(key) + 1);
		r->count = 1;
		HASH_ADD_STR(c->repeated, key, r);
	}
	return xasprintf("%s-%d", key, ++r->count);
}

static int
refuse_other(struct commit *c, const struct line *line)
{
	app_fail(c->o.app, EXIT_INPUT,
	    "%s: key '%s' stands in job '%s' with other parameters:"
	    " not submitted (another key, or --new-inputs)",
	    line->where ? line->where : "params", line->key,
	    c->o.job_name ? c->o.job_name : "of this run");
	return 0;
}

/* A line whose key stands already. */
static int
stands(struct commit *c, const struct line *line, const struct standing *s)
{
	if (s->digest != line->digest)
		return refuse_other(c, line);
	if (!idset_add(&c->asked, s->id))
		return 0;
	if (state_is_final(s->status) || c->o.print_submitted)
		vec_add(&c->print, s->id);
	return 0;
}

static int
submit(struct commit *c, struct line *line, struct err *err)
{
	struct submission sub = { .job = c->o.job,
		.task = c->o.task,
		.key = line->key,
		.digest = line->digest,
		.params = line->params,
		.params_len = line->params_len,
		.status = line->status,
		.class = line->class,
		.error = line->error };
	struct standing standing;
	char *again = NULL;
	int rc;

	for (;;) {
		rc = execution_submit(c->o.store, &sub, &c->tally, &standing, err);
		if (rc != 0 || !line->derived || !idset_has(&c->asked, standing.id))
			break;
		free(again);
		sub.key = again = next_key(c, line->key);
	}
	free(again);
	if (rc < 0)
		return -1;
	if (rc == 0)
		return stands(c, line, &standing);
	idset_add(&c->asked, standing.id);
	if (state_is_final(line->status) || c->o.print_submitted)
		vec_add(&c->print, standing.id);
	return 0;
}

/* ---- giving back and taking ---- */

static int
store_files(struct commit *c, const struct ended *e, struct err *err)
{
	char hex[DIGEST_HEX];

	for (const struct stored *f = e->files; f; f = f->next)
		if (object_put(c->o.store, f->data, f->len, hex, err) < 0)
			return -1;
	return 0;
}

static int
give_back(struct commit *c, const struct ended *e, struct err *err)
{
	int rc;

	if (e->interrupted)
		return claim_return(
		    c->o.store, c->o.worker, &c->o.job, e->end.id, e->end.attempt, &c->tally, err);
	if (store_files(c, e, err) < 0)
		return -1;
	rc = claim_end(c->o.store, c->o.worker, &c->o.job, &e->end, &c->tally, err);
	if (rc == 0)
		app_warn(c->o.app,
		    "execution %lld was taken over by another worker: this end of it is"
		    " dropped",
		    (long long)e->end.id);
	if (rc > 0 && state_is_final(e->end.status))
		vec_add(&c->print, e->end.id);
	return rc;
}

static int
take(struct commit *c, int want, struct err *err)
{
	c->fresh = NULL;
	c->fresh_tail = &c->fresh;
	return claim_take(c->o.store, c->o.worker, &c->o.job, want, &c->tally, &c->fresh_tail, err);
}

static void
remove_scratch(const char *scratch, void *ctx)
{
	struct commit *c = ctx;

	if (file_remove_tree(scratch, NULL) == 0)
		app_detail(c->o.app, "removed '%s' of a worker that died", scratch);
}

/* Heartbeat, and the dead. */
static int
beat(struct commit *c, struct err *err)
{
	int64_t now = clock_boot();
	int n;

	if (c->o.worker == 0 || now - c->beaten < WORKER_HEARTBEAT)
		return 0;
	c->beaten = now;
	n = workers_reap(c->o.store, &c->tally, remove_scratch, c, err);
	if (n > 0)
		app_say(c->o.app, "%d executions of a worker that died are run again", n);
	return n < 0 ? -1 : worker_beat(c->o.store, c->o.worker, err);
}

/* ---- telling ---- */

static bool
is_failure(const json_t *record)
{
	const char *word = json_string_value(json_object_get(record, "status"));
	int status = word ? state_find(word) : -1;

	return status >= 0 &&
	    (state_account((enum status)status) == ACC_FAILED || status == ST_CANCELLED);
}

/* stdout is closed or full: the worker stops, and what it holds is given back. */
static void
lose_output(struct commit *c)
{
	app_output_failed(c->o.app);
	c->state.output_gone = true;
}

/* Print one record. -1: it cannot be read. */
static int
print(struct commit *c, int64_t id, struct err *err)
{
	json_t *record;
	bool failed;
	int rc = execution_record(c->o.store, c->o.app->org, id, &record, err);

	if (rc <= 0)
		return rc;
	failed = is_failure(record);
	if (!c->state.output_gone && jsonl_write(stdout, record) < 0)
		lose_output(c);
	json_decref(record);
	if (failed)
		c->state.failed++;
	app_count(c->o.app, failed);
	return 0;
}

static int
print_all(struct commit *c, struct err *err)
{
	int rc;

	if (c->print.len == 0)
		return 0;
	rc = store_read(c->o.store, err);
	for (size_t i = 0; i < c->print.len && rc == 0; i++)
		if (idset_mark(&c->asked, c->print.at[i]))
			rc = print(c, c->print.at[i], err);
	store_read_end(c->o.store);
	if (rc == 0 && !c->state.output_gone && fflush(stdout) != 0)
		lose_output(c);
	c->print.len = 0;
	return rc;
}

static int
look_at(int64_t id, void *ctx)
{
	struct commit *c = ctx;
	struct standpoint stand;
	int rc = execution_status(c->o.store, c->o.app->org, id, &stand, &c->err);

	if (rc > 0 && state_is_final(stand.status))
		vec_add(&c->print, id);
	return rc < 0 ? -1 : 0;
}

/* What we asked for and others ended. */
static int
look_around(struct commit *c, struct err *err)
{
	int64_t version = store_version(c->o.store);
	int rc;

	if (version == c->version || c->o.print_submitted)
		return 0;
	c->version = version;
	if (store_read(c->o.store, err) < 0)
		return -1;
	rc = idset_unmarked(&c->asked, look_at, c);
	store_read_end(c->o.store);
	if (rc < 0) {
		*err = c->err;
		return -1;
	}
	return print_all(c, err);
}

/* ---- batches ---- */

struct batch {
	struct line *lines;
	struct ended *ends;
	struct work *returned;
	int want;
};

static int
write_batch(struct commit *c, const struct batch *b, struct err *err)
{
	for (struct ended *e = b->ends; e; e = e->next)
		if (give_back(c, e, err) < 0)
			return -1;
	for (struct work *w = b->returned; w; w = w->next)
		if (claim_return(
			c->o.store, c->o.worker, &c->o.job, w->id, w->attempt, &c->tally, err) < 0)
			return -1;
	for (struct line *l = b->lines; l; l = l->next)
		if (submit(c, l, err) < 0)
			return -1;
	if (beat(c, err) < 0)
		return -1;
	if (b->want > 0 && take(c, b->want, err) < 0)
		return -1;
	return tally_write(&c->tally, c->o.store, err);
}

static int
run_batch(struct commit *c, const struct batch *b, struct err *err)
{
	if (store_begin(c->o.store, err) < 0)
		return -1;
	if (write_batch(c, b, err) < 0) {
		store_rollback(c->o.store);
		tally_reset(&c->tally);
		return -1;
	}
	if (store_commit(c->o.store, err) < 0)
		return -1;
	return print_all(c, err);
}

static void
free_works(struct work *w)
{
	while (w) {
		struct work *next = w->next;

		work_free(w);
		w = next;
	}
}

static void
free_batch(struct batch *b)
{
	while (b->lines) {
		struct line *next = b->lines->next;

		line_free(b->lines);
		b->lines = next;
	}
	while (b->ends) {
		struct ended *next = b->ends->next;

		ended_free(b->ends);
		b->ends = next;
	}
	free_works(b->returned);
}

/* Take what has gathered. Locked. */
static void
collect(struct commit *c, struct batch *b)
{
	struct line **end = &c->lines;
	size_t n = 0;

	while (*end && n < BATCH_LINES) {
		c->bytes -= (*end)->params_len;
		end = &(*end)->next;
		n++;
	}
	b->lines = n ? c->lines : NULL;
	if (n) {
		c->lines = *end;
		*end = NULL;
		c->nlines -= n;
		if (!c->lines)
			c->lines_tail = &c->lines;
	}
	b->ends = c->ends;
	c->ends = NULL;
	c->ends_tail = &c->ends;
	b->returned = c->returned;
	c->returned = NULL;
	b->want = c->state.dry ? 0 : c->want;
	c->want = 0;
	pthread_cond_broadcast(&c->room);
}

static bool
has_work(const struct commit *c)
{
	return c->lines || c->ends || c->returned || (c->want > 0 && !c->state.dry);
}

/* Wait on wake for so many microseconds. Locked. */
static void
wait_for(struct commit *c, int64_t micros)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	ts.tv_nsec += (micros % 1000000) * 1000;
	ts.tv_sec += micros / 1000000 + ts.tv_nsec / 1000000000;
	ts.tv_nsec %= 1000000000;
	pthread_cond_timedwait(&c->wake, &c->lock, &ts);
}

/* Wait for something to do, and a little longer for company. Locked. */
static void
gather(struct commit *c)
{
	int64_t since;

	if (!has_work(c) && !c->stop) {
		c->state.idle = true;
		wait_for(c, POLL);
		c->state.idle = false;
	}
	c->napping = true;
	while (has_work(c) && !c->hungry && !c->stop && !c->lines &&
	    (since = clock_boot() - c->committed) < GROUP)
		wait_for(c, GROUP - since);
	c->napping = false;
}

/* Tell the others how it went. Locked. */
static void
publish(struct commit *c, const struct batch *b)
{
	int64_t got = 0;

	for (struct work *w = c->fresh; w; w = w->next)
		got++;
	if (c->fresh) {
		*c->claimed_tail = c->fresh;
		c->claimed_tail = c->fresh_tail;
	}
	c->fresh = NULL;
	if (b->want > 0)
		c->state.dry = got < b->want;
	else if (b->lines || b->ends || b->returned)
		c->state.dry = false; /* there may be something now */
	c->state.asked = c->asked.count;
	c->state.printed = c->asked.marked;
	poke(c);
}

/* One round of the writer. 0, or -1 when the state cannot be written. */
static int
round_of(struct commit *c, const struct batch *b)
{
	bool empty = !b->lines && !b->ends && !b->returned && b->want == 0;
	int64_t now = clock_boot();
	int rc = 0;

	if (!empty || now - c->beaten >= WORKER_HEARTBEAT)
		rc = run_batch(c, b, &c->err);
	if (rc == 0 && c->state.dry && now - c->polled >= POLL &&
	    c->asked.count > c->asked.marked) {
		c->polled = now;
		rc = look_around(c, &c->err);
		if (rc == 0 && c->o.worker)
			rc = claim_waiting(c->o.store, &c->o.job, &c->state.due, &c->err);
		if (rc > 0) /* queued by someone else, or due */
			c->state.dry = false;
	}
	if (rc == 0 && c->state.due && c->state.due <= clock_wall())
		c->state.dry = false;
	return rc < 0 ? -1 : 0;
}

static void *
writer(void *ctx)
{
	struct commit *c = ctx;

	pthread_mutex_lock(&c->lock);
	while (!c->stop || has_work(c)) {
		struct batch b = { 0 };
		int rc;

		gather(c);
		collect(c, &b);
		pthread_mutex_unlock(&c->lock);
		rc = c->state.broken ? 0 : round_of(c, &b);
		c->committed = clock_boot();
		pthread_mutex_lock(&c->lock);
		if (rc < 0)
			c->state.broken = true;
		publish(c, &b);
		free_batch(&b);
		if (c->state.broken && c->stop)
			break;
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

/* ---- the other threads ---- */

struct commit *
commit_start(const struct commit_options *options)
{
	struct commit *c = xcalloc(1, sizeof(*c));
	pthread_condattr_t attr;
	sigset_t all, old;

	c->o = *options;
	c->lines_tail = &c->lines;
	c->ends_tail = &c->ends;
	c->claimed_tail = &c->claimed;
	c->version = -1;
	c->beaten = clock_boot();
	c->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->wake, &attr);
	pthread_cond_init(&c->room, NULL);
	pthread_condattr_destroy(&attr);
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	if (c->fd < 0 || pthread_create(&c->thread, NULL, writer, c) != 0)
		BUG("cannot start the writer thread: %s", strerror(errno));
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return c;
}

int
commit_fd(const struct commit *c)
{
	return c->fd;
}

void
commit_line(struct commit *c, struct line *line)
{
	pthread_mutex_lock(&c->lock);
	while ((c->nlines >= LINES_MAX || c->bytes > BYTES_MAX) && !c->stop && !c->state.broken)
		pthread_cond_wait(&c->room, &c->lock);
	line->next = NULL;
	*c->lines_tail = line;
	c->lines_tail = &line->next;
	c->nlines++;
	c->bytes += line->params_len;
	pthread_cond_signal(&c->wake);
	pthread_mutex_unlock(&c->lock);
}

void
commit_lines_end(struct commit *c)
{
	pthread_mutex_lock(&c->lock);
	c->lines_end = true;
	poke(c);
	pthread_mutex_unlock(&c->lock);
}

void
commit_want(struct commit *c, int want, bool hungry)
{
	pthread_mutex_lock(&c->lock);
	c->want = want;
	c->hungry = hungry;
	if (want > 0 && !c->state.dry && (hungry || !c->napping))
		pthread_cond_signal(&c->wake);
	pthread_mutex_unlock(&c->lock);
}

struct work *
commit_take(struct commit *c)
{
	struct work *work;
	uint64_t count;
	ssize_t n = read(c->fd, &count, sizeof(count));

	(void)n;
	pthread_mutex_lock(&c->lock);
	work = c->claimed;
	c->claimed = NULL;
	c->claimed_tail = &c->claimed;
	pthread_mutex_unlock(&c->lock);
	return work;
}

void
commit_ended(struct commit *c, struct ended *ended)
{
	pthread_mutex_lock(&c->lock);
	ended->next = NULL;
	*c->ends_tail = ended;
	c->ends_tail = &ended->next;
	if (!c->napping)
		pthread_cond_signal(&c->wake);
	pthread_mutex_unlock(&c->lock);
}

void
commit_return(struct commit *c, struct work *work)
{
	pthread_mutex_lock(&c->lock);
	work->next = c->returned;
	c->returned = work;
	if (!c->napping)
		pthread_cond_signal(&c->wake);
	pthread_mutex_unlock(&c->lock);
}

void
commit_state(struct commit *c, struct commit_state *state)
{
	pthread_mutex_lock(&c->lock);
	*state = c->state;
	state->idle = c->state.idle && !has_work(c);
	state->ended = c->lines_end;
	pthread_mutex_unlock(&c->lock);
}

static void
free_commit(struct commit *c)
{
	struct repeated *r, *next;

	HASH_ITER(hh, c->repeated, r, next)
	{
		HASH_DEL(c->repeated, r);
		free(r);
	}
	free_works(c->claimed);
	tally_clear(&c->tally);
	idset_clear(&c->asked);
	vec_clear(&c->print);
	close(c->fd);
	pthread_cond_destroy(&c->wake);
	pthread_cond_destroy(&c->room);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

int
commit_stop(struct commit *c, bool keep, struct err *err)
{
	int rc = 0;

	pthread_mutex_lock(&c->lock);
	c->stop = true;
	c->want = 0;
	pthread_cond_signal(&c->wake);
	pthread_cond_broadcast(&c->room);
	pthread_mutex_unlock(&c->lock);
	pthread_join(c->thread, NULL);
	if (c->state.broken) {
		*err = c->err;
		rc = -1;
	}
	if (!keep)
		free_commit(c);
	return rc;
}
