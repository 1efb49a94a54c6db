/* SPDX-License-Identifier: MIT */
/*
 * stream: a long-lived child that answers many requests, up to a window of them at a time.
 *
 * Once it is to end, its input is dropped; answers are taken as long as they come and are right.
 * The child is over when it is reaped: a process it left behind may hold its output open, so then
 * we read what is there and no more.
 */
#include "exec/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "exec/answer.h"
#include "exec/pipe.h"
#include "exec/window.h"

#define ANSWER_MAX ((size_t)64 << 20)

enum {
	UNWRITTEN_MAX = 1 << 20, /* bytes waiting for a child that does not read */
	CLOSED_GRACE = 500000,   /* microseconds from closing an end to TERM */
};

struct stream {
	pid_t pid; /* 0: reaped */
	struct pipe_out in;
	struct pipe_in out;
	struct window *window;
	size_t answer_max;
	int64_t grace, started, now;
	uint64_t requests; /* ever sent */
	bool turns, taken; /* its oldest is the one it works on; stream_take gave that */
	bool finishing;    /* its input is to end when all is written */
	enum stream_end end;
	int told;         /* the last signal it got, 0: none */
	int64_t deadline; /* for the next one */
	char why[320];
	struct outcome outcome;
};

/* Start with its ends of two pipes; ours do not wait. */
static pid_t
start(struct stream *s, const struct stream_spec *spec, struct err *err)
{
	struct proc_spec proc = {
		.argv = spec->argv,
		.program = spec->program,
		.env = spec->env,
		.cwd = spec->cwd,
		.err = spec->err,
	};
	int in[2] = { -1, -1 }, out[2] = { -1, -1 };
	pid_t pid = -1;

	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0 ||
	    fcntl(in[1], F_SETFL, O_NONBLOCK) < 0 || fcntl(out[0], F_SETFL, O_NONBLOCK) < 0) {
		err_sys(err, "cannot talk to '%s'", spec->argv[0]);
	} else {
		proc.in = in[0];
		proc.out = out[1];
		pid = proc_start(&proc, err);
	}
	s->in.fd = in[1];
	s->out.fd = out[0];
	if (in[0] >= 0)
		close(in[0]);
	if (out[1] >= 0)
		close(out[1]);
	return pid;
}

struct stream *
stream_new(const struct stream_spec *spec, struct err *err)
{
	struct stream *s = xcalloc(1, sizeof(*s));

	s->window = window_new(spec->window);
	s->turns = spec->turns;
	s->answer_max = spec->answer_max ? spec->answer_max : ANSWER_MAX;
	s->grace = (int64_t)(spec->grace * 1e6);
	s->started = s->now = clock_boot();
	s->deadline = INT64_MAX;
	s->pid = start(s, spec, err);
	if (s->pid >= 0)
		return s;
	s->pid = 0;
	stream_free(s);
	return NULL;
}

void
stream_free(struct stream *s)
{
	siginfo_t info;

	if (!s)
		return;
	if (s->pid) {
		proc_signal(s->pid, SIGKILL);
		while (!proc_reap(s->pid, &s->outcome))
			while (waitid(P_PID, (id_t)s->pid, &info, WEXITED | WNOWAIT) < 0 &&
			    errno == EINTR)
				;
	}
	pipe_out_clear(&s->in);
	pipe_in_clear(&s->out);
	window_free(s->window);
	free(s);
}

pid_t
stream_pid(const struct stream *s)
{
	return s->pid;
}

size_t
stream_out(const struct stream *s)
{
	return window_count(s->window);
}

size_t
stream_room(const struct stream *s)
{
	if (s->in.fd < 0 || s->out.fd < 0 || s->finishing || s->end)
		return 0;
	if (pipe_left(&s->in) >= UNWRITTEN_MAX)
		return 0;
	return window_most(s->window) - window_count(s->window);
}

/* -- ending it */

static void
tell(struct stream *s, int signal)
{
	if (s->pid == 0 || s->told == SIGKILL)
		return;
	s->told = signal;
	s->deadline = signal == SIGKILL ? INT64_MAX : s->now + s->grace;
	proc_signal(s->pid, signal);
}

static void
end_because(struct stream *s, enum stream_end end, int signal)
{
	if (!s->end)
		s->end = end;
	pipe_out_clear(&s->in);
	tell(s, signal);
}

static void wrong(struct stream *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* It cannot be trusted any more: what else it said is not looked at. What a program says that was
 * just told to end is another matter. */
static void
wrong(struct stream *s, const char *fmt, ...)
{
	va_list ap;

	if (s->end != STREAM_LATE && s->end != STREAM_TOLD) {
		va_start(ap, fmt);
		vsnprintf(s->why, sizeof(s->why), fmt, ap);
		va_end(ap);
		s->end = STREAM_WRONG;
	}
	pipe_in_clear(&s->out);
	end_because(s, STREAM_WRONG, SIGKILL);
}

/* The child closed one of its ends: mostly it is about to end as well, so it gets a moment. */
static void
hear_end(struct stream *s, const char *what)
{
	if (s->told == 0 && s->deadline > s->now + CLOSED_GRACE)
		s->deadline = s->now + CLOSED_GRACE;
	if (!s->end && !s->finishing && !*s->why)
		snprintf(s->why, sizeof(s->why), "%s", what);
}

static void
close_input(struct stream *s)
{
	pipe_out_clear(&s->in);
	hear_end(s, "it closed its input");
}

static void
read_some(struct stream *s)
{
	if (pipe_read(&s->out) == 0)
		return;
	pipe_in_close(&s->out);
	hear_end(s, "it closed its output");
}

void
stream_finish(struct stream *s, int64_t now)
{
	s->now = now;
	if (s->end || s->finishing || s->pid == 0)
		return;
	s->finishing = true;
	s->deadline = now + s->grace;
	stream_flush(s);
}

void
stream_stop(struct stream *s, bool kill, int64_t now)
{
	s->now = now;
	if (s->told == 0 || kill)
		end_because(s, STREAM_TOLD, kill ? SIGKILL : SIGTERM);
}

void
stream_check(struct stream *s, int64_t now)
{
	s->now = now;
	if (s->pid == 0)
		return;
	if (!s->end && window_is_late(s->window, now)) {
		snprintf(s->why, sizeof(s->why), "not answered in time");
		end_because(s, STREAM_LATE, SIGTERM);
	}
	if (now < s->deadline)
		return;
	end_because(s, s->finishing ? STREAM_TOLD : STREAM_WRONG, s->told ? SIGKILL : SIGTERM);
}

int64_t
stream_next_check(const struct stream *s)
{
	int64_t look = s->end ? INT64_MAX : window_next_look(s->window);

	return look < s->deadline ? look : s->deadline;
}

/* -- requests */

/* A newline in JSON is white space; within our line it would end it. */
static void
join_lines(char *text, size_t len)
{
	char *end = text + len;

	while ((text = memchr(text, '\n', (size_t)(end - text))))
		*text++ = ' ';
}

void
stream_send(struct stream *s, const struct stream_request *r, int64_t now)
{
	char head[96];
	int len = snprintf(head, sizeof(head),
	    "{\"id\":%lld,\"attempt\":%d,\"params\":", (long long)r->id, r->attempt);
	size_t at;

	if (stream_room(s) == 0)
		BUG("request %lld has no room", (long long)r->id);
	s->now = now;
	s->requests++;
	window_add(s->window, r->id, r->owner, (int64_t)(r->limit * 1e6), now);
	buf_add(&s->in.text, head, (size_t)len);
	at = s->in.text.len;
	buf_add(&s->in.text, r->params, r->params_len);
	join_lines(s->in.text.data + at, r->params_len);
	buf_add(&s->in.text, "}\n", 2);
}

void
stream_flush(struct stream *s)
{
	if (pipe_write(&s->in) < 0)
		close_input(s);
	if (s->finishing && pipe_left(&s->in) == 0)
		pipe_out_clear(&s->in);
}

/* -- answers */

void
stream_fds(const struct stream *s, struct pollfd fds[2])
{
	fds[0] = (struct pollfd){ .fd = s->out.fd, .events = POLLIN };
	/* also without anything to write: that it reads no more is told */
	fds[1] = (struct pollfd){ .fd = s->in.fd, .events = pipe_left(&s->in) ? POLLOUT : 0 };
}

void
stream_ready(struct stream *s, const struct pollfd fds[2], int64_t now)
{
	s->now = now;
	if (fds[1].fd >= 0 && fds[1].revents & POLLERR)
		close_input(s);
	else if (fds[1].fd >= 0 && fds[1].revents)
		stream_flush(s);
	if (fds[0].fd >= 0 && fds[0].revents)
		read_some(s);
}

static bool
is_blank(const char *line, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r')
			return false;
	return true;
}

/* What a line says; false when the stream is wrong. */
static bool
take_answer(struct stream *s, const char *line, size_t len, struct answer *a, void **owner)
{
	struct err why = { 0 };

	if (answer_read(line, len, a, &why) < 0) {
		wrong(s, "%s", why.text);
		return false;
	}
	if (window_answer(s->window, a->id, s->now, owner))
		return true;
	wrong(s, "it answered %lld, which was not asked or is answered", (long long)a->id);
	json_decref(a->message);
	return false;
}

bool
stream_next(struct stream *s, struct answer *answer, void **owner)
{
	bool whole = true;
	const char *line;
	size_t len;

	while (whole) {
		whole = pipe_next(&s->out, &line, &len);
		if (len > s->answer_max) {
			wrong(s, "an answer is longer than %zu bytes", s->answer_max);
			return false;
		}
		if (whole && !is_blank(line, len))
			return take_answer(s, line, len, answer, owner);
	}
	return false;
}

/* -- when it has ended */

bool
stream_reap(struct stream *s)
{
	struct outcome *o = &s->outcome;
	char how[64];

	if (s->pid == 0)
		return true;
	if (!proc_reap(s->pid, o))
		return false;
	s->pid = 0;
	s->now = clock_boot();
	o->elapsed = (double)(s->now - s->started) / 1e6;
	o->timed_out = s->end == STREAM_LATE;
	pipe_read(&s->out);
	pipe_out_clear(&s->in);
	pipe_in_close(&s->out);
	s->deadline = INT64_MAX;
	if (!s->end)
		s->end = s->finishing ? STREAM_TOLD : STREAM_DIED;
	if (!*s->why || !s->told)
		snprintf(s->why, sizeof(s->why), "%s", proc_describe(o, how));
	return true;
}

enum stream_end
stream_end(const struct stream *s)
{
	return s->end;
}

const char *
stream_why(const struct stream *s)
{
	return s->why;
}

const struct outcome *
stream_outcome(const struct stream *s)
{
	return &s->outcome;
}

void *
stream_owner(const struct stream *s, int64_t id)
{
	return window_owner(s->window, id);
}

void *
stream_oldest(const struct stream *s)
{
	return window_oldest(s->window);
}

bool
stream_take(struct stream *s, int64_t *id, void **owner, bool *blamed)
{
	bool alone;

	if (!window_take(s->window, id, owner, &alone))
		return false;
	*blamed = alone && (s->requests == 1 || s->end == STREAM_LATE);
	*blamed |= s->turns && !s->taken && s->end == STREAM_LATE;
	s->taken = true;
	return true;
}
