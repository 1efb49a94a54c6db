/* SPDX-License-Identifier: MIT */
/*
 * commit_writer: the writer thread, the only one that touches the state.
 *
 * The inbox (lines, ended, returned, changes, want) is filled by other threads under
 * the lock and emptied by the writer as one batch. What a batch did is told to
 * others only after its commit: records are printed, ids marked, claimed work
 * put into the outbox. When a commit fails nothing of the batch was told, and
 * the program ends with the reason. The transaction itself is in ledger.c.
 */
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/aftermath.h"
#include "cli/commit_parts.h"

enum {
	BATCH_BYTES = 4 << 20, /* of params, roughly */
	GROUP = 20000,         /* microseconds between commits when nobody is hungry */
	POLL = 100000,         /* microseconds between looks at what others did */
};

void
commit_poke(struct commit *c)
{
	uint64_t one = 1;
	ssize_t n = write(c->fd, &one, sizeof(one));

	(void)n; /* a full counter is readable too */
}

void
commit_free_works(struct work *w)
{
	while (w) {
		struct work *next = w->next;

		work_free(w);
		w = next;
	}
}

void
commit_free_batch(struct batch *b)
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
	commit_free_works(b->returned);
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
	c->stirred = c->urgent = false;
	pthread_cond_broadcast(&c->room);
}

bool
commit_has_work(const struct commit *c)
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

	if (!commit_has_work(c) && !c->stop) {
		c->state.idle = true;
		wait_for(c, until_look(c));
		c->state.idle = false;
	}
	c->napping = true;
	while (commit_has_work(c) && !c->hungry && !c->urgent && !c->stop && !c->lines &&
	    !c->stirred && (since = clock_boot() - c->committed) < GROUP)
		wait_for(c, GROUP - since);
	c->napping = false;
}

void
commit_take_back(struct commit *c)
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
		commit_take_back(c);
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
	c->state.finished = l->finished;
	c->state.output_gone = l->output_gone;
	c->stirred |= l->stirred;
	if (l->o.conductor && l->o.conductor->over)
		c->lines_end = true;
	commit_poke(c);
}

/* What was claimed may begin while the disk is waited for. */
static void
hand_over(struct commit *c)
{
	struct ledger *l = &c->ledger;

	if (!l->fresh)
		return;
	pthread_mutex_lock(&c->lock);
	*c->claimed_tail = l->fresh;
	c->claimed_tail = l->fresh_tail;
	l->fresh = NULL;
	commit_poke(c);
	pthread_mutex_unlock(&c->lock);
}

/* 0, or -1 when the state cannot be written. */
static int
write_down(struct commit *c, struct batch *b)
{
	struct ledger *l = &c->ledger;

	if (ledger_write(l, b, &c->err) < 0) { /* what was claimed is not: nobody may begin it */
		commit_free_works(l->fresh);
		l->fresh = NULL;
		return -1;
	}
	hand_over(c);
	return ledger_settle(l, &c->err);
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
		rc = write_down(c, b);
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
	return rc < 0 ? -1 : 0;
}

void *
commit_writer(void *ctx)
{
	struct commit *c = ctx;

	pthread_mutex_lock(&c->lock);
	while (!c->stop || commit_has_work(c)) {
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
		commit_free_batch(&b);
		if (c->state.broken && c->stop)
			break;
	}
	if (!c->state.broken && ledger_finish(&c->ledger, &c->err) < 0)
		c->state.broken = true;
	pthread_mutex_unlock(&c->lock);
	return NULL;
}
