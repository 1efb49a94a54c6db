/* SPDX-License-Identifier: MIT */
/* commit: what other threads hand to the writer thread (commit_writer.c), and take from it. */
#include "cli/commit.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "cli/commit_parts.h"
#include "store/store.h"

enum {
	BATCH_LINES = 1000,
	BATCH_DETACHED = 18000, /* where nothing waits to be claimed: the index is written seldom */
	BYTES_MAX = 8 << 20,    /* of waiting lines */
};

static void
free_commit(struct commit *c)
{
	/* what could not be written any more */
	struct batch left = { .adopted = c->adopted,
		.lines = c->lines,
		.ends = c->ends,
		.returned = c->returned,
		.changes = c->changes };

	commit_free_batch(&left);
	commit_free_works(c->claimed);
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

	if (store_commit_soon(options->store, true, err) < 0) {
		free(c);
		return NULL;
	}
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
	failed = c->fd < 0 ? errno : pthread_create(&c->thread, NULL, commit_writer, c);
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
	commit_poke(c);
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
	c->urgent |= ended->end.class != FAIL_NONE;
	if (!c->napping || c->urgent)
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
	state->idle = c->state.idle && !commit_has_work(c);
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
	commit_take_back(c);
	pthread_cond_signal(&c->wake);
	pthread_cond_broadcast(&c->room);
	pthread_mutex_unlock(&c->lock);
	pthread_join(c->thread, NULL);
	if (store_commit_soon(c->ledger.o.store, false, err) < 0)
		rc = -1;
	if (c->state.broken) {
		*err = c->err;
		rc = -1;
	}
	if (!keep)
		free_commit(c);
	return rc;
}
