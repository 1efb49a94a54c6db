/* SPDX-License-Identifier: MIT */
/* log: what executions wrote to standard error and output, try by try. */
#include "cli/log.h"

#include <stdlib.h>
#include <uthash.h>

#include "base/clock.h"
#include "base/vec.h"
#include "cli/ids.h"
#include "cli/idset.h"
#include "cli/logentry.h"
#include "cli/notice.h"
#include "cli/session.h"
#include "store/store.h"
#include "task/attempt.h"
#include "task/execution.h"
#include "task/journal.h"
#include "task/vigil.h"

enum {
	PAGE = 256,
	EVENTS = 1000,     /* of the journal at a time */
	BEFORE = 10000000, /* microseconds by which clocks of hosts may differ */
	CARE = 5000000,    /* between looks after workers */
	WAIT = 1000000,
};

/* Something happened to an execution. */
struct touched {
	int64_t id;
	int64_t revived; /* when, by the wall clock; 0: it had not ended before */
};

struct log {
	struct log_way way;
	struct selection sel;
	bool chosen;
	int64_t begun; /* by the wall clock */
	struct logentry *entries;
	struct vigil *vigil;
	struct idset done;   /* ended and printed */
	struct idset wanted; /* of the operands */
	int64_t unknown;     /* of them, how many there are not */
	struct {
		struct touched *at;
		size_t len, room;
	} events;
};

static struct logentry *
new_entry(struct log *l, int64_t id, int printed)
{
	struct logentry *e = logentry_new(id, printed);

	HASH_ADD(hh, l->entries, id, sizeof(e->id), e);
	return e;
}

static void
free_entry(struct log *l, struct logentry *e)
{
	HASH_DEL(l->entries, e);
	logentry_free(e);
}

/* ---- one execution ---- */

/* Print what is new of it; it is forgotten when it has ended. 1, 0 there is none, -1. */
static int
visit(struct log *l, struct logentry *e, struct err *err)
{
	struct standpoint at;
	int rc = execution_status(l->way.store, l->way.app->org, e->id, &at, err);

	if (rc > 0 && logentry_ended(e, &l->way, err) < 0)
		rc = -1;
	if (rc > 0 && !state_is_final(at.status) && logentry_runs(e, &l->way, err) < 0)
		rc = -1;
	if (rc > 0 && !l->way.notice)
		logentry_end(e, &l->way);
	if (rc > 0 && state_is_final(at.status)) {
		idset_add(&l->done, e->id);
		free_entry(l, e);
	} else if (rc <= 0 || !l->way.notice || (!e->live && e->printed == 0)) {
		free_entry(l, e); /* nothing of it need be remembered */
	}
	return rc;
}

/* Was it begun as often as it would have to be for the try that was asked for? */
static int
look_for_try(struct log *l, int64_t id, struct err *err)
{
	int wanted = l->way.o->attempt;
	struct standpoint at;

	if (wanted == 0 || l->way.o->follow)
		return 0;
	if (execution_status(l->way.store, l->way.app->org, id, &at, err) < 0)
		return -1;
	if (at.attempts < wanted)
		app_fail(l->way.app, EXIT_NO,
		    "execution %lld has no try %d: it was tried %d time%s", (long long)id, wanted,
		    at.attempts, at.attempts == 1 ? "" : "s");
	return 0;
}

static int
visit_operand(int64_t id, void *ctx, struct err *err)
{
	struct log *l = ctx;
	int rc;

	if (!idset_add(&l->wanted, id))
		return 0;
	rc = visit(l, new_entry(l, id, 0), err);
	if (rc == 0) {
		l->unknown++;
		app_fail(l->way.app, EXIT_NO, "no execution %lld", (long long)id);
	}
	if (rc > 0)
		rc = look_for_try(l, id, err);
	return rc < 0 ? -1 : 0;
}

static int
visit_chosen(struct log *l, struct err *err)
{
	int64_t ids[PAGE];
	int n;

	while ((n = execution_ids(l->way.store, &l->sel, ids, PAGE, err)) > 0) {
		l->sel.after = ids[n - 1];
		for (int i = 0; i < n; i++)
			if (visit(l, new_entry(l, ids[i], 0), err) < 0)
				return -1;
	}
	l->sel.after = 0;
	return n;
}

/* ---- following ---- */

static int
note_event(const struct happening *h, void *ctx)
{
	struct log *l = ctx;
	struct touched event = { h->execution, state_is_final(h->from) ? h->time : 0 };

	if (h->execution > 0 && h->from != h->to)
		vec_add(&l->events, event);
	return l->events.len >= EVENTS;
}

/* One that was met before is known again by when its tries ended. */
static int
printed_before(struct log *l, int64_t id, int64_t time, struct err *err)
{
	struct attempts list = VEC_INIT;
	int printed = 0, rc = attempt_list(l->way.store, id, 0, &list, err);

	for (size_t i = 0; i < list.len; i++)
		if (list.at[i].ended < time)
			printed = list.at[i].number;
	vec_clear(&list);
	return rc < 0 ? -1 : printed;
}

static int
is_followed(struct log *l, int64_t id, struct err *err)
{
	return l->chosen ? selection_has(l->way.store, &l->sel, id, err)
			 : idset_has(&l->wanted, id);
}

static int
visit_event(struct log *l, const struct touched *event, struct err *err)
{
	int64_t id = event->id, time = l->begun - BEFORE;
	struct logentry *e;
	int printed;

	HASH_FIND(hh, l->entries, &id, sizeof(id), e);
	if (!e) {
		int rc = is_followed(l, id, err);

		if (rc <= 0)
			return rc;
		if (idset_has(&l->done, id)) {
			if (!event->revived)
				return 0;
			time = event->revived;
		}
		printed = printed_before(l, id, time, err);
		if (printed < 0)
			return -1;
		e = new_entry(l, id, printed);
	}
	return visit(l, e, err) < 0 ? -1 : 0;
}

/* Whatever happened since: the seq of the last event, or -1. */
static int64_t
visit_events(struct log *l, int64_t seq, struct err *err)
{
	int64_t before;

	do {
		before = seq;
		l->events.len = 0;
		seq = journal_each(l->way.store, seq, note_event, l, err);
		for (size_t i = 0; i < l->events.len && seq >= 0; i++)
			if (visit_event(l, &l->events.at[i], err) < 0)
				return -1;
	} while (seq > before);
	return seq;
}

static int
read_all(struct log *l, struct err *err)
{
	struct logentry *e, *next;

	HASH_ITER(hh, l->entries, e, next)
	{
		if (e->live && logentry_go_on(e, &l->way, err) < 0)
			return -1;
	}
	return app_flush(l->way.app, err);
}

/* Has all of it ended? 1, 0, -1. A selection across jobs never does. */
static int
is_over(struct log *l, struct err *err)
{
	struct account_sums sums;

	if (!l->chosen)
		return l->done.count + l->unknown >= l->wanted.count;
	if (!l->sel.job.id)
		return 0;
	if (tally_read(l->way.store, l->way.app->org, l->sel.job.id, l->sel.job.generation, &sums,
		err) < 0)
		return -1;
	return sums.by[ACC_WAITING] + sums.by[ACC_RUNNING] == 0;
}

static int
follow(struct log *l, int64_t seq, struct err *err)
{
	int64_t care = clock_boot() + CARE;
	int over;

	for (;;) {
		/* what is over before the events are read is over behind them */
		over = is_over(l, err);
		seq = visit_events(l, seq, err);
		if (over < 0 || seq < 0 || read_all(l, err) < 0)
			return -1;
		if (over)
			return 0;
		notice_wait(l->way.notice, WAIT);
		if (clock_boot() < care)
			continue;
		care = clock_boot() + CARE;
		if (session_reap(l->way.app, l->way.store, l->vigil, err) < 0)
			return -1;
	}
}

/* ---- the call ---- */

static int
show(struct log *l, struct err *err)
{
	int64_t seq = 0;
	int rc;

	if (l->way.o->follow) {
		l->way.notice = notice_new(l->way.store);
		seq = journal_end(l->way.store, err);
	}
	if (seq < 0)
		return -1;
	if (l->chosen)
		rc = visit_chosen(l, err);
	else
		rc = ids_each(l->way.app, l->way.o->operands, visit_operand, l, err);
	if (rc == 0)
		rc = app_flush(l->way.app, err);
	if (rc == 0 && l->way.o->follow)
		rc = follow(l, seq, err);
	if (rc == 0 && l->way.o->grep && logtext_count(l->way.text) == 0)
		app_status(l->way.app, EXIT_NO);
	return rc;
}

/* Is there only one part, so that nothing need be said of it? */
static bool
is_single(const struct log_options *o)
{
	return o->operands[0] && !o->operands[1] && strcmp(o->operands[0], "-") != 0 &&
	    o->errout != o->out;
}

int
log_show(struct app *app, const struct log_options *options, struct err *err)
{
	struct log l = {
		.way = { .app = app, .o = options }, .begun = clock_wall(), .vigil = vigil_new()
	};
	struct logentry *e, *next;
	int rc = -1;

	l.chosen = options->all || choice_is_made(&options->choice);
	l.way.text = logtext_new(app, options->grep, is_single(options), err);
	if (l.way.text)
		l.way.store = session_open(app, false, err);
	if (l.way.store && choice_read(app, l.way.store, &options->choice, &l.sel, err) == 0)
		rc = show(&l, err);
	HASH_ITER(hh, l.entries, e, next)
	free_entry(&l, e);
	logtext_free(l.way.text);
	notice_free(l.way.notice);
	vigil_free(l.vigil);
	store_close(l.way.store);
	idset_clear(&l.done);
	idset_clear(&l.wanted);
	vec_clear(&l.events);
	return rc;
}
