/* SPDX-License-Identifier: MIT */
/* tell: what the writer thread prints after a commit. */
#include "cli/tell.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "cli/app.h"
#include "cli/ledger.h"
#include "store/store.h"
#include "task/execution.h"
#include "task/journal.h"
#include "task/workers.h"

enum {
	PRINT_BYTES = 256 << 10,
	LOOK = 100,      /* milliseconds between looks at why stdout takes nothing */
	STALL = 1000000, /* microseconds without a reader until it is given up, once told to stop */
};

/* Event records on their way out. */
struct printing {
	struct ledger *ledger;
	struct buf text;
};

void
tell_later(struct ledger *l, int64_t id)
{
	struct due due = { .id = id };

	vec_add(&l->print, due);
}

int
tell_submitted(
    struct ledger *l, const struct submission *sub, const struct standing *s, struct err *err)
{
	struct due due = {
		.id = s->id, .len = l->made.len, .failed = state_is_failure(sub->status)
	};

	if (!receipt_is_whole(sub)) {
		tell_later(l, s->id);
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

/* stdout is closed or full: the worker stops, and what it holds is given back. */
static void
lose_output(struct ledger *l)
{
	app_output_failed(l->o.app);
	l->output_gone = true;
}

/* Say that we live, though nothing is written to the state: in that the output comes first. */
static void
live_on(struct ledger *l, int64_t *said, int64_t now)
{
	if (l->o.worker == 0 || now - *said < WORKER_HEARTBEAT || store_begin(l->o.store, NULL) < 0)
		return;
	*said = now;
	if (worker_beat(l->o.store, l->o.worker, 0, NULL) < 0 || store_commit(l->o.store, NULL) < 0)
		store_rollback(l->o.store);
}

/* Write to stdout, perhaps a pipe that nobody reads for now. */
static void
put(struct ledger *l, const char *text, size_t len)
{
	int64_t moved = clock_boot(), said = l->beaten;

	while (len > 0 && !l->output_gone) {
		struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };
		int64_t now;
		ssize_t n;

		if (poll(&out, 1, LOOK) <= 0) {
			now = clock_boot();
			live_on(l, &said, now);
			l->output_gone = l->hurry && now - moved >= STALL;
			continue;
		}
		n = write(STDOUT_FILENO, text, len < PIPE_BUF ? len : PIPE_BUF);
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			lose_output(l);
		if (n < 0)
			continue;
		text += n;
		len -= (size_t)n;
		moved = clock_boot();
	}
}

static void
count_record(struct ledger *l, bool failed)
{
	l->failed += failed;
	/* --detach only submits: how it ended is for who waits */
	app_count(l->o.app, failed && !l->o.print_submitted);
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
	put(l, text->data, text->len);
	return rc;
}

/* They are for the conductor. */
static void
tell_conductor(struct ledger *l)
{
	struct conductor *c = l->o.conductor;

	for (size_t i = 0; i < l->print.len; i++)
		if (idset_mark(&l->asked, l->print.at[i].id))
			c->ended(c->ctx, l->print.at[i].id);
	l->stirred |= l->print.len > 0;
	l->print.len = 0;
}

int
tell_records(struct ledger *l, struct err *err)
{
	const char *made = buf_str(&l->made);
	struct buf text = BUF_INIT;
	size_t at = 0;
	int rc = 0;

	if (l->o.conductor)
		tell_conductor(l);
	if (l->print.len == 0)
		return 0;
	while (at < l->print.len && rc == 0)
		rc = print_some(l, &at, &made, &text, err);
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

int
tell_events(struct ledger *l, struct err *err)
{
	struct printing p = { l, BUF_INIT };
	int64_t end;

	if (!l->o.print_events)
		return 0;
	end = journal_each(l->o.store, l->event, add_event, &p, err);
	put(l, p.text.data, p.text.len);
	buf_clear(&p.text);
	l->event = end;
	return end < 0 ? -1 : 0;
}
