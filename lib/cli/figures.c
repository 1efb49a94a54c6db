/* SPDX-License-Identifier: MIT */
/* figures: latency, throughput and use of resources, as people and programs see them. */
#include "cli/figures.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/num.h"
#include "cli/page.h"
#include "cli/table.h"
#include "task/selection.h"
#include "task/statistics.h"
#include "task/task.h"

/* One task on its way out. */
struct figure {
	const struct statistics *s;
	const struct statistics_task *t;
	struct estimate_room next; /* to ask for next time */
	int64_t now;
};

/* Part of the cores asked for that was busy; negative: not known. */
static double
efficiency(const struct figure *f)
{
	const struct estimate *e = &f->t->done;
	double cpus = f->t->task->cpus > 0 ? f->t->task->cpus : 1;

	return e->elapsed.sum > 0 ? e->cpu.sum / (e->elapsed.sum * cpus) : -1;
}

/* ---- records ---- */

static json_t *
spread_json(const struct histogram *h)
{
	if (h->count == 0)
		return json_null();
	return json_pack("{s:f, s:f, s:f, s:f, s:f}", "mean", histogram_mean(h), "p50",
	    histogram_about(h, 0.5), "p95", histogram_about(h, 0.95), "p99",
	    histogram_about(h, 0.99), "max", h->max);
}

/* What is 0 is not said. */
static json_t *
room_json_of(double cpus, int64_t memory, double timeout)
{
	json_t *json = json_object();

	if (cpus > 0)
		json_object_set_new(json, "cpus", json_real(cpus));
	if (memory > 0)
		json_object_set_new(json, "memory", json_integer(memory));
	if (timeout > 0)
		json_object_set_new(json, "timeout", json_real(timeout));
	return json;
}

static json_t *
record_of(const struct figure *f, const char *org)
{
	const struct statistics_task *t = f->t;
	json_t *r = json_pack("{s:s, s:s, s:s, s:s, s:I}", "type", "statistics", "org", org, "task",
	    t->task->name, "version", t->task->version, "executions", (json_int_t)t->executions);

	if (f->s->step > 1)
		json_object_set_new(r, "looked", json_integer(t->looked));
	for (int i = 0; i < ACC_COUNT; i++)
		json_object_set_new(r, account_name((enum account)i), json_integer(t->by[i]));
	json_object_set_new(r, "per_minute",
	    json_pack("{s:f, s:f}", "lately", statistics_lately(t, f->now), "overall",
		statistics_overall(t)));
	json_object_set_new(r, "wait", spread_json(&t->wait));
	json_object_set_new(r, "run", spread_json(&t->run));
	json_object_set_new(r, "memory", spread_json(&t->done.memory));
	json_object_set_new(
	    r, "efficiency", efficiency(f) < 0 ? json_null() : json_real(efficiency(f)));
	json_object_set_new(
	    r, "requested", room_json_of(t->task->cpus, t->task->memory, t->task->soft));
	json_object_set_new(
	    r, "suggested", room_json_of(f->next.cpus, f->next.memory, f->next.timeout));
	return r;
}

/* ---- text ---- */

static void
add_counts(struct buf *line, const struct figure *f)
{
	const char *before = ": ";

	buf_addf(line, "%-10s  %s%lld", "executions", f->t->exact ? "" : "about ",
	    (long long)f->t->executions);
	for (int i = 0; i < ACC_COUNT; i++) {
		if (f->t->by[i] == 0)
			continue;
		buf_addf(line, "%s%lld %s", before, (long long)f->t->by[i],
		    account_name((enum account)i));
		before = ", ";
	}
}

static void
print_line(struct buf *line)
{
	table_put_line(buf_str(line), table_width(STDOUT_FILENO), stdout);
	buf_reset(line);
}

typedef char *show_fn(double x, char text[NUM_TEXT]);

static char *
show_bytes(double x, char text[NUM_TEXT])
{
	return num_bytes((int64_t)x, text);
}

static void
add_spread(struct table *table, const char *label, const struct histogram *h, show_fn *show)
{
	static const double quantiles[] = { 0.5, 0.95, 0.99 };
	char text[NUM_TEXT];

	table_add(table, label);
	for (size_t i = 0; i < sizeof(quantiles) / sizeof(*quantiles); i++)
		table_add(table, h->count ? show(histogram_about(h, quantiles[i]), text) : "-");
	table_add(table, h->count ? show(h->max, text) : "-");
	table_add(table, h->count ? show(histogram_mean(h), text) : "-");
}

static void
print_spreads(const struct statistics_task *t)
{
	static const char *const heads[] = { "", ">p50", ">p95", ">p99", ">max", ">mean" };
	struct table *table = table_new(heads, sizeof(heads) / sizeof(*heads));

	add_spread(table, "waited    ", &t->wait, num_span);
	add_spread(table, "ran", &t->run, num_span);
	add_spread(table, "memory", &t->done.memory, show_bytes);
	table_print(table, stdout, table_width(STDOUT_FILENO));
	table_free(table);
}

/* What to write into the task file; cores only when far fewer or more are busy than asked for. */
static void
print_next(const struct figure *f, struct buf *line)
{
	double cpus = f->t->task->cpus;
	const char *before = "";
	char text[NUM_TEXT];

	buf_addf(line, "%-10s  ", "next time");
	if (f->next.cpus < 0.75 * cpus || f->next.cpus > 1.1 * cpus || f->next.memory > 0)
		buf_addf(line, "resources: {");
	if (f->next.cpus < 0.75 * cpus || f->next.cpus > 1.1 * cpus) {
		buf_addf(line, "cpus: %s", num_text(f->next.cpus, text));
		before = ", ";
	}
	if (f->next.memory > 0)
		buf_addf(line, "%smemory: %lldM", before, (long long)f->next.memory >> 20);
	if (line->data[line->len - 1] != ' ')
		buf_addf(line, "}, ");
	buf_addf(line, "timeout: %.0fm", f->next.timeout / 60);
	print_line(line);
}

static void
print_use(const struct figure *f, struct buf *line)
{
	const struct task *task = f->t->task;
	char text[NUM_TEXT];

	if (efficiency(f) < 0)
		return;
	buf_addf(line, "%-10s  %s core%s asked for, %.0f%% of that busy", "used",
	    num_text(task->cpus, text), task->cpus == 1 ? "" : "s", 100 * efficiency(f));
	if (task->memory > 0 && f->t->done.memory.count)
		buf_addf(line, "; %s of memory, at most %.0f%% of that used",
		    num_bytes(task->memory, text),
		    100 * f->t->done.memory.max / (double)task->memory);
	print_line(line);
	print_next(f, line);
}

static char *
show_rate(double rate, char text[NUM_TEXT])
{
	snprintf(text, NUM_TEXT, "%.*f", rate < 9.95 ? 2 : rate < 99.5 ? 1 : 0, rate);
	return text;
}

static void
print_text(const struct figure *f)
{
	struct buf line = BUF_INIT;
	char text[NUM_TEXT];

	buf_addf(&line, "%-10s  %s %s", "task", f->t->task->name, f->t->task->version);
	print_line(&line);
	add_counts(&line, f);
	print_line(&line);
	buf_addf(&line, "%-10s  %s a minute lately, ", "ended",
	    show_rate(statistics_lately(f->t, f->now), text));
	buf_addf(&line, "%s overall", show_rate(statistics_overall(f->t), text));
	print_line(&line);
	print_spreads(f->t);
	print_use(f, &line);
	buf_clear(&line);
}

int
figures_show(struct app *app, struct store *store, const struct selection *sel, bool as_text,
    struct page *page, struct err *err)
{
	struct statistics s;
	json_t *record;

	if (statistics_gather(store, sel, &s, err) < 0)
		return -1;
	for (size_t i = 0; i < s.len; i++) {
		struct figure f = { .s = &s, .t = &s.at[i], .now = clock_wall() };

		if (!page_takes(page))
			continue;
		estimate_suggest(&f.t->done, &f.next);
		if (as_text && page->shown > 1)
			putchar('\n');
		if (as_text) {
			print_text(&f);
			continue;
		}
		record = record_of(&f, app->org);
		app_record(app, record);
		json_decref(record);
	}
	if (s.len == 0)
		app_say(app, "there are none");
	if (s.len == STATISTICS_TASKS)
		app_say(app, "only the first %d tasks were looked at", STATISTICS_TASKS);
	page_say(page, app);
	statistics_clear(&s);
	return 0;
}
