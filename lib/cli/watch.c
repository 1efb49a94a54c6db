/* SPDX-License-Identifier: MIT */
/*
 * watch: live jobs, workers and failures, drawn anew as they change.
 *
 * Whether something has changed is asked of the store's version, which reads no
 * table; only then the state is looked at, at most once in an interval. Workers
 * die without writing: so it is looked at every ten seconds at least.
 */
#include "cli/watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/num.h"
#include "base/utf8.h"
#include "cli/pulse.h"
#include "cli/roster.h"
#include "cli/screen.h"
#include "cli/table.h"
#include "store/store.h"
#include "task/workers.h"

enum {
	TICK = 100, /* milliseconds between looks at the version */
	SECOND = 1000000,
	STALE = 10 * SECOND, /* after which we look even so */
	COST = 20,           /* a look that takes long is taken so much more rarely */
	JOBS_LEAST = 3,
	AROUND = 7, /* lines that are no rows: head, heads of tables, blanks */
};

struct watch {
	struct app *app;
	struct store *store;
	struct pulse pulse;
	int64_t interval, looked; /* microseconds; by clock_boot */
	int64_t cost;             /* microseconds that the last look took */
	int64_t version;
	bool changed; /* since we looked */
	struct screen *screen;
};

/* ---- lines and tables ---- */

static char *
show_rate(const struct pulse_job *job, char text[NUM_TEXT])
{
	double rate = job->rate;

	if (rate == 0)
		snprintf(text, NUM_TEXT, "-");
	else if (rate >= 1)
		snprintf(text, NUM_TEXT, "%.*f/s", rate < 9.95, rate);
	else
		snprintf(text, NUM_TEXT, "%.*f/min", rate * 60 < 9.95, rate * 60);
	return text;
}

static void
add_job(struct table *table, const struct pulse_job *job)
{
	const struct account_sums *sums = &job->sums;
	int64_t ended = pulse_ended(sums);
	char text[NUM_TEXT];

	if (job->job.generation > 1)
		table_addf(
		    table, "%s (%d)", job->name ? job->name : "(a run)", job->job.generation);
	else
		table_add(table, job->name ? job->name : "(a run)");
	table_addf(table, "%lld", (long long)sums->submitted);
	table_addf(table, "%lld", (long long)ended);
	table_addf(table, "%d%%", sums->submitted ? (int)(100 * ended / sums->submitted) : 0);
	table_addf(table, "%lld", (long long)sums->by[ACC_FAILED]);
	table_addf(table, "%lld", (long long)sums->by[ACC_WAITING]);
	table_addf(table, "%lld", (long long)sums->by[ACC_RUNNING]);
	table_add(table, show_rate(job, text));
	if (!job->live)
		table_add(table, "done");
	else
		table_add(table, job->left < 0 ? "-" : num_span(job->left, text));
}

static void
put_jobs(const struct watch *w, size_t most, size_t width, FILE *out)
{
	static const char *const heads[] = { "job", ">submitted", ">ended", ">", ">failed",
		">waiting", ">running", ">rate", ">left" };
	struct table *table;

	if (w->pulse.jobs.len == 0) {
		fputs("nothing waits or runs\n", out);
		return;
	}
	table = table_new(heads, sizeof(heads) / sizeof(*heads));
	for (size_t i = 0; i < w->pulse.jobs.len && i < most; i++)
		add_job(table, &w->pulse.jobs.at[i]);
	table_print(table, out, width);
	table_free(table);
	if (w->pulse.jobs.len + w->pulse.more > most)
		fprintf(out, "and %zu more\n", w->pulse.jobs.len + w->pulse.more - most);
}

struct workers {
	struct table *table;
	size_t most, alive, seen;
};

static int
add_worker(const struct worker_seen *worker, void *ctx)
{
	struct workers *workers = ctx;

	workers->alive += !worker->dead;
	if (workers->table && workers->seen++ < workers->most)
		roster_row(workers->table, worker);
	return 0;
}

static int
put_workers(const struct watch *w, size_t most, size_t width, FILE *out, struct err *err)
{
	struct workers workers = { .table = roster_table(), .most = most };
	int rc = workers_each(w->store, w->app->org, add_worker, &workers, err);

	if (rc == 0 && workers.seen == 0)
		fputs("no worker is running\n", out);
	else if (rc == 0)
		table_print(workers.table, out, width);
	if (workers.seen > most)
		fprintf(out, "and %zu more\n", workers.seen - most);
	table_free(workers.table);
	return rc;
}

static void
put_failure(const struct pulse_failure *f, size_t width, FILE *out)
{
	struct buf line = BUF_INIT, shown = BUF_INIT;
	char time[CLOCK_TEXT];

	buf_addf(&line, "%.8s  %lld  %s%s%.24s  %s: %s", clock_format(f->time, time) + 11,
	    (long long)f->id, f->job ? f->job : "", f->job ? "  " : "", f->key ? f->key : "",
	    f->class ? failure_name(f->class) : "failed", f->reason);
	utf8_visible(line.data, line.len, UTF8_CONTROLS, &shown);
	table_put_line(buf_str(&shown), width, out);
	buf_clear(&line);
	buf_clear(&shown);
}

static void
put_failures(const struct pulse *p, size_t most, size_t width, FILE *out)
{
	for (int64_t i = 0; i < (int64_t)most && i < p->nfailures && i < PULSE_FAILURES; i++) {
		if (i == 0)
			fputs("\nfailed last\n", out);
		put_failure(&p->failures[(p->nfailures - 1 - i) % PULSE_FAILURES], width, out);
	}
}

/* ---- a terminal ---- */

static int
put_screen(struct watch *w, FILE *out, struct err *err)
{
	size_t rows = screen_rows(w->screen), width = screen_columns(w->screen);
	size_t room = rows > AROUND + 6 ? rows - AROUND : 6, jobs = room / 2;
	struct buf head = BUF_INIT;
	char time[CLOCK_TEXT];
	int rc;

	if (w->pulse.jobs.len < jobs)
		jobs = w->pulse.jobs.len > JOBS_LEAST ? w->pulse.jobs.len : JOBS_LEAST;
	buf_addf(&head, "%.19sZ  %s  %s  (q ends)", clock_format(clock_wall(), time),
	    store_dir(w->store), w->app->org);
	table_put_line(buf_str(&head), width, out);
	buf_clear(&head);
	fputc('\n', out);
	put_jobs(w, jobs, width, out);
	fputc('\n', out);
	rc = put_workers(w, (room - jobs) / 2, width, out, err);
	if (rc == 0)
		put_failures(&w->pulse, (room - jobs) / 2, width, out);
	return rc;
}

/* Is it time to look again? Remembers that something has changed. */
static bool
is_time(struct watch *w)
{
	int64_t now = clock_boot(), version = store_version(w->store);
	int64_t pause = w->cost * COST > w->interval ? w->cost * COST : w->interval;

	if (version != w->version)
		w->changed = true;
	w->version = version;
	return now - w->looked >= (w->changed || pause > STALE ? pause : STALE);
}

/* Look, when it is due, and write what is seen by put: all within one reading. */
static int
see(struct watch *w, bool due, int (*put)(struct watch *w, FILE *out, struct err *err), FILE *out,
    struct err *err)
{
	int rc = store_read(w->store, err);

	if (rc < 0)
		return -1;
	if (due) {
		w->looked = clock_boot();
		w->changed = false;
		rc = pulse_look(&w->pulse, err);
		w->cost = clock_boot() - w->looked;
	}
	if (rc == 0)
		rc = put(w, out, err);
	store_read_end(w->store);
	return rc;
}

static int
draw(struct watch *w, bool due, struct err *err)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	int rc;

	if (!out)
		return err_sys(err, "cannot draw");
	rc = see(w, due, put_screen, out, err);
	fclose(out);
	if (rc == 0)
		rc = screen_show(w->screen, text, err);
	free(text);
	return rc;
}

static int
run_screen(struct watch *w, struct err *err)
{
	int64_t ages = w->interval > SECOND ? w->interval : SECOND, drawn = 0;

	for (;;) {
		bool due = is_time(w);

		if (due || clock_boot() - drawn >= ages) {
			if (draw(w, due, err) < 0)
				return -1;
			drawn = clock_boot();
		}
		switch (screen_wait(w->screen, TICK)) {
		case SCREEN_QUIT:
			return 0;
		case SCREEN_CHANGED:
			drawn = 0;
			break;
		case SCREEN_NOTHING:
			break;
		}
	}
}

/* ---- elsewhere ---- */

static int
put_line(struct watch *w, FILE *out, struct err *err)
{
	struct workers workers = { 0 };
	struct account_sums sums = { 0 };
	double rate = 0, left = -1;
	char time[CLOCK_TEXT], span[NUM_TEXT];

	for (size_t i = 0; i < w->pulse.jobs.len; i++) {
		const struct pulse_job *job = &w->pulse.jobs.at[i];

		for (int k = 0; k < ACC_COUNT; k++)
			sums.by[k] += job->sums.by[k];
		sums.submitted += job->sums.submitted;
		rate += job->rate;
	}
	if (workers_each(w->store, w->app->org, add_worker, &workers, err) < 0)
		return -1;
	if (rate > 0)
		left = (double)(sums.submitted - pulse_ended(&sums)) / rate;
	fprintf(out, "%.19sZ  %lld/%lld ended, %lld failed, %lld waiting, %lld running, %.2f/s",
	    clock_format(clock_wall(), time), (long long)pulse_ended(&sums),
	    (long long)sums.submitted, (long long)sums.by[ACC_FAILED],
	    (long long)sums.by[ACC_WAITING], (long long)sums.by[ACC_RUNNING], rate);
	if (left > 0)
		fprintf(out, ", %s left", num_span(left, span));
	fprintf(out, ", %zu worker%s\n", workers.alive, workers.alive == 1 ? "" : "s");
	return 0;
}

static int
run_lines(struct watch *w, struct err *err)
{
	struct timespec pause = { w->interval / 1000000, w->interval % 1000000 * 1000 };

	for (;;) {
		if (see(w, is_time(w), put_line, stdout, err) < 0 || app_flush(w->app, err) < 0)
			return -1;
		nanosleep(&pause, NULL);
	}
}

int
watch_run(struct app *app, struct store *store, const struct job *job, const char *name,
    double seconds, struct err *err)
{
	struct watch w = { .app = app,
		.store = store,
		.interval = (int64_t)(seconds * 1e6),
		.version = -1,
		.changed = true };
	int rc = -1;

	pulse_init(&w.pulse, store, app->org, job, name);
	if (!isatty(STDOUT_FILENO)) {
		rc = run_lines(&w, err);
	} else if ((w.screen = screen_open(err))) {
		rc = run_screen(&w, err);
		screen_close(w.screen);
	}
	pulse_clear(&w.pulse);
	return rc;
}
