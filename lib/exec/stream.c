/* SPDX-License-Identifier: MIT */
/*
 * stream: a long-lived child that answers many requests, up to a window of them at a time.
 *
 * Two pipes, both without waiting on our side; what is to be written and what was read and not yet
 * looked at lie in one buffer each, so that a write or a read carries as many lines as there are.
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
#include "base/json.h"
#include "base/utf8.h"
#include "exec/window.h"

#define ANSWER_MAX ((size_t)64 << 20)
#define CLOSED_INPUT "it closed its input"

enum {
	CHUNK = 128 << 10,       /* bytes of one read */
	READ_MOST = 1 << 20,     /* bytes read before others get their turn */
	UNWRITTEN_MAX = 1 << 20, /* bytes waiting for a child that does not read */
	KEPT_MAX = 4 << 20,      /* bytes of memory kept after a long line */
	CLOSED_GRACE = 500000,   /* microseconds from closing its output to TERM */
	SHOWN = 60,              /* bytes of a wrong answer in the message */
};

struct stream {
	pid_t pid;   /* 0: reaped */
	int in, out; /* our ends of its stdin and stdout, -1: closed */
	struct window *window;
	size_t answer_max;
	int64_t grace, started, now;
	struct buf to; /* requests; those before `sent` are written */
	size_t sent;
	struct buf
	    from; /* answers; those before `taken` were given out, no newline before `seen` */
	size_t taken, seen;
	uint64_t requests; /* ever sent */
	bool finishing;    /* its input is to end when all is written */
	enum stream_end end;
	int told;         /* the last signal it got, 0: none */
	int64_t deadline; /* for the next one */
	char why[320];
	struct outcome outcome;
};

static void
close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

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
	s->in = in[1];
	s->out = out[0];
	close_end(&in[0]);
	close_end(&out[1]);
	return pid;
}

struct stream *
stream_new(const struct stream_spec *spec, struct err *err)
{
	struct stream *s = xcalloc(1, sizeof(*s));

	s->window = window_new(spec->window);
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
	close_end(&s->in);
	close_end(&s->out);
	window_free(s->window);
	buf_clear(&s->to);
	buf_clear(&s->from);
	free(s);
}

pid_t
stream_pid(const struct stream *s)
{
	return s->pid;
}

static size_t
unwritten(const struct stream *s)
{
	return s->to.len - s->sent;
}

size_t
stream_out(const struct stream *s)
{
	return window_count(s->window);
}

size_t
stream_room(const struct stream *s)
{
	if (s->in < 0 || s->out < 0 || s->finishing || s->end || unwritten(s) >= UNWRITTEN_MAX)
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
	close_end(&s->in);
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
	close_end(&s->out);
	buf_clear(&s->from);
	s->taken = s->seen = 0;
	end_because(s, STREAM_WRONG, SIGKILL);
}

/* The child closed one of its ends: mostly it is about to end as well, so it gets a moment. */
static void
hear_end(struct stream *s, int *fd, const char *what)
{
	close_end(fd);
	if (s->told == 0 && s->deadline > s->now + CLOSED_GRACE)
		s->deadline = s->now + CLOSED_GRACE;
	if (!s->end && !s->finishing && !*s->why)
		snprintf(s->why, sizeof(s->why), "%s", what);
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
	end_because(s, s->finishing ? STREAM_TOLD : STREAM_DIED, s->told ? SIGKILL : SIGTERM);
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
	buf_add(&s->to, head, (size_t)len);
	at = s->to.len;
	buf_add(&s->to, r->params, r->params_len);
	join_lines(s->to.data + at, r->params_len);
	buf_add(&s->to, "}\n", 2);
}

/* Forget what is written. */
static void
drop_sent(struct stream *s)
{
	if (s->sent == s->to.len) {
		if (s->to.room > KEPT_MAX)
			buf_clear(&s->to);
		s->sent = s->to.len = 0;
	} else if (s->sent > s->to.len / 2) {
		s->to.len -= s->sent;
		memmove(s->to.data, s->to.data + s->sent, s->to.len);
		s->sent = 0;
	}
}

void
stream_flush(struct stream *s)
{
	while (s->in >= 0 && unwritten(s) > 0) {
		ssize_t n = write(s->in, s->to.data + s->sent, unwritten(s));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN)
			hear_end(s, &s->in, CLOSED_INPUT);
		if (n <= 0)
			break;
		s->sent += (size_t)n;
	}
	drop_sent(s);
	if (s->finishing && unwritten(s) == 0)
		close_end(&s->in);
}

/* -- answers */

/* Room for a chunk, what was given out thrown away before the buffer grows. */
static char *
make_room(struct stream *s)
{
	struct buf *b = &s->from;

	if (s->taken > 0 && b->room - b->len <= CHUNK) {
		b->len -= s->taken;
		s->seen -= s->taken;
		memmove(b->data, b->data + s->taken, b->len);
		s->taken = 0;
	}
	return buf_reserve(b, CHUNK);
}

static void
read_some(struct stream *s)
{
	for (size_t got = 0; s->out >= 0 && got < READ_MOST;) {
		char *to = make_room(s);
		ssize_t n = read(s->out, to, CHUNK);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			hear_end(s, &s->out, "it closed its output");
			return;
		}
		s->from.len += (size_t)n;
		got += (size_t)n;
		if (n < CHUNK)
			return; /* that was all */
	}
}

void
stream_fds(const struct stream *s, struct pollfd fds[2])
{
	fds[0] = (struct pollfd){ .fd = s->out, .events = POLLIN };
	/* also without anything to write: that it reads no more is told */
	fds[1] = (struct pollfd){ .fd = s->in, .events = unwritten(s) ? POLLOUT : 0 };
}

void
stream_ready(struct stream *s, const struct pollfd fds[2], int64_t now)
{
	s->now = now;
	if (fds[1].fd >= 0 && fds[1].revents & POLLERR)
		hear_end(s, &s->in, CLOSED_INPUT);
	else if (fds[1].fd >= 0 && fds[1].revents)
		stream_flush(s);
	if (fds[0].fd >= 0 && fds[0].revents)
		read_some(s);
}

/* The next line, without its newline; false when none is whole. */
static bool
next_line(struct stream *s, const char **line, size_t *len)
{
	const char *nl;

	if (s->from.len == s->seen)
		return false;
	nl = memchr(s->from.data + s->seen, '\n', s->from.len - s->seen);
	*line = s->from.data + s->taken;
	*len = (nl ? (size_t)(nl - s->from.data) : s->from.len) - s->taken;
	if (*len > s->answer_max) {
		wrong(s, "an answer is longer than %zu bytes", s->answer_max);
		return false;
	}
	if (!nl) {
		s->seen = s->from.len;
		return false;
	}
	s->taken = s->seen = (size_t)(nl + 1 - s->from.data);
	return true;
}

static void
wrong_line(struct stream *s, const char *line, size_t len, const char *what)
{
	struct buf shown = BUF_INIT;

	utf8_visible(line, len < SHOWN ? len : SHOWN, UTF8_CONTROLS, &shown);
	wrong(s, "'%s%s' is no answer: %s", buf_str(&shown), len > SHOWN ? "..." : "", what);
	buf_clear(&shown);
}

/* Why an object is no answer; NULL: it is one. */
static const char *
judge(const json_t *message, json_t **result)
{
	const json_t *error = json_object_get(message, "error");

	*result = NULL;
	if (json_is_object(error))
		return NULL;
	if (error && !json_is_null(error))
		return "the 'error' of the answer is no object";
	*result = json_object_get(message, "result");
	return *result ? NULL : "the answer has neither 'result' nor 'error'";
}

/* What a line says; false when the stream is wrong. */
static bool
read_answer(struct stream *s, const char *line, size_t len, struct stream_answer *a)
{
	struct err why = { 0 };
	json_t *message = json_parse(line, len, &why), *id = json_object_get(message, "id");

	*a = (struct stream_answer){ .message = message, .id = json_integer_value(id) };
	if (!message)
		wrong_line(s, line, len, why.text);
	else if (!json_is_integer(id))
		wrong_line(s, line, len, "it has no integer 'id'");
	else if (!window_answer(s->window, a->id, s->now, &a->owner))
		wrong_line(s, line, len, "nothing with this 'id' is asked");
	else {
		a->fault = judge(message, &a->result);
		return true;
	}
	json_decref(message);
	return false;
}

static bool
is_blank(const char *line, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!strchr(" \t\r", line[i]))
			return false;
	return true;
}

bool
stream_next(struct stream *s, struct stream_answer *answer)
{
	const char *line;
	size_t len;

	while (next_line(s, &line, &len))
		if (!is_blank(line, len))
			return read_answer(s, line, len, answer);
	if (s->taken == s->from.len) {
		if (s->from.room > KEPT_MAX)
			buf_clear(&s->from);
		s->from.len = s->taken = s->seen = 0;
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
	read_some(s);
	close_end(&s->in);
	close_end(&s->out);
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

bool
stream_take(struct stream *s, int64_t *id, void **owner, bool *blamed)
{
	bool alone;

	if (!window_take(s->window, id, owner, &alone))
		return false;
	*blamed = alone && (s->requests == 1 || s->end == STREAM_LATE);
	return true;
}
