/* SPDX-License-Identifier: MIT */
/* ledger: what the writer thread does with a batch. */
#include "cli/ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/admit.h"
#include "cli/app.h"
#include "cli/kept.h"
#include "cli/terms.h"
#include "exec/tree.h"
#include "store/store.h"
#include "task/control.h"
#include "task/journal.h"
#include "task/key.h"
#include "task/workers.h"

enum {
	PRINT_BYTES = 256 << 10,
	MANY = 256, /* lines whose keys are worth taking together */
};

/* Event records on their way out. */
struct printing {
	struct ledger *ledger;
	struct buf text;
};

void
ledger_init(struct ledger *l, const struct commit_options *options)
{
	*l = (struct ledger){ .o = *options,
		.version = -1,
		.beaten = clock_boot(),
		.tally = { .worker = options->worker },
		.scope = { .worker = options->worker,
		    .org = options->app->org,
		    .queues = options->queues,
		    .book = lane_book_new() },
		.claimer = { .app = options->app,
		    .store = options->store,
		    .capacity = options->capacity,
		    .attended = options->terms != NULL } };
	claimer_serve(&l->claimer, &l->scope);
	l->admission = (struct admission){ .app = options->app,
		.store = options->store,
		.tally = &l->tally,
		.job_name = options->job_name,
		.asked = &l->asked };
	if (!options->any_job)
		l->scope.job = options->job;
	if (options->print_events)
		l->event = journal_end(options->store, NULL);
}

void
ledger_clear(struct ledger *l)
{
	admit_clear(&l->admission);
	claimer_clear(&l->claimer);
	lane_book_free(l->scope.book);
	tally_clear(&l->tally);
	idset_clear(&l->asked);
	vec_clear(&l->print);
	buf_clear(&l->made);
	receipt_clear(&l->receipt);
}

/* The record of an execution is printed after the commit. */
static void
print_later(struct ledger *l, int64_t id)
{
	struct due due = { .id = id };

	vec_add(&l->print, due);
}

/* ---- submitting ---- */

/* How what all lines wait for stands in this transaction. */
static int
look_after(struct ledger *l, struct err *err)
{
	struct terms *t = l->o.terms;

	return t ? terms_look(t, l->o.store, l->o.app->org, err) : 0;
}

/* The record of what was just submitted mostly needs no reading. */
static int
make_record(
    struct ledger *l, const struct submission *sub, const struct standing *s, struct err *err)
{
	struct due due = {
		.id = s->id, .len = l->made.len, .failed = state_is_failure(sub->status)
	};

	if (!receipt_is_whole(sub)) {
		print_later(l, s->id);
		return 0;
	}
	if (l->receipt.lane != sub->lane) {
		receipt_clear(&l->receipt);
		if (receipt_init(&l->receipt, l->o.store, l->o.app->org, sub->lane, err) < 0)
			return -1;
	}
	receipt_put(&l->receipt, sub, s, &l->made);
	buf_add_char(&l->made, '\n');
	due.len = l->made.len - due.len;
	vec_add(&l->print, due);
	return 0;
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
	shown = state_is_final(standing.status) || l->o.print_submitted;
	if (rc == ADMIT_STANDS) {
		if (shown)
			print_later(l, standing.id);
		return 0;
	}
	if (shown && make_record(l, &sub, &standing, err) < 0)
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
	if (claimer_returned(&l->claimer, lane, id, err) < 0)
		return -1;
	return claim_change(l->o.store, l->o.worker, lane, id, attempt, EV_RETURN, &l->tally, err);
}

static int
give_back(struct ledger *l, const struct ended *e, struct err *err)
{
	int rc;

	if (e->interrupted)
		return put_back(l, e->end.lane, e->end.id, e->end.attempt, err);
	if (kept_store(e->kept, l->o.store, err) < 0)
		return -1;
	l->worked++;
	l->worked_failed += e->end.class != FAIL_NONE;
	rc = claim_end(l->o.store, l->o.worker, &e->end, &l->tally, err);
	if (rc == 0)
		app_warn(l->o.app,
		    "execution %lld was taken over by another worker: this end of it is"
		    " dropped",
		    (long long)e->end.id);
	if (rc > 0 && claimer_ended(&l->claimer, &e->end, err) < 0)
		return -1;
	if (rc > 0 && kept_link(e->kept, l->o.store, e->end.id, err) < 0)
		return -1;
	if (rc > 0 && state_is_final(e->end.status) && idset_has(&l->asked, e->end.id))
		print_later(l, e->end.id);
	return rc;
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

	if (rc <= 0 || c->event != EV_RETURN)
		return rc;
	return control_execution(
	    l->o.store, l->o.app->org, c->id, CONTROL_PAUSE, NULL, &l->tally, &was, err);
}

static int
take(struct ledger *l, const struct want *want, struct err *err)
{
	l->fresh = NULL;
	l->fresh_tail = &l->fresh;
	return claimer_take(&l->claimer, &l->scope, want, &l->tally, &l->fresh_tail, err);
}

static int
take_orders(struct ledger *l, struct err *err)
{
	if (!l->ordered)
		return 0;
	l->ordered = false;
	l->orders = NULL;
	l->orders_tail = &l->orders;
	return claim_orders(l->o.store, l->o.worker, &l->orders_tail, err);
}

static void
remove_scratch(const char *scratch, void *ctx)
{
	struct ledger *l = ctx;

	if (file_remove_tree(scratch, NULL) == 0)
		app_detail(l->o.app, "removed '%s' of a worker that died", scratch);
}

/* Heartbeat, and the dead. */
static int
beat(struct ledger *l, struct err *err)
{
	int64_t now = clock_boot();
	int n;

	if (l->o.worker == 0 || now - l->beaten < WORKER_HEARTBEAT)
		return 0;
	l->beaten = now;
	n = workers_need_reaping(l->o.store, err);
	if (n > 0)
		tree_sweep(); /* before anything of it is run again */
	if (n >= 0)
		n = workers_reap(l->o.store, &l->tally, remove_scratch, l, err);
	if (n > 0) {
		/* what was lost once too often has ended, by nobody's doing but ours */
		l->version = -1;
		app_say(l->o.app, "a worker died: %d execution%s it held %s taken over", n,
		    n == 1 ? "" : "s", n == 1 ? "is" : "are");
	}
	if (n < 0 || worker_beat(l->o.store, l->o.worker, l->worked - l->told, err) < 0)
		return -1;
	l->told = l->worked;
	return 0;
}

/* ---- telling ---- */

/* stdout is closed or full: the worker stops, and what it holds is given back. */
static void
lose_output(struct ledger *l)
{
	app_output_failed(l->o.app);
	l->output_gone = true;
}

static void
count_record(struct ledger *l, bool failed)
{
	l->failed += failed;
	app_count(l->o.app, failed);
}

/* Add one record to text. -1: it cannot be read. */
static int
add_record(struct ledger *l, int64_t id, struct buf *text, struct err *err)
{
	const char *word;
	json_t *record;
	int status, rc = execution_record(l->o.store, l->o.app->org, id, &record, err);

	if (rc <= 0)
		return rc;
	word = json_string_value(json_object_get(record, "status"));
	status = word ? state_find(word) : -1;
	count_record(l, status >= 0 && state_is_failure((enum status)status));
	json_put(record, text);
	buf_add_char(text, '\n');
	json_decref(record);
	return 0;
}

/* Print due records from *at on, as many as fit; *made is where their made texts begin. Nothing is
 * read while stdout may block. */
static int
print_some(struct ledger *l, size_t *at, const char **made, struct buf *text, struct err *err)
{
	int rc = store_read(l->o.store, err);

	buf_reset(text);
	for (; *at < l->print.len && text->len < PRINT_BYTES && rc == 0; (*at)++) {
		const struct due *due = &l->print.at[*at];
		bool first = idset_mark(&l->asked, due->id);

		if (first && due->len == 0) {
			rc = add_record(l, due->id, text, err);
		} else if (first) {
			count_record(l, due->failed);
			buf_add(text, *made, due->len);
		}
		*made += due->len;
	}
	store_read_end(l->o.store);
	if (text->len && !l->output_gone && fwrite(text->data, 1, text->len, stdout) < text->len)
		lose_output(l);
	return rc;
}

static int
print_all(struct ledger *l, struct err *err)
{
	const char *made = buf_str(&l->made);
	struct buf text = BUF_INIT;
	size_t at = 0;
	int rc = 0;

	if (l->print.len == 0)
		return 0;
	while (at < l->print.len && rc == 0)
		rc = print_some(l, &at, &made, &text, err);
	if (!l->output_gone && fflush(stdout) != 0)
		lose_output(l);
	buf_clear(&text);
	l->print.len = 0;
	buf_reset(&l->made);
	return rc;
}

static int
add_event(const struct happening *h, void *ctx)
{
	struct printing *p = ctx;
	char time[CLOCK_TEXT];
	json_t *record;

	if (h->worker != p->ledger->o.worker)
		return 0;
	record = json_pack("{s:s, s:I, s:s, s:I, s:I, s:s, s:s, s:s}", "type", "event", "seq",
	    (json_int_t)h->seq, "time", clock_format(h->time, time), "worker",
	    (json_int_t)h->worker, "execution", (json_int_t)h->execution, "event",
	    event_name(h->event), "from", state_name(h->from), "to", state_name(h->to));
	json_put(record, &p->text);
	buf_add_char(&p->text, '\n');
	json_decref(record);
	return 0;
}

/* What the last commit changed. */
static int
print_events(struct ledger *l, struct err *err)
{
	struct printing p = { l, BUF_INIT };
	int64_t end;

	if (!l->o.print_events)
		return 0;
	end = journal_each(l->o.store, l->event, add_event, &p, err);
	if (p.text.len && !l->output_gone &&
	    (fwrite(p.text.data, 1, p.text.len, stdout) < p.text.len || fflush(stdout) != 0))
		lose_output(l);
	buf_clear(&p.text);
	l->event = end;
	return end < 0 ? -1 : 0;
}

static int
look_at(int64_t id, void *ctx)
{
	struct ledger *l = ctx;
	struct standpoint stand;
	int rc = execution_status(l->o.store, l->o.app->org, id, &stand, &l->err);

	if (rc > 0 && state_is_final(stand.status))
		print_later(l, id);
	return rc < 0 ? -1 : 0;
}

/* What we asked for and others ended. */
int
ledger_look(struct ledger *l, struct err *err)
{
	int64_t version = store_version(l->o.store);
	int rc = 0;

	if (version == l->version)
		return 0;
	l->version = version;
	if (store_read(l->o.store, err) < 0)
		return -1;
	if (l->o.worker) {
		rc = claim_has_orders(l->o.store, l->o.worker, err);
		l->ordered = rc > 0;
	}
	if (rc >= 0 && !l->o.print_submitted && l->asked.count > l->asked.marked) {
		rc = idset_unmarked(&l->asked, look_at, l);
		if (rc < 0)
			*err = l->err;
	}
	store_read_end(l->o.store);
	return rc < 0 ? -1 : print_all(l, err);
}

int
ledger_wait(struct ledger *l, struct err *err)
{
	return claimer_look(&l->claimer, &l->scope, &l->waits, err);
}

/* ---- batches ---- */

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
	if (beat(l, err) < 0)
		return -1;
	if (take_orders(l, err) < 0 || (b->want.most > 0 && take(l, &b->want, err) < 0))
		return -1;
	for (size_t i = 0; i < l->tally.skipped.len; i++)
		if (idset_has(&l->asked, l->tally.skipped.at[i]))
			print_later(l, l->tally.skipped.at[i]);
	if (claimer_write(&l->claimer, err) < 0)
		return -1;
	return tally_write(&l->tally, l->o.store, err);
}

int
ledger_write(struct ledger *l, struct batch *b, struct err *err)
{
	if (store_begin(l->o.store, err) < 0)
		return -1;
	if (write_batch(l, b, err) < 0) {
		store_rollback(l->o.store);
		tally_reset(&l->tally);
		return -1;
	}
	if (store_commit(l->o.store, err) < 0 || print_events(l, err) < 0)
		return -1;
	return print_all(l, err);
}
