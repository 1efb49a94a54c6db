/* SPDX-License-Identifier: MIT */
/*
 * coproc: a long-lived child that answers requests, one at a time, each within a time limit.
 *
 * The child's stdin and stdout are one socket, so that writing to a dead child is an error and no
 * signal. Requests are written as the child takes them while its output is read, so neither side
 * can block the other. What a child says unasked means that we no longer know which answer
 * belongs to which question: it is replaced.
 */
#include "exec/coproc.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "exec/proc.h"

#define ANSWER_MAX ((size_t)64 << 20)

struct coproc {
	const struct coproc_spec *spec;
	pid_t pid; /* 0: not running */
	int fd;
	unsigned answers; /* of this child */
	enum coproc_state state;
	struct buf request, answer;
	size_t sent;
	int seen;       /* for spec->last */
	size_t scanned; /* answer bytes before here hold no last line */
	int64_t deadline;
	enum coproc_fault fault;
	char why[128];
};

struct coproc *
coproc_new(const struct coproc_spec *spec)
{
	struct coproc *c = xcalloc(1, sizeof(*c));

	c->spec = spec;
	c->fd = -1;
	return c;
}

/* Give a child that closed its socket half a second to end by itself, so that we learn how. */
static void
end_child(struct coproc *c, bool leave_time, struct outcome *outcome)
{
	siginfo_t info;

	if (!c->pid)
		return;
	close(c->fd);
	c->fd = -1;
	for (int i = 0; leave_time && i < 100; i++) {
		if (proc_reap(c->pid, outcome))
			goto out;
		nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
	}
	proc_signal(c->pid, SIGKILL);
	while (!proc_reap(c->pid, outcome))
		while (waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOWAIT) < 0 && errno == EINTR)
			;
out:
	c->pid = 0;
	c->answers = 0;
}

void
coproc_free(struct coproc *c)
{
	struct outcome outcome = { 0 };

	if (!c)
		return;
	end_child(c, false, &outcome);
	buf_clear(&c->request);
	buf_clear(&c->answer);
	free(c);
}

void
coproc_stop(struct coproc *c)
{
	struct outcome outcome = { 0 };

	end_child(c, false, &outcome);
	if (c->state == COPROC_BUSY)
		c->state = COPROC_IDLE;
}

static int
start_child(struct coproc *c, struct err *err)
{
	struct proc_spec spec = {
		.argv = c->spec->argv,
		.program = c->spec->program,
		.env = c->spec->env,
		.err = -1,
	};
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(err, "cannot talk to '%s'", c->spec->argv[0]);
	spec.in = spec.out = pair[1];
	c->pid = proc_start(&spec, err);
	close(pair[1]);
	if (c->pid < 0) {
		c->pid = 0;
		close(pair[0]);
		return -1;
	}
	c->fd = pair[0];
	return 0;
}

/* True when the child is gone or has said something nobody asked for. */
static bool
is_spoilt(const struct coproc *c)
{
	char byte;

	if (c->spec->renew && c->answers >= c->spec->renew)
		return true;
	return recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 || errno != EAGAIN;
}

int
coproc_ask(struct coproc *c, const char *text, size_t len, double limit, struct err *err)
{
	struct outcome outcome = { 0 };

	if (c->state == COPROC_BUSY)
		BUG("coprocess '%s' asked twice", c->spec->argv[0]);
	c->state = COPROC_IDLE;
	if (c->pid && is_spoilt(c))
		end_child(c, false, &outcome);
	if (!c->pid && start_child(c, err) < 0)
		return -1;
	buf_reset(&c->request);
	buf_reset(&c->answer);
	buf_add(&c->request, text, len);
	c->sent = c->scanned = 0;
	c->seen = 0;
	c->deadline = clock_boot() + (int64_t)(limit * 1e6);
	c->state = COPROC_BUSY;
	return 0;
}

static void
fail(struct coproc *c, bool closed, const char *reason)
{
	struct outcome outcome = { 0 };
	char how[64];

	end_child(c, closed, &outcome);
	c->state = COPROC_FAILED;
	c->fault = closed && !outcome.exited ? COPROC_CRASHED : COPROC_BROKEN;
	if (closed)
		snprintf(c->why, sizeof(c->why), "%s: %s", reason, proc_describe(&outcome, how));
	else
		snprintf(c->why, sizeof(c->why), "%s", reason);
}

static void
fail_late(struct coproc *c)
{
	fail(c, false, "timed out");
	c->fault = COPROC_LATE;
}

static void
send_more(struct coproc *c)
{
	while (c->sent < c->request.len) {
		ssize_t n = send(c->fd, c->request.data + c->sent, c->request.len - c->sent,
		    MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return; /* a dead child shows when we read */
		c->sent += (size_t)n;
	}
	if (!c->spec->last)
		shutdown(c->fd, SHUT_WR);
}

/* Look for the last line among those that have come whole. */
static void
scan_answer(struct coproc *c)
{
	struct outcome outcome = { 0 };
	char *nl;

	while ((nl = memchr(c->answer.data + c->scanned, '\n', c->answer.len - c->scanned))) {
		char *line = c->answer.data + c->scanned;

		c->scanned = (size_t)(nl + 1 - c->answer.data);
		if (!c->spec->last(c->spec->kind, line, (size_t)(nl - line), &c->seen))
			continue;
		c->state = COPROC_ANSWERED;
		c->answers++;
		if (c->scanned < c->answer.len || c->sent < c->request.len)
			end_child(c, false, &outcome);
		c->answer.len = c->scanned;
		c->answer.data[c->scanned] = '\0';
		return;
	}
}

static void
read_more(struct coproc *c)
{
	struct outcome outcome = { 0 };
	size_t most = c->spec->answer_max ? c->spec->answer_max : ANSWER_MAX;

	while (c->state == COPROC_BUSY) {
		char *to = buf_reserve(&c->answer, 65536);
		ssize_t n = recv(c->fd, to, 65536, MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n == 0 && !c->spec->last) {
			end_child(c, true, &outcome);
			to[0] = '\0';
			c->state = COPROC_ANSWERED;
			return;
		}
		if (n <= 0) {
			fail(c, true, "ended without an answer");
			return;
		}
		c->answer.len += (size_t)n;
		c->answer.data[c->answer.len] = '\0';
		if (c->spec->last)
			scan_answer(c);
		if (c->state == COPROC_BUSY && c->answer.len > most)
			fail(c, false, "answered without end");
	}
}

/* Move one on: fails at its deadline whatever else happened. */
static void
step(struct coproc *c, short events)
{
	if (events & (POLLOUT | POLLERR | POLLHUP))
		send_more(c);
	if (events & (POLLIN | POLLERR | POLLHUP))
		read_more(c);
	if (c->state == COPROC_BUSY && clock_boot() >= c->deadline)
		fail_late(c);
}

/* The busy ones into fds; *until becomes the earliest deadline. Returns how many. */
static nfds_t
gather(struct coproc *const *list, size_t count, struct pollfd *fds, int64_t *until)
{
	nfds_t busy = 0;

	for (size_t i = 0; i < count; i++) {
		struct coproc *c = list[i];

		if (!c || c->state != COPROC_BUSY)
			continue;
		fds[busy++] = (struct pollfd){ .fd = c->fd,
			.events = (short)(POLLIN | (c->sent < c->request.len ? POLLOUT : 0)) };
		if (c->deadline < *until)
			*until = c->deadline;
	}
	return busy;
}

/* Milliseconds from now until then, rounded up. */
static int
milliseconds(int64_t then)
{
	int64_t left = then - clock_boot();

	if (left <= 0)
		return 0;
	return left > 3600000000 ? 3600000 : (int)((left + 999) / 1000);
}

int
coproc_wait(struct coproc *const *list, size_t count, double limit, struct err *err)
{
	struct pollfd *fds = xcalloc(count ? count : 1, sizeof(*fds));
	int64_t end = limit < 0 ? INT64_MAX : clock_boot() + (int64_t)(limit * 1e6);
	int rc = 0;

	for (;;) {
		int64_t until = end;
		nfds_t busy = gather(list, count, fds, &until), k = 0;
		bool changed = false;

		if (busy == 0)
			break;
		rc = poll(fds, busy, milliseconds(until));
		if (rc < 0) {
			rc = errno == EINTR ? 0 : err_sys(err, "cannot wait for children");
			break;
		}
		rc = 0;
		for (size_t i = 0; i < count; i++) {
			if (!list[i] || list[i]->state != COPROC_BUSY)
				continue;
			step(list[i], fds[k++].revents);
			changed |= list[i]->state != COPROC_BUSY;
		}
		if (changed || clock_boot() >= end)
			break;
	}
	free(fds);
	return rc;
}

enum coproc_state
coproc_state(const struct coproc *c)
{
	return c->state;
}

const char *
coproc_answer(const struct coproc *c, size_t *len)
{
	*len = c->answer.len;
	return buf_str(&c->answer);
}

const char *
coproc_why(const struct coproc *c)
{
	return c->why;
}

enum coproc_fault
coproc_fault(const struct coproc *c)
{
	return c->fault;
}
