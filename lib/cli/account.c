/* SPDX-License-Identifier: MIT */
/* account: where the executions of a job stand, as people and programs see it. */
#include "cli/account.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "cli/distance.h"
#include "cli/page.h"
#include "cli/session.h"
#include "cli/table.h"
#include "task/job.h"
#include "task/tally.h"
#include "task/workers.h"

/* The order in which people are told. */
static const enum account order[] = { ACC_COMPLETED, ACC_FAILED, ACC_CANCELLED, ACC_SKIPPED,
	ACC_WAITING, ACC_RUNNING };

static_assert(sizeof(order) / sizeof(*order) == ACC_COUNT, "every account once");

/* An account and whose it is; owns task. */
struct account_row {
	const char *name; /* NULL: of no job */
	struct job job;
	char *task;
	int64_t created;
	struct account_sums sums;
	struct begun_count there; /* of the running: has ended on a cluster */
};

static int
load(struct store *store, const char *org, struct account_row *row, struct err *err)
{
	int rc = job_started(store, &row->job, &row->task, &row->created, err);

	if (rc < 0)
		return -1;
	if (tally_read(store, org, row->job.id, row->job.generation, &row->sums, err) < 0)
		return -1;
	if (row->sums.by[ACC_RUNNING] == 0)
		return 0;
	return distance_of_job(store, org, &row->job, &row->there, err);
}

static const char *
class_word(int class)
{
	return class == FAIL_NONE ? "other" : failure_name((enum failure) class);
}

/* ---- records ---- */

static json_t *
classes_of(const struct account_sums *sums)
{
	json_t *classes = json_object();

	for (int class = 0; class < FAIL_COUNT; class ++)
		if (sums->failed_by[class] != 0)
			json_object_set_new(
			    classes, class_word(class), json_integer(sums->failed_by[class]));
	return classes;
}

static json_t *
statuses_of(const struct account_sums *sums)
{
	json_t *statuses = json_object();

	for (int status = 0; status < ST_COUNT; status++)
		if (sums->by_status[status] != 0)
			json_object_set_new(statuses, state_name((enum status)status),
			    json_integer(sums->by_status[status]));
	return statuses;
}

static void
print_record(struct app *app, const struct account_row *row)
{
	json_t *r = json_object();
	char text[CLOCK_TEXT];

	json_object_set_new(r, "type", json_string("account"));
	json_object_set_new(r, "job", row->name ? json_string(row->name) : json_null());
	if (row->name)
		json_object_set_new(r, "generation", json_integer(row->job.generation));
	json_object_set_new(r, "org", json_string(app->org));
	if (row->task)
		json_object_set_new(r, "task", json_string(row->task));
	if (row->created)
		json_object_set_new(r, "created", json_string(clock_format(row->created, text)));
	json_object_set_new(r, "submitted", json_integer(row->sums.submitted));
	for (int i = 0; i < ACC_COUNT; i++)
		json_object_set_new(
		    r, account_name(order[i]), json_integer(row->sums.by[order[i]]));
	json_object_set_new(r, "failed_by", classes_of(&row->sums));
	json_object_set_new(r, "statuses", statuses_of(&row->sums));
	if (row->there.ended > 0)
		json_object_set_new(r, "away",
		    json_pack("{s:I, s:I}", "ended", (json_int_t)row->there.ended, "failed",
			(json_int_t)row->there.failed));
	app_record(app, r);
	json_decref(r);
}

/* ---- text ---- */

static void
print_name(const char *label, const char *name)
{
	struct buf shown = BUF_INIT;

	utf8_visible(name, strlen(name), UTF8_CONTROLS, &shown);
	printf("%-9s  %s\n", label, buf_str(&shown));
	buf_clear(&shown);
}

/* "  (input 2, timeout 1)" behind the failed; "  (retrying 3)" behind the waiting; "  (20 have
 * ended on a cluster)" behind the running. */
static void
print_parts(const struct account_row *row, enum account account)
{
	const struct account_sums *sums = &row->sums;
	const char *before = "  (";

	if (account == ACC_RUNNING && row->there.ended > 0) {
		printf("  (%lld %s ended on a cluster)\n", (long long)row->there.ended,
		    row->there.ended == 1 ? "has" : "have");
		return;
	}

	for (int i = 0; account == ACC_FAILED && i < FAIL_COUNT; i++) {
		if (sums->failed_by[i] == 0)
			continue;
		printf("%s%s %lld", before, class_word(i), (long long)sums->failed_by[i]);
		before = ", ";
	}
	for (int i = 0; account == ACC_WAITING && i < ST_COUNT; i++) {
		if (sums->by_status[i] == 0 || state_account((enum status)i) != ACC_WAITING ||
		    i == ST_QUEUED)
			continue;
		printf(
		    "%s%s %lld", before, state_name((enum status)i), (long long)sums->by_status[i]);
		before = ", ";
	}
	puts(before[0] == ',' ? ")" : "");
}

static void
print_text(const struct account_row *row)
{
	const struct account_sums *sums = &row->sums;
	int width = snprintf(NULL, 0, "%lld", (long long)sums->submitted);

	print_name("job", row->name);
	if (row->job.generation > 1)
		printf("%-9s  %d\n", "generation", row->job.generation);
	if (row->task)
		print_name("task", row->task);
	printf("%-9s  %*lld\n", "submitted", width, (long long)sums->submitted);
	for (int i = 0; i < ACC_COUNT; i++) {
		printf("%-9s  %*lld", account_name(order[i]), width, (long long)sums->by[order[i]]);
		print_parts(row, order[i]);
	}
}

/* Work that nobody does, and what to do about it. What is held or paused waits for people. */
static int
say_what_stays(struct app *app, struct store *store, const struct account_row *row, struct err *err)
{
	int64_t left = row->sums.by[ACC_WAITING] + row->sums.by[ACC_RUNNING] -
	    row->sums.by_status[ST_HELD] - row->sums.by_status[ST_PAUSED];
	int workers = left > 0 ? workers_of_job(store, app->org, &row->job, err) : 1;

	if (workers == 0)
		app_say(app,
		    "%lld execution%s, and no worker is running: taskwork, or the same taskrun"
		    " command again",
		    (long long)left, left == 1 ? " waits" : "s wait");
	return workers < 0 ? -1 : 0;
}

int
account_of_job(
    struct app *app, struct store *store, const char *name, int generation, struct err *err)
{
	struct account_row row = { .name = name };
	int rc = session_job(app, store, name, generation, &row.job, err);

	if (rc == 0)
		rc = load(store, app->org, &row, err);
	if (rc == 0)
		print_text(&row);
	if (rc == 0)
		rc = say_what_stays(app, store, &row, err);
	free(row.task);
	return rc;
}

/* ---- all jobs ---- */

struct overview {
	struct app *app;
	struct store *store;
	struct table *table; /* NULL: records */
	struct page *page;
	struct err *err;
	bool failed;
};

static void
add_row(struct table *table, const struct account_row *row)
{
	char text[CLOCK_TEXT] = "";

	table_add(table, row->name ? row->name : "(none)");
	table_add(table, row->task);
	table_addf(table, "%lld", (long long)row->sums.submitted);
	for (int i = 0; i < ACC_COUNT; i++)
		table_addf(table, "%lld", (long long)row->sums.by[order[i]]);
	if (row->created)
		clock_format(row->created, text);
	table_addf(table, "%.10s %.8s", text, *text ? text + 11 : "");
}

static void
show(struct overview *o, const struct account_row *row)
{
	if (!page_takes(o->page))
		return;
	if (o->table)
		add_row(o->table, row);
	else
		print_record(o->app, row);
}

static int
show_job(const struct job *job, const char *name, int64_t created, void *ctx)
{
	struct overview *o = ctx;
	struct account_row row = { .name = name, .job = *job };

	(void)created;
	if (page_wants(o->page))
		o->failed = load(o->store, o->app->org, &row, o->err) < 0;
	if (!o->failed)
		show(o, &row);
	free(row.task);
	return o->failed;
}

int
account_of_all(
    struct app *app, struct store *store, bool as_table, struct page *page, struct err *err)
{
	static const char *const heads[] = { "job", "task", ">submitted", ">completed", ">failed",
		">cancelled", ">skipped", ">waiting", ">running", ">since" };
	struct overview o = { .app = app, .store = store, .page = page, .err = err };
	struct account_row nameless = { 0 };
	int rc;

	if (as_table)
		o.table = table_new(heads, sizeof(heads) / sizeof(*heads));
	rc = job_each(store, app->org, show_job, &o, err);
	if (rc == 0 && !o.failed)
		rc = tally_read_nameless(store, app->org, &nameless.sums, err);
	if (rc == 0 && nameless.sums.submitted > 0)
		show(&o, &nameless);
	if (o.table && page->shown > 0)
		table_print(o.table, stdout, table_width(STDOUT_FILENO));
	table_free(o.table);
	if (o.failed || rc < 0)
		return -1;
	if (page->shown + page->passed == 0)
		app_say(app, "org '%s' has submitted nothing yet", app->org);
	page_say(page, app);
	return 0;
}
