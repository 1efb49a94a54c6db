/* SPDX-License-Identifier: MIT */
/* errand: hooks that are run about something that stands in the state already. */
#include "cli/errand.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/num.h"
#include "cli/app.h"
#include "cli/hook.h"
#include "exec/proc.h"
#include "exec/tree.h"

enum {
	STOP = 10000000,    /* microseconds that are left after the worker was told to stop */
	LOG_SHOWN = 512,    /* bytes of the end of the log */
	LOG_MOST = 8 << 20, /* who writes more is ended */
};

struct running {
	pid_t pid; /* 0: none */
	struct errand *errand;
	int coprocess;      /* it counts as, without an execution */
	int log;            /* memory file */
	int64_t soft, hard; /* by clock_boot */
	bool told, late;
};

struct errands {
	struct app *app;
	const char *state;
	double limit; /* seconds */
	struct errand *waiting, **tail;
	int nwaiting, nrunning;
	int64_t end; /* of all, by clock_boot; INT64_MAX: none */
	struct running running[ERRANDS_MOST];
};

static void
free_errand(struct errand *e)
{
	buf_clear(&e->record);
	free(e);
}

void
errand_free_list(struct errand *list)
{
	while (list) {
		struct errand *next = list->next;

		free_errand(list);
		list = next;
	}
}

struct errands *
errands_new(struct app *app, const char *state, double limit)
{
	struct errands *e = xcalloc(1, sizeof(*e));

	e->app = app;
	e->state = state;
	e->limit = limit;
	e->tail = &e->waiting;
	e->end = INT64_MAX;
	return e;
}

void
errands_free(struct errands *e)
{
	if (!e)
		return;
	for (int i = 0; i < ERRANDS_MOST; i++) {
		struct running *r = &e->running[i];

		if (r->pid == 0)
			continue;
		proc_signal(r->pid, SIGKILL);
		waitpid(r->pid, NULL, 0);
		close(r->log);
		free_errand(r->errand);
	}
	errand_free_list(e->waiting);
	free(e);
}

void
errands_add(struct errands *e, struct errand *list)
{
	*e->tail = list;
	while (*e->tail) {
		e->tail = &(*e->tail)->next;
		e->nwaiting++;
	}
}

int
errands_left(const struct errands *e)
{
	return e->nwaiting + e->nrunning;
}

bool
errands_are_many(const struct errands *e)
{
	return e->nwaiting > ERRANDS_WAITING;
}

static struct errand *
take(struct errands *e)
{
	struct errand *first = e->waiting;

	e->waiting = first->next;
	if (!e->waiting)
		e->tail = &e->waiting;
	e->nwaiting--;
	return first;
}

/* ---- one ---- */

/* The record as a file to be read from its beginning, -1: cannot. */
static int
open_record(const struct errand *errand, struct err *err)
{
	int fd = memfd_create("record", MFD_CLOEXEC);

	if (fd < 0)
		return err_sys(err, "cannot make a memory file");
	if (write(fd, errand->record.data, errand->record.len) == (ssize_t)errand->record.len &&
	    lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	err_sys(err, "cannot write a record to a memory file");
	close(fd);
	return -1;
}

static void
begin(struct errands *e, struct running *r, int64_t now)
{
	r->soft = now + (int64_t)(e->limit * 1e6);
	if (e->end < r->soft)
		r->soft = e->end;
	r->hard = r->soft + HOOK_GRACE * INT64_C(1000000);
	r->told = r->late = false;
	e->nrunning++;
}

/* -1: it cannot be run, *r is free still. */
static int
start(struct errands *e, struct running *r, struct errand *errand, struct err *err)
{
	struct hook hook = { .name = errand->name,
		.argv = errand->argv,
		.org = e->app->org,
		.state = e->state,
		.job = errand->job,
		.execution = errand->execution,
		.attempt = errand->execution ? errand->attempt : r->coprocess };

	hook.in = open_record(errand, err);
	if (hook.in < 0)
		return -1;
	hook.log = memfd_create("log", MFD_CLOEXEC);
	if (hook.log < 0)
		err_sys(err, "cannot make a memory file");
	else
		r->pid = hook_start(&hook, err);
	close(hook.in);
	if (hook.log >= 0 && r->pid > 0) {
		r->log = hook.log;
		r->errand = errand;
		begin(e, r, clock_boot());
		return 0;
	}
	if (hook.log >= 0)
		close(hook.log);
	r->pid = 0;
	return -1;
}

static void
warn(struct errands *e, const struct errand *errand, const char *text)
{
	if (errand->execution)
		app_warn(e->app, "execution %lld: %s", (long long)errand->execution, text);
	else
		app_warn(e->app, "%s", text);
}

/* What it wrote last. */
static void
read_log(int fd, char text[LOG_SHOWN + 1])
{
	struct stat st;
	off_t from;
	ssize_t n = 0;

	if (fstat(fd, &st) == 0) {
		from = st.st_size > LOG_SHOWN ? st.st_size - LOG_SHOWN : 0;
		n = pread(fd, text, LOG_SHOWN, from);
	}
	text[n > 0 ? n : 0] = '\0';
}

static void
complain(struct errands *e, const struct running *r, const struct outcome *outcome)
{
	char log[LOG_SHOWN + 1], what[64], span[NUM_TEXT], text[1024];

	read_log(r->log, log);
	if (r->late && e->end != INT64_MAX)
		snprintf(what, sizeof(what), "ended with the worker");
	else if (r->late)
		snprintf(what, sizeof(what), "ran longer than %s", num_span(e->limit, span));
	else
		proc_describe(outcome, what);
	warn(e, r->errand,
	    hook_complain(r->errand->name, r->errand->argv[0], what, log, text, sizeof(text)));
}

/* ---- all ---- */

static struct running *
free_place(struct errands *e)
{
	for (int i = 0; i < ERRANDS_MOST; i++)
		if (e->running[i].pid == 0)
			return &e->running[i];
	return NULL;
}

void
errands_fill(struct errands *e, int *coprocesses)
{
	struct running *r;

	while (e->waiting && (r = free_place(e))) {
		struct errand *errand = take(e);
		struct err why = { 0 };

		if (!errand->execution)
			r->coprocess = ++*coprocesses;
		if (start(e, r, errand, &why) == 0)
			continue;
		warn(e, errand, why.text);
		free_errand(errand);
	}
}

bool
errands_reap(struct errands *e, pid_t pid)
{
	for (int i = 0; i < ERRANDS_MOST; i++) {
		struct running *r = &e->running[i];
		struct outcome outcome = { 0 };

		if (r->pid != pid)
			continue;
		if (proc_reap(pid, &outcome) == 0)
			return true;
		if (r->late || !outcome.exited || outcome.code != 0)
			complain(e, r, &outcome);
		close(r->log);
		free_errand(r->errand);
		*r = (struct running){ 0 };
		e->nrunning--;
		return true;
	}
	return false;
}

static void
drop_waiting(struct errands *e)
{
	if (e->nwaiting)
		app_warn(
		    e->app, "%d hook%s not run", e->nwaiting, e->nwaiting == 1 ? " was" : "s were");
	errand_free_list(e->waiting);
	e->waiting = NULL;
	e->tail = &e->waiting;
	e->nwaiting = 0;
}

void
errands_stop(struct errands *e, bool kill)
{
	int64_t now = clock_boot();

	if (e->end == INT64_MAX)
		e->end = now + STOP;
	if (kill)
		e->end = now;
	for (int i = 0; i < ERRANDS_MOST; i++) {
		struct running *r = &e->running[i];

		if (r->pid && r->soft > e->end) {
			r->soft = e->end;
			r->hard = kill ? now : e->end + HOOK_GRACE * INT64_C(1000000);
		}
	}
	errands_check(e, now);
}

static bool
is_too_long(const struct running *r)
{
	struct stat st;

	return fstat(r->log, &st) == 0 && st.st_size > LOG_MOST;
}

void
errands_check(struct errands *e, int64_t now)
{
	if (now >= e->end)
		drop_waiting(e);
	for (int i = 0; e->nrunning && i < ERRANDS_MOST; i++) {
		struct running *r = &e->running[i];

		if (r->pid == 0)
			continue;
		if (now >= r->hard || is_too_long(r)) {
			proc_signal(r->pid, SIGKILL);
			r->hard = INT64_MAX;
		}
		if (now < r->soft || r->told)
			continue;
		r->told = r->late = true;
		proc_signal(r->pid, SIGTERM);
	}
}

int64_t
errands_next_check(const struct errands *e)
{
	int64_t next = e->nwaiting ? e->end : INT64_MAX;

	for (int i = 0; e->nrunning && i < ERRANDS_MOST; i++) {
		const struct running *r = &e->running[i];
		int64_t at = r->told ? r->hard : r->soft;

		if (r->pid && at < next)
			next = at;
	}
	return next;
}

size_t
errands_running(const struct errands *e, struct tree_task *tasks)
{
	size_t n = 0;

	for (int i = 0; e->nrunning && i < ERRANDS_MOST; i++) {
		const struct running *r = &e->running[i];

		if (r->pid)
			tasks[n++] = (struct tree_task){ .pid = r->pid,
				.execution = r->errand->execution,
				.attempt = r->errand->execution ? r->errand->attempt
								: r->coprocess };
	}
	return n;
}
