/* SPDX-License-Identifier: MIT */
/* worker: the loop that joins executions to processes. */
#include "cli/worker.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/num.h"
#include "cli/progress.h"

enum {
	AHEAD_MAX = 2000, /* executions claimed ahead */
	TICK = 1000,      /* milliseconds between looks when nothing happens */
	SLOTS_DEFAULT_MAX = 20,
};

#define AHEAD_SECONDS 0.05 /* of work claimed ahead */

struct worker {
	const struct worker_options *o;
	struct slot_env env;
	struct slot *slots;
	int busy;
	struct work *ready, **ready_tail;
	int nready;
	double mean; /* seconds an execution takes, 0: not known */
	int signals; /* how often we were told to stop */
	int signal;  /* by what first */
	int fd;      /* signalfd */
	struct progress *progress;
};

/* A hangup is nothing to us under nohup(1). */
static void
signal_set(sigset_t *set)
{
	struct sigaction hangup;

	sigemptyset(set);
	sigaddset(set, SIGCHLD);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	if (sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler != SIG_IGN)
		sigaddset(set, SIGHUP);
}

void
worker_block_signals(void)
{
	sigset_t set;

	signal_set(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

/* Bytes a new process may take (MemAvailable of proc(5)), 0: not known. */
static int64_t
available_memory(void)
{
	struct buf text = BUF_INIT;
	int64_t kib = 0;
	char *line;

	if (file_read("/proc/meminfo", 65536, &text, NULL) == 0 &&
	    (line = strstr(text.data, "MemAvailable:")))
		kib = strtoll(line + strlen("MemAvailable:"), NULL, 10);
	buf_clear(&text);
	return kib * 1024;
}

/* What a scheduler allotted to this job on this host, 0: nothing said. */
static int
allotted_cpus(void)
{
	static const char *const names[] = { "SLURM_CPUS_PER_TASK", "SLURM_CPUS_ON_NODE", "NSLOTS",
		"PBS_NP" };
	int64_t n;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *text = getenv(names[i]);

		if (text && num_int(text, 1, 4096, &n, NULL) == 0)
			return (int)n;
	}
	return 0;
}

static int
default_cpus(void)
{
	int allotted = allotted_cpus(), cores = 1;
	cpu_set_t set;

	if (allotted)
		return allotted;
	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		cores = CPU_COUNT(&set);
	return cores < SLOTS_DEFAULT_MAX ? cores : SLOTS_DEFAULT_MAX;
}

int
worker_slots(struct app *app, const struct task *task, int jobs)
{
	int cpus = jobs > 0 ? jobs : default_cpus(), slots = (int)(cpus / task->cpus);
	int64_t memory = available_memory(), fit;

	if (slots < 1)
		slots = 1;
	if (task->memory == 0 || memory == 0)
		return slots;
	fit = memory / task->memory;
	if (fit < 1)
		fit = 1;
	if (fit >= slots)
		return slots;
	app_warn(app,
	    "%lld MiB of memory are free and one execution of '%s' takes %lld MiB:"
	    " %lld at once, not %d",
	    (long long)memory >> 20, task->name, (long long)task->memory >> 20, (long long)fit,
	    slots);
	return (int)fit;
}

char *
worker_scratch(struct err *err)
{
	const char *tmp = getenv("TMPDIR");
	uint64_t random[2];

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random)) {
		err_sys(err, "cannot read random numbers");
		return NULL;
	}
	return xasprintf("%s/dockline-%016llx%016llx", tmp && *tmp == '/' ? tmp : "/tmp",
	    (unsigned long long)random[0], (unsigned long long)random[1]);
}

static int
open_slots(struct worker *w, struct err *err)
{
	w->slots = xcalloc((size_t)w->o->slots + 1, sizeof(*w->slots));
	for (int i = 0; i < w->o->slots; i++)
		w->slots[i] = (struct slot){ .in = -1, .out = -1, .err = -1 };
	for (int i = 0; i < w->o->slots; i++)
		if (slot_open(&w->slots[i], i, w->o->scratch, w->o->task->workdir, err) < 0)
			return -1;
	return 0;
}

static void
append_ready(struct worker *w, struct work *list)
{
	*w->ready_tail = list;
	while (*w->ready_tail) {
		w->ready_tail = &(*w->ready_tail)->next;
		w->nready++;
	}
}

static struct work *
take_ready(struct worker *w)
{
	struct work *work = w->ready;

	w->ready = work->next;
	if (!w->ready)
		w->ready_tail = &w->ready;
	w->nready--;
	work->next = NULL;
	return work;
}

/* Put work into a free slot; work that cannot be started ends here and the next is tried. */
static void
fill(struct worker *w, struct slot *slot)
{
	while (w->ready && slot->pid == 0 && !w->signals) {
		struct work *work = take_ready(w);
		struct err why = { 0 };

		if (slot_start(slot, &w->env, work, &why) == 0)
			w->busy++;
		else
			commit_ended(w->o->commit, verdict_unstarted(work, w->o->task, &why));
	}
}

static void
fill_all(struct worker *w)
{
	for (int i = 0; i < w->o->slots && w->ready; i++)
		fill(w, &w->slots[i]);
}

static void
learn(struct worker *w, const struct slot *slot)
{
	double elapsed = (double)(clock_boot() - slot->begun) / 1e6;

	w->mean = w->mean > 0 ? 0.9 * w->mean + 0.1 * elapsed : elapsed;
}

static void
reap(struct worker *w, struct slot *slot)
{
	struct outcome outcome = { 0 };

	if (slot->pid == 0 || proc_reap(slot->pid, &outcome) == 0)
		return;
	learn(w, slot);
	w->busy--;
	commit_ended(w->o->commit, verdict_of(slot, w->o->task, &outcome));
	fill(w, slot);
}

static void
reap_all(struct worker *w)
{
	siginfo_t info;

	/* the usual case is one child: find it without asking for each */
	info.si_pid = 0;
	while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0) {
		int i = 0;

		while (i < w->o->slots && w->slots[i].pid != info.si_pid)
			i++;
		if (i == w->o->slots) {
			waitpid(info.si_pid, NULL, WNOHANG); /* not ours */
			continue;
		}
		reap(w, &w->slots[i]);
		info.si_pid = 0;
	}
}

/* We were told to stop: give back what did not begin, end what did. */
static void
stop(struct worker *w, int signal)
{
	if (w->signals++ == 0) {
		w->signal = signal;
		progress_hide(w->progress);
		if (w->busy && signal && signal != SIGPIPE)
			app_say(w->o->app, "stopping: ending %d execution%s (again: at once)",
			    w->busy, w->busy == 1 ? "" : "s");
	}
	while (w->ready)
		commit_return(w->o->commit, take_ready(w));
	for (int i = 0; i < w->o->slots; i++)
		slot_interrupt(&w->slots[i], w->signals > 1);
}

static void
read_signals(struct worker *w)
{
	struct signalfd_siginfo info;

	while (read(w->fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			reap_all(w);
		else
			stop(w, (int)info.ssi_signo);
	}
}

/* Ask for as much work as free slots and the next 50 ms can use. */
static void
ask(struct worker *w)
{
	int free_slots = w->o->slots - w->busy, ahead = 0, want;

	if (w->signals || w->o->slots == 0)
		return;
	if (w->mean > 0)
		ahead = (int)(w->o->slots * AHEAD_SECONDS / w->mean);
	if (ahead > AHEAD_MAX)
		ahead = AHEAD_MAX;
	want = free_slots + ahead - w->nready;
	if (want > 0 && (w->nready <= ahead / 2 || free_slots > w->nready))
		commit_want(w->o->commit, want, free_slots > w->nready);
	else
		commit_want(w->o->commit, 0, false);
}

static int
wait_time(const struct worker *w)
{
	int64_t now = clock_boot(), next = now + TICK * 1000;

	for (int i = 0; i < w->o->slots; i++) {
		if (w->slots[i].pid == 0)
			continue;
		if (slot_next_check(&w->slots[i]) < next)
			next = slot_next_check(&w->slots[i]);
	}
	return next <= now ? 0 : (int)((next - now) / 1000) + 1;
}

static void
show(struct worker *w, const struct commit_state *s)
{
	char detail[64] = "";

	if (s->failed)
		snprintf(detail, sizeof(detail), "%lld failed", (long long)s->failed);
	progress_tick(w->progress, s->printed, s->ended ? s->asked : 0, detail);
}

static bool
is_done(const struct worker *w, const struct commit_state *s)
{
	if (w->busy || w->ready)
		return false;
	if (w->signals || s->broken)
		return true;
	if (!s->ended || !s->idle)
		return false;
	return w->o->slots == 0 || (s->printed == s->asked && s->dry);
}

static void
check_limits(struct worker *w)
{
	int64_t now = clock_boot();

	for (int i = 0; i < w->o->slots; i++)
		slot_check(&w->slots[i], now);
}

static void
loop(struct worker *w)
{
	struct pollfd fds[2] = { { .fd = w->fd, .events = POLLIN },
		{ .fd = commit_fd(w->o->commit), .events = POLLIN } };
	struct commit_state s;

	for (;;) {
		append_ready(w, commit_take(w->o->commit));
		if (w->signals)
			while (w->ready)
				commit_return(w->o->commit, take_ready(w));
		fill_all(w);
		ask(w);
		commit_state(w->o->commit, &s);
		show(w, &s);
		if ((s.output_gone || s.broken) && !w->signals)
			stop(w, s.broken ? 0 : SIGPIPE);
		if (is_done(w, &s))
			return;
		poll(fds, 2, wait_time(w));
		read_signals(w);
		check_limits(w);
	}
}

int
worker_run(const struct worker_options *options, int *signal, struct err *err)
{
	struct worker w = { .o = options };
	sigset_t set;
	int rc;

	signal_set(&set);
	w.ready_tail = &w.ready;
	w.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (w.fd < 0)
		return err_sys(err, "cannot read signals");
	slot_env_init(&w.env, options->task, options->job, options->app->org);
	if (!isatty(STDOUT_FILENO))
		w.progress = progress_new(options->app, "executions");
	rc = open_slots(&w, err);
	if (rc == 0)
		loop(&w);
	*signal = w.signal;
	progress_free(w.progress);
	for (int i = 0; i < options->slots; i++)
		slot_close(&w.slots[i]);
	free(w.slots);
	slot_env_clear(&w.env);
	close(w.fd);
	return rc;
}
