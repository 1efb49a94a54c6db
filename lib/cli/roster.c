/* SPDX-License-Identifier: MIT */
/* roster: who works on the state, as people and programs see it. */
#include "cli/roster.h"

#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include "cli/page.h"
#include "cli/table.h"
#include "task/whereabouts.h"
#include "task/workers.h"

#define MUCH ((double)(INT64_MAX / 4)) /* memory that is no limit */

struct roster {
	struct app *app;
	struct table *table; /* NULL: records */
	struct page *page;
};

static json_t *
room_of(const struct worker_seen *w)
{
	json_t *room = w->room ? json_parse(w->room, strlen(w->room), NULL) : NULL;

	return room ? room : json_object();
}

static json_t *
time_or_null(int64_t wall)
{
	char text[CLOCK_TEXT];

	return wall ? json_string(clock_format(wall, text)) : json_null();
}

static json_t *
record_of(const struct worker_seen *w)
{
	json_t *r = json_object();

	json_object_set_new(r, "type", json_string("worker"));
	json_object_set_new(r, "id", json_integer(w->id));
	json_object_set_new(r, "host", json_string(w->host));
	json_object_set_new(r, "pid", json_integer(w->pid));
	json_object_set_new(r, "status", json_string(w->dead ? "dead" : "alive"));
	json_object_set_new(r, "job", w->job_name ? json_string(w->job_name) : json_null());
	json_object_set_new(r, "room", room_of(w));
	json_object_set_new(r, "running", json_integer(w->running));
	json_object_set_new(r, "claimed", json_integer(w->claimed));
	json_object_set_new(r, "done", json_integer(w->done));
	json_object_set_new(r, "started", time_or_null(w->started));
	json_object_set_new(r, "heartbeat", time_or_null(w->heartbeat));
	json_object_set_new(r, "ends", time_or_null(w->ends));
	return r;
}

/* "licence 4, disk 2" */
static void
add_limits(struct table *table, const json_t *room)
{
	const char *before = "", *name;
	struct buf text = BUF_INIT;
	char number[NUM_TEXT];
	json_t *amount;

	json_object_foreach(json_object_get(room, "limits"), name, amount) {
		buf_addf(
		    &text, "%s%s %s", before, name, num_text(json_number_value(amount), number));
		before = ", ";
	}
	table_add(table, buf_str(&text));
	buf_clear(&text);
}

static void
add_number(struct table *table, const json_t *number)
{
	char text[NUM_TEXT];

	table_add(table, json_is_number(number) ? num_text(json_number_value(number), text) : "-");
}

static void
add_room(struct table *table, const struct worker_seen *w)
{
	json_t *room = room_of(w), *memory = json_object_get(room, "memory");
	double bytes = json_number_value(memory);
	char text[NUM_TEXT];

	add_number(table, json_object_get(room, "cpus"));
	table_add(table, memory && bytes < MUCH ? num_bytes((int64_t)bytes, text) : "-");
	add_number(table, json_object_get(room, "gpus"));
	add_limits(table, room);
	json_decref(room);
}

struct table *
roster_table(void)
{
	static const char *const heads[] = { ">worker", "host", ">pid", "works on", ">running",
		">claimed", ">done", ">since", ">heartbeat", ">ends", ">cpus", ">memory", ">gpus",
		"limits" };

	return table_new(heads, sizeof(heads) / sizeof(*heads));
}

static void
add_span(struct table *table, int64_t micros, const char *after)
{
	char text[NUM_TEXT];

	table_addf(table, "%s%s", num_span((double)micros / 1e6, text), after);
}

void
roster_row(struct table *table, const struct worker_seen *w)
{
	int64_t now = clock_wall();

	table_addf(table, "%lld", (long long)w->id);
	table_add(table, w->host);
	table_addf(table, "%lld", (long long)w->pid);
	table_add(table, w->job_name ? w->job_name : w->job.id ? "(a run)" : "(all)");
	table_addf(table, "%lld", (long long)w->running);
	table_addf(table, "%lld", (long long)w->claimed);
	table_addf(table, "%lld", (long long)w->done);
	add_span(table, now - w->started, " ago");
	if (w->dead)
		table_add(table, "dead");
	else
		add_span(table, now - w->heartbeat, " ago");
	if (w->ends)
		add_span(table, w->ends - now, "");
	else
		table_add(table, "-");
	add_room(table, w);
}

static int
show(const struct worker_seen *w, void *ctx)
{
	struct roster *r = ctx;
	json_t *record;

	if (!page_takes(r->page))
		return 0;
	if (r->table) {
		roster_row(r->table, w);
		return 0;
	}
	record = record_of(w);
	app_record(r->app, record);
	json_decref(record);
	return 0;
}

/* What is out does its work elsewhere. */
static int
say_abroad(struct app *app, struct store *store, struct err *err)
{
	json_t *sums = whereabouts_sums(store, app->org, err), *sum;
	json_int_t out = 0;
	size_t i;

	json_array_foreach(sums, i, sum)
		out += json_integer_value(json_object_get(sum, "elements"));
	if (out > 0)
		app_say(app, "%lld element%s out on clusters: taskstat --cluster", (long long)out,
		    out == 1 ? " is" : "s are");
	json_decref(sums);
	return sums ? 0 : -1;
}

int
roster_show(struct app *app, struct store *store, bool as_table, struct page *page, struct err *err)
{
	struct roster r = { .app = app, .page = page };
	int rc;

	if (as_table)
		r.table = roster_table();
	rc = workers_each(store, app->org, show, &r, err);
	if (rc == 0 && r.table && page->shown > 0)
		table_print(r.table, stdout, table_width(STDOUT_FILENO));
	table_free(r.table);
	if (rc < 0)
		return -1;
	if (page->shown + page->passed == 0)
		app_say(app, "no worker is running");
	page_say(page, app);
	return say_abroad(app, store, err);
}
