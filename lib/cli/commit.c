/* SPDX-License-Identifier: MIT */
/*
 * commit: the writer thread, the only one that touches the state.
 *
 * The inbox (lines, ended, returned, changes, want) is filled by other threads under
 * the lock and emptied by the writer as one batch. What a batch did is told to
 * others only after its commit: records are printed, ids marked, claimed work
 * put into the outbox. When a commit fails nothing of the batch was told, and
 * the program ends with the reason. The transaction itself is in ledger.c.
 */
#include "cli/commit.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "cli/aftermath.h"
#include "cli/errand.h"
#include "cli/ledger.h"

enum {
	BATCH_LINES = 1000,
	BATCH_DETACHED = 16000, /* where nothing waits to be claimed: the index is written seldom */
	BATCH_BYTES = 4 << 20,  /* of params, roughly */
	GROUP = 5000,           /* microseconds between commits when nobody is hungry */
	POLL = 100000,          /* microseconds between looks at what others did */
	BYTES_MAX = 8 << 20,    /* of waiting lines */
};

struct commit {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake, room;
	int fd;

	/* inbox */
	int64_t *adopted;
	size_t nadopted;
	struct line *lines, **lines_tail;
	size_t nlines, bytes;
	size_t batch_lines; /* so many lines at once; as many may wait */
	bool lines_end, stop;
	struct ended *ends, **ends_tail;
	struct work *returned;
	struct change *changes, **changes_tail;
	struct want want;
	bool hungry;
	bool stirred; /* the conductor has something to do */
	bool napping; /* the writer waits for company: only what is urgent wakes it */

	/* outbox */
	struct work *claimed, **claimed_tail;
	struct order *orders, **orders_tail;
	struct errand *errands, **errands_tail;
	struct commit_state state;

	/* the writer's own */
	struct ledger ledger;
	int64_t committed, polled;
	bool more; /* somebody else queued something, or it is due */
	struct err err;
};

static void
poke(struct commit *c)
{
	uint64_t one = 1;
	ssize_t n = write(c->fd, &one, sizeof(one));

	(void)n; /* a full counter is readable too */
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
	free(b->adopted);
	while (b->lines) {
		struct line *next = b->lines->next;

		free(b->lines);
		b->lines = next;
	}
	while (b->ends) {
		struct ended *next = b->ends->next;

		ended_free(b->ends);
		b->ends = next;
	}
	free_works(b->returned);
	while (b->changes) {
		struct change *next = b->changes->next;

		free(b->changes->message);
		free(b->changes);
		b->changes = next;
	}
}

/* Take what has gathered. Locked. */
static void
collect(struct commit *c, struct batch *b)
{
	struct line **end = &c->lines;
	size_t n = 0, bytes = 0;

	while (*end && n < c->batch_lines && bytes < BATCH_BYTES) {
		bytes += (*end)->params_len;
		end = &(*end)->next;
		n++;
	}
	b->adopted = c->adopted;
	b->nadopted = c->nadopted;
	c->adopted = NULL;
	c->nadopted = 0;
	c->bytes -= bytes;
	b->nlines = n;
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
	b->changes = c->changes;
	c->changes = NULL;
	c->changes_tail = &c->changes;
	b->want = c->want;
	if (c->state.dry)
		b->want.most = 0;
	c->want.most = 0;
	b->stirred = c->stirred;
	c->stirred = false;
	pthread_cond_broadcast(&c->room);
}

static bool
has_work(const struct commit *c)
{
	return c->adopted || c->lines || c->ends || c->returned || c->changes ||
	    (c->stirred && !c->stop) || (c->want.most > 0 && !c->state.dry);
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

/* Until the next look at what others did, or until something is due. Locked. */
static int64_t
until_look(const struct commit *c)
{
	int64_t due = c->ledger.waits.due, left = POLL;

	if (c->state.dry && due)
		left = due - clock_wall();
	return left < 0 ? 0 : left < POLL ? left : POLL;
}

/* Wait for something to do, and a little longer for company. Locked. */
static void
gather(struct commit *c)
{
	int64_t since;

	if (!has_work(c) && !c->stop) {
		c->state.idle = true;
		wait_for(c, until_look(c));
		c->state.idle = false;
	}
	c->napping = true;
	while (has_work(c) && !c->hungry && !c->stop && !c->lines && !c->stirred &&
	    (since = clock_boot() - c->committed) < GROUP)
		wait_for(c, GROUP - since);
	c->napping = false;
}

/* Nobody takes what is claimed any more: give it back. Locked. */
static void
take_back(struct commit *c)
{
	*c->claimed_tail = c->returned;
	c->returned = c->claimed;
	c->claimed = NULL;
	c->claimed_tail = &c->claimed;
}

/* Tell the others how it went. Locked. */
static void
publish(struct commit *c, const struct batch *b)
{
	struct ledger *l = &c->ledger;

	if (l->fresh) {
		*c->claimed_tail = l->fresh;
		c->claimed_tail = l->fresh_tail;
	}
	l->fresh = NULL;
	if (l->orders) {
		*c->orders_tail = l->orders;
		c->orders_tail = l->orders_tail;
	}
	l->orders = NULL;
	if (l->errands) {
		*c->errands_tail = l->errands;
		c->errands_tail = l->errands_tail;
	}
	l->errands = NULL;
	l->errands_tail = &l->errands;
	if (c->stop)
		take_back(c);
	if (b->want.most > 0)
		c->state.dry = l->taken < b->want.most;
	else if (b->nlines || b->ends || b->returned || b->stirred || c->more)
		c->state.dry = false; /* there may be something now */
	c->more = false;
	c->state.waits = l->waits;
	c->state.asked = l->asked.count;
	c->state.printed = l->asked.marked;
	c->state.failed = l->failed;
	c->state.worked = l->worked;
	c->state.worked_failed = l->worked_failed;
	c->state.output_gone = l->output_gone;
	c->stirred |= l->stirred;
	if (l->o.conductor && l->o.conductor->over)
		c->lines_end = true;
	poke(c);
}

/* Now and then: what others did. 0, or -1 when the state cannot be read. */
static int
look(struct commit *c, bool dry)
{
	struct ledger *l = &c->ledger;
	int rc = ledger_look(l, &c->err);

	if (rc < 0 || !l->o.worker || !dry)
		return rc;
	rc = ledger_wait(l, &c->err);
	if (rc == 0 && l->waits.doors[CLAIM_OPEN])
		c->more = true;
	return rc;
}

/* One round of the writer. 0, or -1 when the state cannot be written. */
static int
round_of(struct commit *c, struct batch *b, bool dry)
{
	struct ledger *l = &c->ledger;
	bool empty = !b->adopted && !b->lines && !b->ends && !b->returned && !b->changes &&
	    !b->stirred && b->want.most == 0;
	int64_t now = clock_boot();
	int rc = 0;

	l->stirred = false;
	if (!empty || ledger_is_due(l))
		rc = ledger_write(l, b, &c->err);
	if (rc == 0 && b->want.most > 0 && l->taken < b->want.most) {
		dry = true; /* since now: what waits must be known when that is told */
		c->polled = 0;
	}
	if (rc == 0 && now - c->polled >= POLL) {
		c->polled = now;
		rc = look(c, dry);
		aftermath_alerts(l);
	}
	if (rc == 0 && dry && l->waits.due && l->waits.due <= clock_wall()) {
		l->waits.due = 0;
		c->more = true;
	}
	if (rc < 0) { /* what was claimed is not: nobody may begin it */
		free_works(l->fresh);
		l->fresh = NULL;
	}
	return rc < 0 ? -1 : 0;
}

static void *
writer(void *ctx)
{
	struct commit *c = ctx;

	pthread_mutex_lock(&c->lock);
	while (!c->stop || has_work(c)) {
		struct batch b = { 0 };
		bool dry, broken;
		int rc;

		gather(c);
		collect(c, &b);
		dry = c->state.dry;
		broken = c->state.broken;
		pthread_mutex_unlock(&c->lock);
		rc = broken ? 0 : round_of(c, &b, dry);
		c->committed = clock_boot();
		pthread_mutex_lock(&c->lock);
		if (rc < 0)
			c->state.broken = true;
		publish(c, &b);
		free_batch(&b);
		if (c->state.broken && c->stop)
			break;
	}
	if (!c->state.broken && ledger_finish(&c->ledger, &c->err) < 0)
		c->state.broken = true;
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

/* ---- the other threads ---- */

static void
free_commit(struct commit *c)
{
	/* what could not be written any more */
	struct batch left = { .adopted = c->adopted,
		.lines = c->lines,
		.ends = c->ends,
		.returned = c->returned,
		.changes = c->changes };

	free_batch(&left);
	free_works(c->claimed);
	errand_free_list(c->errands);
	while (c->orders) {
		struct order *next = c->orders->next;

		free(c->orders);
		c->orders = next;
	}
	ledger_clear(&c->ledger);
	if (c->fd >= 0)
		close(c->fd);
	pthread_cond_destroy(&c->wake);
	pthread_cond_destroy(&c->room);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

struct commit *
commit_start(const struct commit_options *options, struct err *err)
{
	struct commit *c = xcalloc(1, sizeof(*c));
	pthread_condattr_t attr;
	sigset_t all, old;
	int failed;

	ledger_init(&c->ledger, options);
	c->stirred = options->conductor != NULL;
	c->batch_lines = options->print_submitted ? BATCH_DETACHED : BATCH_LINES;
	c->lines_tail = &c->lines;
	c->ends_tail = &c->ends;
	c->claimed_tail = &c->claimed;
	c->changes_tail = &c->changes;
	c->orders_tail = &c->orders;
	c->errands_tail = &c->errands;
	c->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->wake, &attr);
	pthread_cond_init(&c->room, NULL);
	pthread_condattr_destroy(&attr);
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	failed = c->fd < 0 ? errno : pthread_create(&c->thread, NULL, writer, c);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (!failed)
		return c;
	err_set(err, ERR_SYSTEM, "cannot start a thread: %s", strerror(failed));
	free_commit(c);
	return NULL;
}

struct board *
commit_board(const struct commit *c)
{
	return c->ledger.board;
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
	while (
	    (c->nlines >= c->batch_lines || c->bytes > BYTES_MAX) && !c->stop && !c->state.broken)
		pthread_cond_wait(&c->room, &c->lock);
	if (c->stop) {
		pthread_mutex_unlock(&c->lock);
		free(line);
		return;
	}
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
commit_adopt(struct commit *c, int64_t *ids, size_t count)
{
	pthread_mutex_lock(&c->lock);
	c->adopted = ids;
	c->nadopted = count;
	pthread_cond_signal(&c->wake);
	pthread_mutex_unlock(&c->lock);
}

void
commit_want(struct commit *c, const struct want *want, bool hungry)
{
	pthread_mutex_lock(&c->lock);
	c->want = *want;
	c->hungry = hungry;
	if (want->most > 0 && !c->state.dry && (hungry || !c->napping))
		pthread_cond_signal(&c->wake);
	pthread_mutex_unlock(&c->lock);
}

struct work *
commit_take(struct commit *c, struct order **orders, struct errand **errands)
{
	struct work *work;
	uint64_t count;
	ssize_t n = read(c->fd, &count, sizeof(count));

	(void)n;
	pthread_mutex_lock(&c->lock);
	work = c->claimed;
	c->claimed = NULL;
	c->claimed_tail = &c->claimed;
	*orders = c->orders;
	c->orders = NULL;
	c->orders_tail = &c->orders;
	*errands = c->errands;
	c->errands = NULL;
	c->errands_tail = &c->errands;
	pthread_mutex_unlock(&c->lock);
	return work;
}

static void
add_change(struct commit *c, struct change *change)
{
	pthread_mutex_lock(&c->lock);
	*c->changes_tail = change;
	c->changes_tail = &change->next;
	pthread_mutex_unlock(&c->lock);
}

void
commit_change(struct commit *c, const struct work *work, enum event event)
{
	struct change *change = xcalloc(1, sizeof(*change));

	change->lane = work->lane;
	change->id = work->id;
	change->attempt = work->attempt;
	change->event = event;
	add_change(c, change);
}

void
commit_progress(struct commit *c, const struct work *work, double percent, const char *message)
{
	struct change *change = xcalloc(1, sizeof(*change));

	change->id = work->id;
	change->attempt = work->attempt;
	change->event = EV_COUNT;
	change->percent = percent;
	change->message = *message ? xstrdup(message) : NULL;
	add_change(c, change);
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
commit_pause(struct commit *c, struct work *work)
{
	commit_change(c, work, EV_RETURN);
	work_free(work);
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

void
commit_hurry(struct commit *c)
{
	c->ledger.hurry = true;
}

int
commit_stop(struct commit *c, bool keep, struct err *err)
{
	int rc = 0;

	pthread_mutex_lock(&c->lock);
	c->stop = true;
	c->want.most = 0;
	take_back(c);
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
