/* SPDX-License-Identifier: MIT */
/* events: the journal as records or lines, and as a stream that can be resumed. */
#include "cli/events.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/num.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "cli/ids.h"
#include "cli/idset.h"
#include "cli/notice.h"
#include "cli/session.h"
#include "cli/table.h"
#include "store/store.h"
#include "task/journal.h"
#include "task/selection.h"

enum {
	PAGE = 1000,           /* events printed together */
	SCAN = 20000,          /* events looked at in one snapshot */
	CURSOR_EVERY = 200000, /* microseconds between writes of the cursor while there is more */
	CURSOR_MAX = 64,       /* bytes of such a file */
	WAIT = 60000000,
};

struct events {
	struct app *app;
	const struct events_options *o;
	struct store *store;
	struct selection sel;
	struct idset wanted;   /* of the operands */
	int64_t last;          /* the last event looked at */
	int64_t kept, kept_at; /* what stands in the cursor file, and since when */
	int scanned;
	bool gap_told;
	VEC(json_t *) page;
	struct err err;
};

/* ---- the cursor ---- */

/* The number in the file: 1, 0 when there is no file yet, -1. */
static int
read_cursor(const char *path, int64_t *seq, struct err *err)
{
	struct buf text = BUF_INIT;
	int rc;

	if (access(path, F_OK) < 0 && errno == ENOENT)
		return 0;
	rc = file_read(path, CURSOR_MAX, &text, err);
	if (rc == 0) {
		char *end = strchr(text.len ? text.data : "", '\n');

		if (end)
			*end = '\0';
		rc = num_int(buf_str(&text), 0, INT64_MAX, seq, err);
		if (rc < 0)
			err_wrap(err, "cursor file '%s'", path);
	}
	buf_clear(&text);
	return rc < 0 ? -1 : 1;
}

static int
write_cursor(struct events *e, struct err *err)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "%lld\n", (long long)e->last);

	if (!e->o->cursor_file || e->kept == e->last)
		return 0;
	e->kept = e->last;
	e->kept_at = clock_boot();
	return file_write(e->o->cursor_file, text, (size_t)len, err);
}

static int
begin_cursor(struct events *e, struct err *err)
{
	int64_t end = journal_end(e->store, err);
	const char *cursor = e->o->cursor;

	e->kept = -1;
	if (end < 0)
		return -1;
	if (cursor && strcmp(cursor, "end") == 0)
		e->last = end;
	else if (cursor && num_int(cursor, 0, INT64_MAX, &e->last, NULL) < 0)
		return err_set(err, ERR_USAGE,
		    "--cursor takes the number of an event or 'end', not '%s'", cursor);
	else if (!cursor && e->o->cursor_file && read_cursor(e->o->cursor_file, &e->last, err) < 0)
		return -1;
	if (e->last > end)
		return err_set(err, ERR_USAGE,
		    "the last event is %lld: the cursor %lld belongs to another state",
		    (long long)end, (long long)e->last);
	return 0;
}

/* ---- which events ---- */

static bool
is_same(const char *wanted, const char *found)
{
	return !wanted || (found && strcmp(wanted, found) == 0);
}

/* What can be told without asking whose it is. */
static bool
is_wanted(const struct events *e, const struct happening *h)
{
	if (h->time < e->o->since || (e->o->audit && !h->who))
		return false;
	if (e->o->operands[0] && !idset_has(&e->wanted, h->execution))
		return false;
	return !e->o->choice->status || (h->execution > 0 && selection_takes(&e->sel, h->to));
}

static bool
is_of(const struct events *e, const struct subject *s)
{
	return is_same(s->org ? e->app->org : NULL, s->org) && is_same(e->o->choice->job, s->job) &&
	    is_same(e->o->choice->task, s->task);
}

/* ---- records ---- */

static void
set_text(json_t *record, const char *key, const char *text)
{
	if (text)
		json_object_set_new(record, key, json_string(text));
}

/* Keys in the order of dockline-event(5). */
static json_t *
record_of(const struct happening *h, const struct subject *s)
{
	json_t *r = json_object();
	char time[CLOCK_TEXT];

	json_object_set_new(r, "type", json_string("event"));
	json_object_set_new(r, "seq", json_integer(h->seq));
	json_object_set_new(r, "time", json_string(clock_format(h->time, time)));
	set_text(r, "who", h->who);
	if (h->worker)
		json_object_set_new(r, "worker", json_integer(h->worker));
	if (h->execution > 0)
		json_object_set_new(r, "execution", json_integer(h->execution));
	set_text(r, "key", s->key);
	set_text(r, "task", s->task);
	set_text(r, "job", s->job);
	json_object_set_new(r, "event", json_string(event_name(h->event)));
	if (h->execution > 0) {
		set_text(r, "from", state_name(h->from));
		set_text(r, "to", state_name(h->to));
	}
	set_text(r, "detail", h->command);
	set_text(r, "correlation", h->correlation);
	return r;
}

static const char *
text_of(const json_t *record, const char *key)
{
	const char *text = json_string_value(json_object_get(record, key));

	return text ? text : "";
}

/* "   12  2026-11-21 09:12:44.120  ada         17  cancel    running > cancelled  cancel 17" */
static void
print_line(const json_t *r)
{
	const char *time = text_of(r, "time"), *from = text_of(r, "from"), *to = text_of(r, "to");
	json_int_t worker = json_integer_value(json_object_get(r, "worker"));
	json_int_t id = json_integer_value(json_object_get(r, "execution"));
	struct buf line = BUF_INIT, shown = BUF_INIT;
	char who[64] = "", whom[32] = "";

	if (worker)
		snprintf(who, sizeof(who), "worker %lld", (long long)worker);
	if (id)
		snprintf(whom, sizeof(whom), "%lld", (long long)id);
	buf_addf(&line, "%6lld  %.10s %.12s  %-10s  %6s  %-8s  %s%s%s  %s",
	    (long long)json_integer_value(json_object_get(r, "seq")), time, *time ? time + 11 : "",
	    worker ? who : text_of(r, "who"), whom, text_of(r, "event"), from,
	    strcmp(from, to) ? " > " : "", strcmp(from, to) ? to : "", text_of(r, "detail"));
	while (line.len > 0 && line.data[line.len - 1] == ' ')
		line.len--;
	utf8_visible(line.data, line.len, UTF8_CONTROLS, &shown);
	table_put_line(buf_str(&shown), table_width(STDOUT_FILENO), stdout);
	buf_clear(&line);
	buf_clear(&shown);
}

/* ---- pages ---- */

static int
take(const struct happening *h, void *ctx)
{
	struct events *e = ctx;
	struct subject s;
	int rc = 0;

	if (e->last > 0 && h->seq > e->last + 1 && !e->gap_told) {
		e->gap_told = true;
		app_warn(e->app, "events %lld to %lld are forgotten", (long long)e->last + 1,
		    (long long)h->seq - 1);
	}
	e->last = h->seq;
	if (is_wanted(e, h)) {
		rc = journal_subject(e->store, h->execution, &s, &e->err);
		if (rc >= 0 && is_of(e, &s))
			vec_add(&e->page, record_of(h, &s));
		subject_clear(&s);
	}
	if (rc < 0)
		return -1;
	return ++e->scanned >= SCAN || e->page.len >= PAGE;
}

static void
clear_page(struct events *e)
{
	for (size_t i = 0; i < e->page.len; i++)
		json_decref(e->page.at[i]);
	e->page.len = 0;
}

/* Nothing is read while stdout may block. */
static int
print_page(struct events *e, struct err *err)
{
	for (size_t i = 0; i < e->page.len; i++) {
		if (e->o->as_records)
			app_record(e->app, e->page.at[i]);
		else
			print_line(e->page.at[i]);
	}
	clear_page(e);
	return app_flush(e->app, err);
}

/* All there are after the last; then the cursor stands there. */
static int
print_new(struct events *e, struct err *err)
{
	do {
		int64_t rc;

		e->scanned = 0;
		rc = journal_each(e->store, e->last, take, e, err);
		if (rc < 0) {
			if (e->err.kind != ERR_NONE)
				*err = e->err;
			return -1;
		}
		if (print_page(e, err) < 0)
			return -1;
		if (clock_boot() - e->kept_at >= CURSOR_EVERY && write_cursor(e, err) < 0)
			return -1;
	} while (e->scanned > 0);
	return write_cursor(e, err);
}

static int
add_wanted(int64_t id, void *ctx, struct err *err)
{
	struct events *e = ctx;

	(void)err;
	idset_add(&e->wanted, id);
	return 0;
}

static int
show(struct events *e, struct err *err)
{
	struct notice *notice;
	int rc;

	if (choice_read(e->app, e->store, e->o->choice, &e->sel, err) < 0 ||
	    (e->o->operands[0] && ids_each(e->app, e->o->operands, add_wanted, e, err) < 0) ||
	    begin_cursor(e, err) < 0)
		return -1;
	if (!e->o->follow)
		return print_new(e, err);
	notice = notice_new(e->store);
	while ((rc = print_new(e, err)) == 0)
		notice_wait(notice, WAIT);
	notice_free(notice);
	return rc;
}

int
events_show(struct app *app, const struct events_options *options, struct err *err)
{
	struct events e = { .app = app, .o = options };
	int rc = -1;

	e.store = session_open(app, false, err);
	if (e.store)
		rc = show(&e, err);
	clear_page(&e);
	vec_clear(&e.page);
	idset_clear(&e.wanted);
	store_close(e.store);
	return rc;
}
