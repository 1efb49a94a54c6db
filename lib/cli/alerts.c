/* SPDX-License-Identifier: MIT */
/* alerts: thresholds of config.yaml, and a hook that hears when one is crossed. */
#include "cli/alerts.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/num.h"
#include "cli/app.h"
#include "cli/config.h"
#include "exec/pressure.h"
#include "exec/proc.h"
#include "store/store.h"
#include "task/census.h"
#include "task/workers.h"

enum alert { ALERT_QUEUE_STUCK, ALERT_FAILURE_RATE, ALERT_MEMORY, ALERT_DISK, ALERT_COUNT };

enum {
	RATE_OF = 100,       /* executions that a failure rate is taken of, */
	RATE_LEAST = 10,     /* at least, */
	RATE_SECONDS = 3600, /* that ended within so long */
	HOOK_SECONDS = 60,
	HOOK_GRACE = 5,
};

struct alerts {
	const struct config *config;
	const char *org;
	struct store *store;
	int64_t next;              /* look, by clock_boot */
	int64_t told[ALERT_COUNT]; /* by clock_boot, 0: it is well */
};

/* What a check found: it fires, at a value beyond its limit. */
struct found {
	bool fires;
	double value, limit;
	struct buf text;
	json_t *more; /* members */
};

struct alerts *
alerts_new(const struct config *config, const char *org, struct store *store, int64_t wait)
{
	struct alerts *a;

	if (!config_is_set(config, CONFIG_ALERTS_QUEUE_STUCK) &&
	    !config_is_set(config, CONFIG_ALERTS_FAILURE_RATE) &&
	    !config_is_set(config, CONFIG_ALERTS_MEMORY) &&
	    !config_is_set(config, CONFIG_ALERTS_DISK))
		return NULL;
	a = xcalloc(1, sizeof(*a));
	a->config = config;
	a->org = org;
	a->store = store;
	a->next = clock_boot() + wait;
	return a;
}

void
alerts_free(struct alerts *a)
{
	free(a);
}

/* ---- the checks ---- */

static int
check_queue(struct alerts *a, struct found *f, struct err *err)
{
	int64_t now = clock_wall(), ready, oldest;
	struct census_lately lately = { .most = 1 };
	char span[NUM_TEXT];

	f->limit = config_number(a->config, CONFIG_ALERTS_QUEUE_STUCK);
	if (census_awake(a->store, a->org, &ready, &oldest, err) < 0)
		return -1;
	f->value = ready > 0 ? (double)(now - oldest) / 1e6 : 0;
	if (f->value < f->limit)
		return 0;
	if (census_lately(a->store, now - (int64_t)(f->limit * 1e6), &lately, err) < 0)
		return -1;
	f->fires = lately.begun == 0;
	json_object_set_new(f->more, "queued", json_integer(ready));
	buf_addf(&f->text, "%lld execution%s queued and none was begun for %s", (long long)ready,
	    ready == 1 ? " is" : "s are", num_span(f->limit, span));
	return 0;
}

static int
check_failures(struct alerts *a, struct found *f, struct err *err)
{
	struct census_lately lately = { .most = RATE_OF };
	int64_t since = clock_wall() - RATE_SECONDS * INT64_C(1000000), ended;

	f->limit = config_number(a->config, CONFIG_ALERTS_FAILURE_RATE);
	if (census_lately(a->store, since, &lately, err) < 0)
		return -1;
	ended = lately.completed + lately.failed;
	if (ended < RATE_LEAST)
		return 0;
	f->value = (double)lately.failed / (double)ended;
	f->fires = f->value > f->limit;
	json_object_set_new(f->more, "ended", json_integer(ended));
	json_object_set_new(f->more, "failed", json_integer(lately.failed));
	buf_addf(&f->text, "%lld of the last %lld executions failed", (long long)lately.failed,
	    (long long)ended);
	return 0;
}

/* Something there is less of than there should be. */
static void
compare_room(struct alerts *a, enum config_key key, int64_t free, int64_t total, const char *what,
    struct found *f)
{
	char has[NUM_TEXT], needs[NUM_TEXT];

	f->limit = (double)config_room(a->config, key, total);
	f->value = (double)free;
	f->fires = free >= 0 && f->value < f->limit;
	json_object_set_new(f->more, "total", json_integer(total));
	buf_addf(&f->text, "%s of %s, less than %s", num_bytes(free, has), what,
	    num_bytes((int64_t)f->limit, needs));
}

static int
check_memory(struct alerts *a, struct found *f, struct err *err)
{
	int64_t total = (int64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);

	(void)err;
	compare_room(
	    a, CONFIG_ALERTS_MEMORY, host_free_memory(""), total, "memory are available", f);
	return 0;
}

static int
check_disk(struct alerts *a, struct found *f, struct err *err)
{
	const char *dir = store_dir(a->store);
	struct statvfs fs;

	if (statvfs(dir, &fs) < 0)
		return err_sys(err, "cannot see how full the file system of '%s' is", dir);
	compare_room(a, CONFIG_ALERTS_DISK, (int64_t)(fs.f_bavail * fs.f_frsize),
	    (int64_t)(fs.f_blocks * fs.f_frsize), "disk are free where the state is", f);
	return 0;
}

static const struct {
	const char *name;
	enum config_key key;
	int (*check)(struct alerts *a, struct found *f, struct err *err);
} checks[] = {
	[ALERT_QUEUE_STUCK] = { "queue_stuck", CONFIG_ALERTS_QUEUE_STUCK, check_queue },
	[ALERT_FAILURE_RATE] = { "failure_rate", CONFIG_ALERTS_FAILURE_RATE, check_failures },
	[ALERT_MEMORY] = { "memory", CONFIG_ALERTS_MEMORY, check_memory },
	[ALERT_DISK] = { "disk", CONFIG_ALERTS_DISK, check_disk },
};

static_assert(sizeof(checks) / sizeof(*checks) == ALERT_COUNT, "a check for every alert");

static json_t *
record_of(const struct alerts *a, const char *name, const struct found *f)
{
	char time[CLOCK_TEXT], host[256];
	json_t *r;

	if (gethostname(host, sizeof(host)) < 0)
		snprintf(host, sizeof(host), "localhost");
	host[sizeof(host) - 1] = '\0';
	r = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:f, s:f}", "type", "alert", "alert",
	    name, "time", clock_format(clock_wall(), time), "host", host, "org", a->org, "state",
	    store_dir(a->store), "text", buf_str(&f->text), "value", f->value, "limit", f->limit);
	json_object_update(r, f->more);
	return r;
}

/* The record of an alert that fires; NULL: it does not, or err. */
static json_t *
check_one(struct alerts *a, enum alert alert, struct err *err)
{
	struct found f = { .more = json_object() };
	json_t *record = NULL;

	if (config_is_set(a->config, checks[alert].key) && checks[alert].check(a, &f, err) == 0 &&
	    f.fires)
		record = record_of(a, checks[alert].name, &f);
	buf_clear(&f.text);
	json_decref(f.more);
	return record;
}

json_t *
alerts_check(struct alerts *a, struct err *err)
{
	struct err why = { 0 };
	json_t *list = json_array(), *record;

	for (int i = 0; i < ALERT_COUNT; i++)
		if ((record = check_one(a, (enum alert)i, &why)))
			json_array_append_new(list, record);
	if (why.kind == ERR_NONE)
		return list;
	if (err)
		*err = why;
	json_decref(list);
	return NULL;
}

/* ---- the hook ---- */

static int
run(const struct proc_spec *spec, const struct buf *line, struct err *err)
{
	struct buf errout = BUF_INIT;
	struct outcome outcome;
	char how[64];
	int rc = proc_run(spec, line, NULL, &errout, HOOK_SECONDS, HOOK_GRACE, &outcome, err);

	if (rc == 0 && !(outcome.exited && outcome.code == 0))
		rc = err_set(err, ERR_NO, "%s%s%.*s", proc_describe(&outcome, how),
		    errout.len ? ": " : "", (int)strcspn(buf_str(&errout), "\n"), buf_str(&errout));
	buf_clear(&errout);
	return rc;
}

int
alerts_hook(struct alerts *a, const json_t *record, struct err *err)
{
	struct proc_spec spec = {
		.argv = config_program(a->config, CONFIG_ALERTS_HOOK), .out = -1, .err = -1
	};
	struct buf line = BUF_INIT;
	int rc;

	if (!spec.argv)
		return 0;
	json_put(record, &line);
	buf_add_char(&line, '\n');
	rc = run(&spec, &line, err);
	buf_clear(&line);
	return rc < 0 ? err_wrap(err, "alerts.hook '%s'", spec.argv[0]) : 0;
}

/* ---- once ---- */

static void
show(struct app *app, struct alerts *a, const json_t *record, bool as_text)
{
	struct err err = { 0 };

	if (as_text)
		printf("%s: %s\n", json_string_value(json_object_get(record, "alert")),
		    json_string_value(json_object_get(record, "text")));
	else
		app_record(app, record);
	app_status(app, EXIT_NO);
	if (alerts_hook(a, record, &err) < 0)
		app_report(app, &err);
}

int
alerts_show(struct app *app, struct store *store, bool as_text, struct err *err)
{
	struct config *config = config_open(store_dir(store), err);
	struct alerts *a = config ? alerts_new(config, app->org, store, 0) : NULL;
	json_t *list = a ? alerts_check(a, err) : NULL, *record;
	size_t i;
	int rc = list ? 0 : -1;

	if (config && !a)
		err_set(err, ERR_USAGE, "no threshold is set: alerts in config.yaml");
	json_array_foreach(list, i, record)
		show(app, a, record, as_text);
	json_decref(list);
	alerts_free(a);
	config_free(config);
	return rc;
}

/* ---- a worker ---- */

static int
find_oldest(const struct worker_seen *w, void *ctx)
{
	if (w->dead)
		return 0;
	*(int64_t *)ctx = w->id;
	return 1;
}

/* An alert is, or is no more: is it time to say so? */
static bool
is_news(struct alerts *a, enum alert alert, bool fires)
{
	int64_t now = clock_boot(), *told = &a->told[alert];

	if (!fires) {
		*told = 0;
		return false;
	}
	if (*told && now - *told < ALERTS_AGAIN)
		return false;
	*told = now;
	return true;
}

int
alerts_tick(struct alerts *a, int64_t worker, alerts_fn *fn, void *ctx, struct err *err)
{
	int64_t oldest = 0;

	if (clock_boot() < a->next)
		return 0;
	a->next = clock_boot() + ALERTS_EVERY;
	if (workers_each(a->store, a->org, find_oldest, &oldest, err) < 0)
		return -1;
	for (int i = 0; i < ALERT_COUNT && oldest == worker; i++) {
		struct err why = { 0 };
		json_t *record = check_one(a, (enum alert)i, &why);

		if (why.kind != ERR_NONE) {
			if (err)
				*err = why;
			return -1;
		}
		if (is_news(a, (enum alert)i, record != NULL))
			fn(record, ctx);
		json_decref(record);
	}
	return 0;
}
