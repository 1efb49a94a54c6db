/* SPDX-License-Identifier: MIT */
/* worker: the loop that joins executions to processes. */
#include "cli/worker.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uthash.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "cli/progress.h"
#include "task/begun.h"

enum {
	TICK = 1000,   /* milliseconds between looks when nothing happens */
	NOTE = 100000, /* microseconds after which it is written that an execution runs */
	SLOTS_MAX = 1000,
	AHEAD_MAX = 2000, /* executions claimed ahead */
};

#define AHEAD_SECONDS 0.05 /* of work claimed ahead */

/* What the processes of a task get. */
struct env_entry {
	const struct task *task;
	struct slot_env env;
	UT_hash_handle hh;
};

struct worker {
	const struct worker_options *o;
	struct env_entry *envs;
	struct slot *slots;
	int nslots, busy;
	struct begun *begun;
	struct room free; /* not taken by what runs */
	struct work *ready, **ready_tail;
	int nready;
	double mean;   /* seconds an execution takes, 0: not known */
	int64_t since; /* idle, by clock_boot; 0: it is not */
	int signals;   /* how often we were told to stop */
	int signal;    /* by what first */
	int fd;        /* signalfd */
	bool full;     /* the machine runs no more processes now */
	struct progress *progress;
	struct err err; /* why it cannot go on */
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

/* A free slot, opened if need be; NULL: there can be no more, or err. */
static struct slot *
free_slot(struct worker *w)
{
	struct slot *slot;

	for (int i = 0; w->busy < w->nslots && i < w->nslots; i++)
		if (w->slots[i].pid == 0)
			return &w->slots[i];
	if (w->nslots == SLOTS_MAX)
		return NULL;
	slot = &w->slots[w->nslots];
	if (slot_open(slot, w->nslots, w->o->scratch, &w->err) < 0) {
		slot_close(slot);
		return NULL;
	}
	w->nslots++;
	return slot;
}

static struct slot_env *
env_of(struct worker *w, const struct task *task)
{
	struct env_entry *entry;

	HASH_FIND_PTR(w->envs, &task, entry);
	if (!entry) {
		entry = xcalloc(1, sizeof(*entry));
		entry->task = task;
		slot_env_init(&entry->env, task, w->o->app->org);
		HASH_ADD_PTR(w->envs, task, entry);
	}
	return &entry->env;
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

static void
put_back(struct worker *w, struct work *work)
{
	work->next = w->ready;
	w->ready = work;
	if (!work->next)
		w->ready_tail = &work->next;
	w->nready++;
}

static void
need(const struct work *work, struct room *one)
{
	int64_t memory = work->memory ? work->memory : work->lane->task->memory;

	memory = (int64_t)((double)memory *
	    retry_room(&work->lane->task->retry, FAIL_MEMORY, work->memories));
	room_of_task(work->lane->task, memory, one);
}

/* Start work in a slot. What cannot be started ends here; where the machine refused it is not to
 * blame: it waits until others have ended. */
static void
start(struct worker *w, struct slot *slot, struct work *work, const struct room *one)
{
	struct err why = { 0 };

	begun_set(w->begun, slot->number, work->id);
	if (slot_start(slot, env_of(w, work->lane->task), work, &why) == 0) {
		w->busy++;
		room_take(&w->free, one, 1);
		return;
	}
	begun_set(w->begun, slot->number, 0);
	if (why.kind != ERR_SYSTEM) {
		commit_ended(w->o->commit, verdict_unstarted(work, &why));
		return;
	}
	put_back(w, work);
	w->full = true;
	if (w->busy == 0)
		w->err = why;
}

/* Start what is ready, in order, while there is room. */
static void
fill(struct worker *w)
{
	w->full = false;
	while (w->ready && !w->signals && !w->full) {
		struct slot *slot;
		struct room one;

		need(w->ready, &one);
		if (room_fits(&w->free, &one, 1) == 0 && w->busy > 0)
			return;
		slot = free_slot(w);
		if (!slot)
			return;
		start(w, slot, take_ready(w), &one);
	}
}

static void
learn(struct worker *w, const struct slot *slot)
{
	_Atomic int64_t *mean = slot->work->lane->mean;
	double elapsed = (double)(clock_boot() - slot->begun) / 1e6;

	w->mean = w->mean > 0 ? 0.9 * w->mean + 0.1 * elapsed : elapsed;
	*mean = *mean > 0 ? (int64_t)(0.9 * (double)*mean + 1e5 * elapsed)
			  : (int64_t)(1e6 * elapsed) + 1;
}

static void
reap(struct worker *w, struct slot *slot)
{
	struct outcome outcome = { 0 };
	struct room one;

	if (slot->pid == 0 || proc_reap(slot->pid, &outcome) == 0)
		return;
	learn(w, slot);
	need(slot->work, &one);
	room_give(&w->free, &one, 1);
	w->busy--;
	commit_ended(w->o->commit, verdict_of(slot, &outcome));
	begun_set(w->begun, slot->number, 0);
	fill(w);
}

static void
reap_all(struct worker *w)
{
	siginfo_t info;

	/* the usual case is one child: find it without asking for each */
	info.si_pid = 0;
	while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0) {
		int i = 0;

		while (i < w->nslots && w->slots[i].pid != info.si_pid)
			i++;
		if (i == w->nslots) {
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
	for (int i = 0; i < w->nslots; i++)
		slot_interrupt(&w->slots[i], w->signals > 1);
}

/* ---- orders ---- */

static struct slot *
slot_of(struct worker *w, int64_t id)
{
	for (int i = 0; i < w->nslots; i++)
		if (w->slots[i].pid != 0 && w->slots[i].work->id == id)
			return &w->slots[i];
	return NULL;
}

/* Take one out of what is ready; NULL: it is not there. */
static struct work *
pick_ready(struct worker *w, int64_t id)
{
	for (struct work **at = &w->ready; *at; at = &(*at)->next) {
		struct work *work = *at;

		if (work->id != id)
			continue;
		*at = work->next;
		if (!work->next)
			w->ready_tail = at;
		w->nready--;
		work->next = NULL;
		return work;
	}
	return NULL;
}

/* Of what has not begun; pausing gives it back, so that it waits in the queue as paused. */
static void
obey_ready(struct worker *w, const struct order *order)
{
	struct work *work = order->request == REQUEST_RESUME ? NULL : pick_ready(w, order->id);

	if (!work)
		return;
	if (order->request == REQUEST_CANCEL)
		commit_ended(w->o->commit, verdict_unstarted(work, NULL));
	else
		commit_pause(w->o->commit, work);
}

static void
obey(struct worker *w, const struct order *order)
{
	struct slot *slot = slot_of(w, order->id);

	if (!slot) {
		obey_ready(w, order);
		return;
	}
	switch (order->request) {
	case REQUEST_CANCEL:
		slot_cancel(slot);
		break;
	case REQUEST_PAUSE:
		slot_pause(slot);
		commit_change(w->o->commit, slot->work, EV_PAUSE);
		break;
	case REQUEST_RESUME:
		slot_continue(slot);
		commit_change(w->o->commit, slot->work, EV_CONTINUE);
		break;
	}
}

static void
obey_all(struct worker *w, struct order *orders)
{
	while (orders) {
		struct order *next = orders->next;

		obey(w, orders);
		free(orders);
		orders = next;
	}
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

static bool
is_closing(const struct worker *w)
{
	return w->o->deadline && clock_boot() >= w->o->deadline;
}

/* Ask for as much work as there is room for and the next 50 ms can use. */
static void
ask(struct worker *w)
{
	struct want want = { .free = w->free, .waiting = w->nready };
	int at_once = (int)w->o->capacity.cpus, ahead = 0;

	if (w->signals || at_once == 0)
		return;
	if (w->mean > 0)
		ahead = (int)(at_once * AHEAD_SECONDS / w->mean);
	if (ahead > AHEAD_MAX)
		ahead = AHEAD_MAX;
	for (struct work *work = w->ready; work; work = work->next) {
		struct room one;

		need(work, &one);
		if (room_fits(&want.free, &one, 1) == 0)
			break;
		room_take(&want.free, &one, 1);
		want.waiting--;
	}
	if (want.free.cpus > 0)
		want.most = (int)(want.free.cpus * 100 < SLOTS_MAX ? want.free.cpus * 100
								   : SLOTS_MAX);
	if (w->nready <= ahead / 2)
		want.most += ahead - want.waiting;
	if (is_closing(w))
		want.most = 0;
	commit_want(w->o->commit, &want, want.free.cpus >= 1);
}

static int
wait_time(const struct worker *w)
{
	int64_t now = clock_boot(), next = now + TICK * 1000;

	for (int i = 0; i < w->nslots; i++) {
		const struct slot *slot = &w->slots[i];

		if (slot->pid == 0)
			continue;
		if (slot_next_check(slot) < next)
			next = slot_next_check(slot);
		if (!slot->noted && slot->begun + NOTE < next)
			next = slot->begun + NOTE;
	}
	return next <= now ? 0 : (int)((next - now) / 1000) + 1;
}

static void
show(struct worker *w, const struct commit_state *s)
{
	bool asked = w->o->until == WORKER_ASKED;
	int64_t failed = asked ? s->failed : s->worked_failed;
	char detail[64] = "";

	if (failed)
		snprintf(detail, sizeof(detail), "%lld failed", (long long)failed);
	progress_tick(
	    w->progress, asked ? s->printed : s->worked, asked && s->ended ? s->asked : 0, detail);
}

/* Nothing to do: for how long already? */
static bool
is_idle_enough(struct worker *w)
{
	int64_t now = clock_boot();

	if (w->since == 0)
		w->since = now;
	return w->o->idle_exit >= 0 && now - w->since >= w->o->idle_exit;
}

static bool
is_done(struct worker *w, const struct commit_state *s)
{
	bool nothing = s->dry && !s->waits.queued;

	if (w->busy || w->ready) {
		w->since = 0;
		return false;
	}
	if (w->signals || s->broken || is_closing(w))
		return true;
	if (!s->ended || !s->idle)
		return false;
	if (w->o->capacity.cpus == 0)
		return true;
	switch (w->o->until) {
	case WORKER_ASKED:
		return s->printed == s->asked && s->dry;
	case WORKER_ONCE:
		return nothing;
	case WORKER_DRAINED:
		return nothing && !s->waits.coming && is_idle_enough(w);
	default:
		return nothing && is_idle_enough(w);
	}
}

static void
check_limits(struct worker *w)
{
	int64_t now = clock_boot();

	for (int i = 0; i < w->nslots; i++) {
		struct slot *slot = &w->slots[i];

		slot_check(slot, now);
		if (slot->pid != 0 && !slot->noted && now - slot->begun >= NOTE) {
			slot->noted = true;
			commit_change(w->o->commit, slot->work, EV_START);
		}
	}
}

static void
loop(struct worker *w)
{
	struct pollfd fds[2] = { { .fd = w->fd, .events = POLLIN },
		{ .fd = commit_fd(w->o->commit), .events = POLLIN } };
	struct commit_state s;

	for (;;) {
		struct order *orders;

		append_ready(w, commit_take(w->o->commit, &orders));
		obey_all(w, orders);
		if (w->signals)
			while (w->ready)
				commit_return(w->o->commit, take_ready(w));
		fill(w);
		ask(w);
		commit_state(w->o->commit, &s);
		show(w, &s);
		if ((s.output_gone || s.broken || w->err.kind != ERR_NONE) && !w->signals)
			stop(w, s.broken || w->err.kind != ERR_NONE ? 0 : SIGPIPE);
		if (is_done(w, &s))
			return;
		poll(fds, 2, wait_time(w));
		read_signals(w);
		check_limits(w);
	}
}

static void
clear(struct worker *w)
{
	struct env_entry *entry, *next;

	progress_free(w->progress);
	for (int i = 0; i < w->nslots; i++)
		slot_close(&w->slots[i]);
	free(w->slots);
	HASH_ITER(hh, w->envs, entry, next)
	{
		HASH_DEL(w->envs, entry);
		slot_env_clear(&entry->env);
		free(entry);
	}
	begun_free(w->begun);
	close(w->fd);
}

int
worker_run(const struct worker_options *options, int *signal, struct err *err)
{
	struct worker w = { .o = options, .free = options->capacity };
	sigset_t set;

	signal_set(&set);
	w.ready_tail = &w.ready;
	w.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (w.fd < 0)
		return err_sys(err, "cannot read signals");
	w.slots = xcalloc(SLOTS_MAX, sizeof(*w.slots));
	if (options->scratch)
		w.begun = begun_new(options->scratch, SLOTS_MAX, &w.err);
	if (!isatty(STDOUT_FILENO))
		w.progress = progress_new(options->app, "executions");
	if (w.err.kind == ERR_NONE)
		loop(&w);
	*signal = w.signal;
	clear(&w);
	if (w.err.kind == ERR_NONE)
		return 0;
	*err = w.err;
	return -1;
}
