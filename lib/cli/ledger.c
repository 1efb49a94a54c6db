/* SPDX-License-Identifier: MIT */
/* ledger: what the writer thread does with a batch. */
#include "cli/ledger.h"

#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "cli/admit.h"
#include "cli/aftermath.h"
#include "cli/alerts.h"
#include "cli/app.h"
#include "cli/board.h"
#include "cli/config.h"
#include "cli/errand.h"
#include "cli/kept.h"
#include "cli/tell.h"
#include "cli/terms.h"
#include "store/store.h"
#include "task/control.h"
#include "task/history.h"
#include "task/journal.h"
#include "task/key.h"
#include "task/task.h"
#include "task/vigil.h"

enum { MANY = 256 }; /* lines whose keys are worth taking together */

/* The record of what ended is printed after the commit, if this run asked for it. */
static void
ended_here(int64_t id, void *ctx)
{
	struct ledger *l = ctx;

	if (idset_has(&l->asked, id))
		tell_later(l, id);
}

static void
set_defaults(struct task *task, void *ctx)
{
	config_task(ctx, task);
}

/* Another try with more memory needs an element that has it. */
static void
set_away(struct task *task, void *ctx)
{
	config_task(ctx, task);
	task->retry.most[FAIL_MEMORY] = 0;
}

void
ledger_init(struct ledger *l, const struct commit_options *options)
{
	*l = (struct ledger){ .o = *options,
		.version = -1,
		.beaten = clock_boot(),
		.offset = INT64_MAX,
		.tally = { .worker = options->worker },
		.vigil = vigil_new(),
		.scope = { .worker = options->worker,
		    .org = options->app->org,
		    .queues = options->queues,
		    .book = lane_book_new() },
		.claimer = { .app = options->app,
		    .store = options->store,
		    .capacity = options->capacity,
		    .deadline = options->deadline,
		    .history = options->history,
		    .at_home = options->at_home,
		    .attended = options->terms != NULL } };
	author_sign(&l->author, &l->submitted, "submit", NULL);
	l->claimer.board = l->board = board_new(options->app, options->terms != NULL);
	claimer_serve(&l->claimer, &l->scope);
	l->errands_tail = &l->errands;
	if (options->config)
		lane_book_prepare(l->scope.book, options->away ? set_away : set_defaults,
		    (void *)options->config);
	if (options->config && options->worker)
		l->alerts = alerts_new(options->config, options->app->org, options->store,
		    options->terms ? ALERTS_EVERY : 0);
	l->admission = (struct admission){ .app = options->app,
		.store = options->store,
		.tally = &l->submitted,
		.job_name = options->job_name,
		.asked = &l->asked,
		.no_cache = options->no_cache,
		.miss = options->miss,
		.versions = options->conductor != NULL };
	l->recall = (struct recall){ .app = options->app,
		.store = options->store,
		.tally = &l->tally,
		.claimer = &l->claimer,
		.worker = options->worker,
		.memory = options->memory,
		.ended = ended_here,
		.ctx = l };
	if (!options->any_job)
		l->scope.job = options->job;
	if (options->print_events)
		l->event = journal_end(options->store, NULL);
}

void
ledger_clear(struct ledger *l)
{
	admit_clear(&l->admission);
	recall_clear(&l->recall);
	claimer_clear(&l->claimer);
	board_free(l->board);
	lane_book_free(l->scope.book);
	tally_clear(&l->tally);
	tally_clear(&l->submitted);
	author_clear(&l->author);
	vigil_free(l->vigil);
	idset_clear(&l->asked);
	vec_clear(&l->print);
	vec_clear(&l->hooked);
	errand_free_list(l->errands);
	alerts_free(l->alerts);
	buf_clear(&l->made);
	receipt_clear(&l->receipt);
}

/* ---- submitting ---- */

/* How what all lines wait for stands in this transaction. */
static int
look_after(struct ledger *l, struct err *err)
{
	struct terms *t = l->o.terms;

	return t ? terms_look(t, l->o.store, l->o.app->org, err) : 0;
}

static int
add_dependencies(struct ledger *l, int64_t id, struct err *err)
{
	const struct terms *t = l->o.terms;

	for (size_t i = 0; i < t->after.len; i++)
		if (dependency_add(l->o.store, id, t->after.at[i].upon, t->after.at[i].rule, err) <
		    0)
			return -1;
	return 0;
}

static int
submit(struct ledger *l, const struct line *line, struct err *err)
{
	const struct terms *t = l->o.terms;
	struct submission sub = { .job = l->o.job,
		.task = l->o.task,
		.lane = l->o.lane,
		.status = line->status,
		.class = line->class,
		.error = line->error,
		.not_before = t->not_before,
		.approval = t->hold };
	struct standing standing;
	char why[DEPENDENCY_WHY];
	bool shown;
	int rc;

	if (sub.status == ST_QUEUED)
		dependency_foresee(&sub, t->after.at, t->after.len, why);
	rc = admit_line(&l->admission, line, &sub, &standing, err);
	if (rc < 0 || rc == ADMIT_REFUSED)
		return rc;
	shown = !l->o.silent && (state_is_final(standing.status) || l->o.print_submitted);
	if (rc == ADMIT_STANDS) {
		if (shown)
			tell_later(l, standing.id);
		return 0;
	}
	if (shown && tell_submitted(l, &sub, &standing, err) < 0)
		return -1;
	return add_dependencies(l, standing.id, err);
}

/* The keys of many lines at once. */
static int
reserve(struct ledger *l, const struct batch *b, struct err *err)
{
	struct wish *wishes = xcalloc(b->nlines, sizeof(*wishes)), *wish = wishes;
	int rc;

	for (const struct line *line = b->lines; line; line = line->next)
		*wish++ = (struct wish){
			.task = l->o.task, .key = line->key, .derived = line->derived
		};
	rc = key_reserve(l->o.store, &l->o.job, wishes, b->nlines, err);
	wish = wishes;
	for (struct line *line = b->lines; line; line = line->next, wish++) {
		line->id = wish->id;
		line->reserved = wish->taken;
	}
	free(wishes);
	return rc;
}

/* ---- giving back and taking ---- */

/* It goes back into the queue as if it had not begun. */
static int
put_back(struct ledger *l, const struct lane *lane, int64_t id, int attempt, struct err *err)
{
	int rc;

	if (claimer_returned(&l->claimer, lane, id, err) < 0)
		return -1;
	rc = claim_change(l->o.store, l->o.worker, lane, id, attempt, EV_RETURN, &l->tally, err);
	return rc < 0 || recall_ended(&l->recall, id, false, err) < 0 ? -1 : rc;
}

/* What an attempt took; the processor time of one at a coprocess is known if that tells it. */
static void
learn(struct ledger *l, const struct ending *end)
{
	const struct task *task = end->lane->task;
	double elapsed = (double)(end->ended - end->started) / 1e6;
	double cpu = end->user_time + end->system_time;

	if (l->o.history && end->class == FAIL_NONE && end->status == ST_COMPLETED)
		history_add(l->o.history, task->row, elapsed, task->window && cpu <= 0 ? NAN : cpu,
		    end->max_rss);
}

static int
give_back(struct ledger *l, const struct ended *e, struct err *err)
{
	int rc;

	if (e->interrupted)
		return put_back(l, e->end.lane, e->end.id, e->end.attempt, err);
	if (kept_store(e->kept, l->o.store, &e->end, err) < 0)
		return -1;
	l->worked++;
	l->worked_failed += e->end.class != FAIL_NONE;
	rc = claim_end(l->o.store, l->o.worker, &e->end, &l->tally, err);
	if (rc == 0)
		app_warn(l->o.app,
		    "execution %lld was taken over by another worker: this end of it is"
		    " dropped",
		    (long long)e->end.id);
	if (rc > 0) {
		learn(l, &e->end);
		aftermath_note(l, &e->end);
	}
	if (rc > 0 && claimer_ended(&l->claimer, &e->end, err) < 0)
		return -1;
	if (rc > 0 && kept_link(e->kept, l->o.store, e->end.id, err) < 0)
		return -1;
	if (rc > 0 && state_is_final(e->end.status)) {
		l->finished.ended++;
		l->finished.failed += e->end.status != ST_COMPLETED;
		ended_here(e->end.id, l);
	}
	if (rc < 0)
		return -1;
	return recall_ended(&l->recall, e->end.id, rc > 0 && e->end.status == ST_COMPLETED, err);
}

static int
change(struct ledger *l, const struct change *c, struct err *err)
{
	enum status was;
	int rc;

	if (c->event == EV_COUNT)
		return claim_progress(
		    l->o.store, l->o.worker, c->id, c->attempt, c->percent, c->message, err);
	rc = claim_change(
	    l->o.store, l->o.worker, c->lane, c->id, c->attempt, c->event, &l->tally, err);

	if (rc < 0 || c->event != EV_RETURN)
		return rc;
	if (recall_ended(&l->recall, c->id, false, err) < 0)
		return -1;
	if (rc == 0)
		return 0;
	return control_execution(
	    l->o.store, l->o.app->org, c->id, CONTROL_PAUSE, NULL, &l->tally, &was, err);
}

static int
take(struct ledger *l, const struct want *want, struct err *err)
{
	l->fresh = NULL;
	l->fresh_tail = &l->fresh;
	l->taken = claimer_take(&l->claimer, &l->scope, want, &l->tally, &l->fresh_tail, err);
	return l->taken;
}

/* Those that wait here for an equal one are nobody else's business. */
static int
obey(struct ledger *l, struct err *err)
{
	struct order **at = &l->orders;

	while (*at) {
		struct order *order = *at;
		int rc = recall_order(&l->recall, order, err);

		if (rc < 0)
			return -1;
		if (rc == 0) {
			at = &order->next;
			continue;
		}
		*at = order->next;
		free(order);
	}
	l->orders_tail = at;
	return 0;
}

static int
take_orders(struct ledger *l, struct err *err)
{
	if (!l->ordered)
		return 0;
	l->ordered = false;
	l->orders = NULL;
	l->orders_tail = &l->orders;
	if (claim_orders(l->o.store, l->o.worker, &l->orders_tail, err) < 0)
		return -1;
	return obey(l, err);
}

/* ---- batches ---- */

static int
write_history(struct ledger *l, struct err *err)
{
	int64_t now = clock_boot();

	if (!l->o.history || !history_is_due(l->o.history, now))
		return 0;
	return history_write(l->o.history, l->o.store, now, err);
}

static int
conduct(struct ledger *l, struct err *err)
{
	struct conductor *c = l->o.conductor;
	int rc = c->conduct(c->ctx, &l->admission, err);

	l->stirred = rc > 0;
	l->failed = c->failed;
	l->ordered |= l->admission.ordered;
	l->admission.ordered = false;
	return rc;
}

static int
write_batch(struct ledger *l, struct batch *b, struct err *err)
{
	struct line *line;

	claimer_begin(&l->claimer);
	for (struct ended *e = b->ends; e; e = e->next)
		if (give_back(l, e, err) < 0)
			return -1;
	for (struct change *c = b->changes; c; c = c->next)
		if (change(l, c, err) < 0)
			return -1;
	for (struct work *w = b->returned; w; w = w->next)
		if (put_back(l, w->lane, w->id, w->attempt, err) < 0)
			return -1;
	for (size_t i = 0; i < b->nadopted; i++)
		idset_add(&l->asked, b->adopted[i]);
	if (b->lines && look_after(l, err) < 0)
		return -1;
	if (b->nlines > MANY && reserve(l, b, err) < 0)
		return -1;
	while ((line = b->lines)) {
		if (submit(l, line, err) < 0)
			return -1;
		b->lines = line->next;
		free(line);
	}
	if (b->stirred && conduct(l, err) < 0)
		return -1;
	if (tally_write(&l->submitted, l->o.store, err) < 0)
		return -1;
	if (ledger_mend(l, err) < 0 || ledger_beat(l, err) < 0)
		return -1;
	if (take_orders(l, err) < 0 || (b->want.most > 0 && take(l, &b->want, err) < 0))
		return -1;
	for (size_t i = 0; i < l->tally.skipped.len; i++)
		if (!l->o.silent && idset_has(&l->asked, l->tally.skipped.at[i]))
			tell_later(l, l->tally.skipped.at[i]);
	if (l->o.worker && board_sync(l->board, l->o.store, err) < 0)
		return -1;
	if (claimer_write(&l->claimer, err) < 0 || write_history(l, err) < 0)
		return -1;
	return tally_write(&l->tally, l->o.store, err);
}

int
ledger_write(struct ledger *l, struct batch *b, struct err *err)
{
	l->taken = 0;
	if (store_begin(l->o.store, err) < 0)
		return -1;
	if (write_batch(l, b, err) < 0) {
		store_rollback(l->o.store);
		tally_reset(&l->tally);
		tally_reset(&l->submitted);
		aftermath_forget(l);
		return -1;
	}
	if (store_commit(l->o.store, err) < 0)
		return -1;
	return recall_claimed(&l->recall, &l->fresh, &l->fresh_tail, err);
}

int
ledger_settle(struct ledger *l, struct err *err)
{
	if (store_sync(l->o.store, err) < 0 || aftermath_make(l, err) < 0 ||
	    tell_events(l, err) < 0)
		return -1;
	return tell_records(l, err);
}

int
ledger_finish(struct ledger *l, struct err *err)
{
	struct batch none = { 0 };

	board_flush(l->board);
	if (!l->o.worker || !board_is_due(l->board))
		return 0;
	return ledger_write(l, &none, err) < 0 ? -1 : ledger_settle(l, err);
}
