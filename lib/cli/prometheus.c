/* SPDX-License-Identifier: MIT */
/* prometheus: the state as metrics in the text format of Prometheus. */
#include "cli/prometheus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/num.h"
#include "base/path.h"
#include "store/store.h"
#include "task/census.h"
#include "task/journal.h"
#include "task/workers.h"

struct export
{
	struct buf *out;
	const char *org;
	const char *metric; /* the family that samples belong to */
	int64_t now;
};

/* A family of samples begins. */
static void
family(struct export *x, const char *metric, const char *type, const char *help)
{
	x->metric = metric;
	buf_addf(x->out, "# HELP %s %s\n# TYPE %s %s\n", metric, help, metric, type);
}

/* In a label value a backslash, a double quote and a newline are escaped. */
static void
add_label(struct export *x, const char *name, const char *value)
{
	buf_addf(x->out, ",%s=\"", name);
	for (const char *p = value; *p; p++) {
		if (*p == '\n') {
			buf_add_str(x->out, "\\n");
			continue;
		}
		if (*p == '\\' || *p == '"')
			buf_add_char(x->out, '\\');
		buf_add_char(x->out, *p);
	}
	buf_add_char(x->out, '"');
}

/* A sample begins; labels may follow, then its value. */
static void
sample(struct export *x, const char *suffix)
{
	size_t at;

	buf_addf(x->out, "%s%s{", x->metric, suffix);
	at = x->out->len;
	add_label(x, "org", x->org);
	memmove(x->out->data + at, x->out->data + at + 1, x->out->len - at); /* no comma */
	x->out->len--;
}

static void
value(struct export *x, double number)
{
	char text[NUM_TEXT];

	buf_addf(x->out, "} %s\n", num_text(number, text));
}

/* ---- what the state holds ---- */

static int
put_count(const struct census_count *c, void *ctx)
{
	struct export *x = ctx;

	sample(x, "");
	add_label(x, "job", c->job);
	add_label(x, "task", c->task);
	add_label(x, "status", c->status);
	add_label(x, "class", c->class);
	value(x, (double)c->count);
	return 0;
}

static int
put_depth(const struct census_queue *q, void *ctx)
{
	struct export *x = ctx;

	sample(x, "");
	add_label(x, "queue", q->name);
	value(x, (double)q->ready);
	return 0;
}

static int
put_age(const struct census_queue *q, void *ctx)
{
	struct export *x = ctx;

	sample(x, "");
	add_label(x, "queue", q->name);
	value(x, q->oldest ? (double)(x->now - q->oldest) / 1e6 : 0);
	return 0;
}

static int
put_queues(struct export *x, struct store *store, struct err *err)
{
	family(x, "dockline_queued_executions", "gauge", "Executions that could be claimed.");
	if (census_queues(store, x->org, put_depth, x, err) < 0)
		return -1;
	family(x, "dockline_queue_oldest_seconds", "gauge",
	    "How long ago the first of those was submitted.");
	return census_queues(store, x->org, put_age, x, err);
}

/* ---- tasks ---- */

static void
label_task(struct export *x, const char *suffix, const struct census_task *t)
{
	sample(x, suffix);
	add_label(x, "task", t->name);
	add_label(x, "version", t->version);
}

static int
put_breaker(const struct census_task *t, void *ctx)
{
	struct export *x = ctx;

	label_task(x, "", t);
	value(x, t->breaker != BREAKER_CLOSED);
	return 0;
}

static int
put_run(const struct census_task *t, void *ctx)
{
	static const double quantiles[] = { 0.5, 0.95, 0.99 };
	const struct histogram *h = &t->history.elapsed;
	struct export *x = ctx;
	char text[NUM_TEXT];

	if (h->count == 0)
		return 0;
	for (size_t i = 0; i < sizeof(quantiles) / sizeof(*quantiles); i++) {
		label_task(x, "", t);
		add_label(x, "quantile", num_text(quantiles[i], text));
		value(x, histogram_about(h, quantiles[i]));
	}
	label_task(x, "_sum", t);
	value(x, h->sum);
	label_task(x, "_count", t);
	value(x, (double)h->count);
	return 0;
}

static int
put_cpu(const struct census_task *t, void *ctx)
{
	struct export *x = ctx;

	if (t->history.cpu.count == 0)
		return 0;
	label_task(x, "", t);
	value(x, t->history.cpu.sum);
	return 0;
}

static int
put_memory(const struct census_task *t, void *ctx)
{
	struct export *x = ctx;

	if (t->history.memory.count == 0)
		return 0;
	label_task(x, "", t);
	value(x, t->history.memory.max);
	return 0;
}

static int
put_tasks(struct export *x, struct store *store, struct err *err)
{
	family(x, "dockline_breaker_open", "gauge",
	    "1 while a task rests because it failed in a row.");
	if (census_tasks(store, x->org, put_breaker, x, err) < 0)
		return -1;
	family(x, "dockline_run_seconds", "summary", "What completed tries took.");
	if (census_tasks(store, x->org, put_run, x, err) < 0)
		return -1;
	family(x, "dockline_cpu_seconds_total", "counter",
	    "Processor time of completed tries, user and system.");
	if (census_tasks(store, x->org, put_cpu, x, err) < 0)
		return -1;
	family(
	    x, "dockline_memory_max_bytes", "gauge", "The most memory that a completed try used.");
	return census_tasks(store, x->org, put_memory, x, err);
}

/* ---- workers ---- */

struct staff {
	int64_t alive, dead, running, claimed;
};

static int
count_worker(const struct worker_seen *w, void *ctx)
{
	struct staff *staff = ctx;

	staff->alive += !w->dead;
	staff->dead += w->dead;
	staff->running += w->running;
	staff->claimed += w->claimed;
	return 0;
}

static void
put_number(struct export *x, const char *metric, const char *type, const char *help, double number)
{
	family(x, metric, type, help);
	sample(x, "");
	value(x, number);
}

static int
put_workers(struct export *x, struct store *store, struct err *err)
{
	int64_t attempts = census_attempts(store, x->org, err), events = journal_end(store, err);
	struct staff staff = { 0 };

	if (attempts < 0 || events < 0 ||
	    workers_each(store, x->org, count_worker, &staff, err) < 0)
		return -1;
	family(x, "dockline_workers", "gauge", "Workers, and those that died unnoticed.");
	sample(x, "");
	add_label(x, "status", "alive");
	value(x, (double)staff.alive);
	sample(x, "");
	add_label(x, "status", "dead");
	value(x, (double)staff.dead);
	put_number(x, "dockline_running_executions", "gauge", "Executions that workers run.",
	    (double)staff.running);
	put_number(x, "dockline_claimed_executions", "gauge",
	    "Executions that workers claimed and have not begun.", (double)staff.claimed);
	put_number(x, "dockline_attempts_total", "counter",
	    "Tries that workers ended, as of their last heartbeat.", (double)attempts);
	put_number(x, "dockline_events_total", "counter", "Events in the journal of the state.",
	    (double)events);
	return 0;
}

/* ---- files ---- */

static void
put_files(struct export *x, const char *dir)
{
	static const char *const files[] = { "state.db", "state.db-wal", "objects.db",
		"objects.db-wal" };
	struct statvfs fs;

	family(x, "dockline_file_bytes", "gauge", "Sizes of the files of the state.");
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		char *path = path_join(dir, files[i]);
		struct stat st;

		sample(x, "");
		add_label(x, "file", files[i]);
		value(x, stat(path, &st) == 0 ? (double)st.st_size : 0);
		free(path);
	}
	if (statvfs(dir, &fs) == 0)
		put_number(x, "dockline_filesystem_free_bytes", "gauge",
		    "What is free for us where the state is.",
		    (double)fs.f_bavail * (double)fs.f_frsize);
}

int
prometheus_put(struct app *app, struct store *store, struct buf *out, struct err *err)
{
	struct export x = { .out = out, .org = app->org, .now = clock_wall() };

	family(&x, "dockline_executions", "gauge",
	    "Executions by where they stand; class is that of a failure.");
	if (census_counts(store, app->org, put_count, &x, err) < 0 ||
	    put_queues(&x, store, err) < 0 || put_tasks(&x, store, err) < 0 ||
	    put_workers(&x, store, err) < 0)
		return -1;
	put_files(&x, store_dir(store));
	put_number(&x, "dockline_written_timestamp_seconds", "gauge", "When this was written.",
	    (double)x.now / 1e6);
	return 0;
}

int
prometheus_write(struct app *app, struct store *store, const char *path, struct err *err)
{
	struct buf text = BUF_INIT;
	int rc;

	if (store_read(store, err) < 0)
		return -1;
	rc = prometheus_put(app, store, &text, err);
	store_read_end(store);
	if (rc == 0 && strcmp(path, "-") == 0)
		fwrite(text.data, 1, text.len, stdout);
	else if (rc == 0)
		rc = file_write(path, text.data, text.len, err);
	buf_clear(&text);
	return rc;
}
