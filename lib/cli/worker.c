/* SPDX-License-Identifier: MIT */
/* worker: the loop that joins executions to processes. */
#include "cli/worker.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/path.h"
#include "base/num.h"
#include "cli/calls.h"
#include "cli/crew.h"
#include "cli/progress.h"
#include "task/begun.h"

enum {
	TICK = 1000000,   /* microseconds between looks when nothing happens */
	AHEAD_MAX = 2000, /* executions claimed ahead */
};

#define AHEAD_SECONDS 0.05 /* of work claimed ahead */

struct worker {
	const struct worker_options *o;
	struct crew crew;
	struct throttle throttle;
	int64_t since; /* idle, by clock_boot; 0: it is not */
	int signals;   /* how often we were told to stop */
	int signal;    /* by what first */
	int fd;        /* signalfd */
	struct progress *progress;
	char *keep; /* where work folders stay, NULL: they do not */
};

/* A hangup is nothing to us under nohup(1). Batch systems send USR1 when the time of a job is about
 * to be over, and Grid Engine USR2 before it kills one; ALRM comes from our own clock
 * (cli/outpost). */
static void
signal_set(sigset_t *set)
{
	struct sigaction hangup;

	sigemptyset(set);
	sigaddset(set, SIGCHLD);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGUSR1);
	sigaddset(set, SIGUSR2);
	sigaddset(set, SIGALRM);
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

static void
give_back(struct worker *w)
{
	while (w->crew.ready)
		crew_return(&w->crew, crew_take(&w->crew));
}

/* We were told to stop: give back what did not begin, end what did. */
static void
stop(struct worker *w, int signal)
{
	int running = w->crew.busy - w->crew.streams + w->crew.out;

	if (w->signals++ == 0) {
		w->signal = signal;
		progress_hide(w->progress);
		if (running && signal && signal != SIGPIPE)
			app_say(w->o->app, "stopping: ending %d execution%s (again: at once)",
			    running, running == 1 ? "" : "s");
	}
	w->crew.stopping = true;
	commit_hurry(w->o->commit);
	give_back(w);
	for (int i = 0; i < w->crew.nslots; i++)
		if (!w->crew.slots[i].stream)
			slot_interrupt(&w->crew.slots[i], w->signals > 1);
	streams_stop(&w->crew, w->signals > 1);
	errands_stop(w->crew.errands, w->signals > 1);
	calls_stop(&w->crew);
	guard_term(&w->crew, NULL);
}

/* ---- orders ---- */

/* Of what has not begun; pausing gives it back, so that it waits in the queue as paused. */
static void
obey_ready(struct worker *w, const struct order *order)
{
	struct work *work = NULL;

	if (order->request != REQUEST_RESUME)
		work = crew_pick(&w->crew, order->id);
	if (!work && order->request == REQUEST_PAUSE)
		work = calls_pick(&w->crew, order->id);
	if (!work)
		return;
	if (order->request == REQUEST_CANCEL) {
		crew_ended(&w->crew, verdict_unstarted(work, NULL));
		return;
	}
	--*work->lane->held;
	commit_pause(w->o->commit, work);
}

static void
obey(struct worker *w, const struct order *order)
{
	struct slot *slot = crew_slot(&w->crew, order->id);

	if (!slot) {
		if (order->request != REQUEST_CANCEL ||
		    !(streams_cancel(&w->crew, order->id) || calls_cancel(&w->crew, order->id)))
			obey_ready(w, order);
		return;
	}
	switch (order->request) {
	case REQUEST_CANCEL:
		slot_cancel(slot);
		guard_term(&w->crew, slot);
		break;
	case REQUEST_PAUSE:
		if (!slot_pause(slot))
			break;
		guard_signal(&w->crew, slot, SIGSTOP);
		commit_change(w->o->commit, slot->work, EV_PAUSE);
		break;
	case REQUEST_RESUME:
		slot_continue(slot);
		guard_signal(&w->crew, slot, SIGCONT);
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
			crew_reap(&w->crew);
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
	const struct crew *crew = &w->crew;
	struct want want = { .free = crew->free, .waiting = crew->nready };
	int at_once = (int)w->o->capacity.cpus, ahead = 0;

	if (w->signals || at_once == 0 || crew->throttled)
		return;
	if (crew->mean > 0)
		ahead = crew->mean * AHEAD_MAX < at_once * AHEAD_SECONDS
		    ? AHEAD_MAX
		    : (int)(at_once * AHEAD_SECONDS / crew->mean);
	for (struct work *work = crew->ready; work && !work->lane->task->window;
	     work = work->next) {
		struct room one;

		crew_need(work, &one);
		if (room_fits(&want.free, &one, 1) == 0)
			break;
		room_take(&want.free, &one, 1);
		want.waiting--;
	}
	if (want.free.cpus > 0 || crew->streams > 0 || crew->calls)
		want.most = CREW_SLOTS;
	if (crew->nready <= ahead / 2)
		want.most += ahead - want.waiting;
	else if (crew->streams > 0)
		want.most = 0;
	if (is_closing(w))
		want.most = 0;
	commit_want(
	    w->o->commit, &want, want.free.cpus >= 1 || (crew->streams > 0 && crew->nready == 0));
}

static int
wait_time(const struct worker *w)
{
	int64_t now = clock_boot(), next = now + TICK, at = guard_next_check(&w->crew);

	next = at < next ? at : next;
	at = streams_next_check(&w->crew);
	next = at < next ? at : next;
	at = calls_next_check(&w->crew);
	next = at < next ? at : next;
	return next <= now ? 0 : (int)((next - now) / 1000) + 1;
}

/* How long a task rests still, where nothing else is to be done; 0: that is not so. */
static double
rest_of(const struct worker *w, const struct commit_state *s)
{
	int64_t left = s->waits.due - clock_wall();

	if (w->crew.busy > w->crew.streams || w->crew.out || !s->dry ||
	    !s->waits.doors[CLAIM_SHUT] || left <= 0)
		return 0;
	return (double)left / 1e6;
}

static void
show(struct worker *w, const struct commit_state *s)
{
	bool asked = w->o->until == WORKER_ASKED;
	int64_t failed = asked ? s->failed : s->worked_failed;
	char detail[160] = "", span[NUM_TEXT];
	double rest = rest_of(w, s);
	int n = 0;

	if (failed)
		n = snprintf(detail, sizeof(detail), "%lld failed", (long long)failed);
	if (w->crew.throttled)
		snprintf(detail + n, sizeof(detail) - (size_t)n, "%swaits: %s", n ? ", " : "",
		    w->throttle.why);
	else if (rest > 0)
		snprintf(detail + n, sizeof(detail) - (size_t)n, "%swaits for %s", n ? ", " : "",
		    num_span(rest, span));
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

/* Is nothing there that could be begun now, or in a moment? */
static bool
is_dry(const struct commit_state *s)
{
	return s->dry && !s->waits.doors[CLAIM_OPEN] && !s->waits.doors[CLAIM_SOON];
}

/* Nor will there be: what is left is not worth waiting for. */
static bool
is_drained(const struct commit_state *s)
{
	bool hopeless = s->waits.doors[CLAIM_HOPELESS];

	if (!is_dry(s) || s->waits.doors[CLAIM_SHUT])
		return false;
	return hopeless ? !s->waits.moving : !s->waits.coming;
}

static bool
is_done(struct worker *w, const struct commit_state *s)
{
	if (w->crew.busy > w->crew.streams || w->crew.out || w->crew.ready ||
	    errands_left(w->crew.errands) > 0) {
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
		if (s->printed == s->asked)
			return s->dry;
		return s->waits.doors[CLAIM_HOPELESS] && is_drained(s);
	case WORKER_ONCE:
		return is_dry(s);
	case WORKER_DRAINED:
		return is_drained(s) && is_idle_enough(w);
	default:
		return is_dry(s) && is_idle_enough(w);
	}
}

/* What the writer has for us. */
static void
take(struct worker *w)
{
	struct order *orders;
	struct errand *errands;

	crew_add(&w->crew, commit_take(w->o->commit, &orders, &errands));
	obey_all(w, orders);
	errands_add(w->crew.errands, errands);
	errands_fill(w->crew.errands, &w->crew.coprocesses);
}

static void
take_work(struct worker *w)
{
	take(w);
	if (w->signals)
		give_back(w);
	crew_fill(&w->crew);
}

static void
wait(struct worker *w)
{
	struct pollfd fds[3 + 2 * CREW_SLOTS]; /* filled as far as it is used */
	int n = 3 + streams_fds(&w->crew, fds + 3);
	int64_t now;

	fds[0] = (struct pollfd){ .fd = w->fd, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = commit_fd(w->o->commit), .events = POLLIN };
	fds[2] = (struct pollfd){ .fd = calls_fd(&w->crew), .events = POLLIN };
	poll(fds, (nfds_t)n, wait_time(w));
	now = clock_boot();
	streams_ready(&w->crew, fds + 3);
	calls_ready(&w->crew);
	read_signals(w);
	guard_check(&w->crew, now);
	streams_check(&w->crew, now);
}

/* Have all hooks been run, and do no more come? */
static bool
is_quiet(struct worker *w)
{
	struct commit_state s;

	commit_state(w->o->commit, &s);
	take(w);
	give_back(w);
	return errands_left(w->crew.errands) == 0 && (!w->crew.hooked || s.broken || s.idle);
}

/* Nothing is left to be done: end the coprocesses, run the last hooks. */
static void
dismiss(struct worker *w)
{
	while (!is_quiet(w) || w->crew.busy > 0 || calls_leaving(&w->crew)) {
		streams_finish(&w->crew);
		wait(w);
	}
}

static void
loop(struct worker *w)
{
	struct commit_state s;

	for (;;) {
		w->crew.throttled = throttle_check(&w->throttle, clock_boot());
		take_work(w);
		ask(w);
		commit_state(w->o->commit, &s);
		begun_tell(w->crew.begun, s.finished);
		show(w, &s);
		if ((s.output_gone || s.broken || w->crew.err.kind != ERR_NONE) && !w->signals)
			stop(w, s.broken || w->crew.err.kind != ERR_NONE ? 0 : SIGPIPE);
		if (is_done(w, &s))
			return;
		wait(w);
	}
}

/* Make the folder in which work folders stay. */
static int
find_keep(struct worker *w, struct err *err)
{
	if (!w->o->keep)
		return 0;
	w->keep = path_absolute(w->o->keep);
	w->crew.keep = w->keep;
	if (mkdir(w->keep, 0777) == 0 || errno == EEXIST)
		return 0;
	return err_sys(err, "cannot create '%s'", w->keep);
}

int
worker_run(const struct worker_options *options, int *signal, struct err *err)
{
	struct worker w = { .o = options,
		.throttle = { .app = options->app, .limits = options->limits },
		.crew = { .app = options->app,
		    .commit = options->commit,
		    .board = commit_board(options->commit),
		    .scratch = options->scratch,
		    .note = options->note,
		    .log_cap = options->log_cap,
		    .hook_limit = options->hook_limit,
		    .source = { .state = options->state },
		    .capacity = options->capacity } };
	sigset_t set;
	int rc;

	signal_set(&set);
	w.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (w.fd < 0)
		return err_sys(err, "cannot read signals");
	rc = find_keep(&w, err) < 0 ? -1 : crew_init(&w.crew, err);
	if (!isatty(STDOUT_FILENO) && !(options->shown && options->app->terminal))
		w.progress = progress_new(options->app, "executions");
	if (rc == 0) {
		loop(&w);
		dismiss(&w);
	}
	*signal = w.signal;
	progress_free(w.progress);
	crew_clear(&w.crew);
	free(w.keep);
	close(w.fd);
	if (rc == 0 && w.crew.err.kind != ERR_NONE) {
		*err = w.crew.err;
		rc = -1;
	}
	return rc;
}
