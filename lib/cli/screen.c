/* SPDX-License-Identifier: MIT */
/*
 * screen: a terminal that shows one text, drawn anew in place.
 *
 * Keys arrive as bytes, Control-C and Control-Z too. Signals that would end us are
 * blocked and waited for, but never taken: once the terminal is given back and the
 * mask restored, they do what they would have done.
 */
#include "cli/screen.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"

/* clang-format off */
#define ENTER "\033[?1049h\033[?25l\033[?7l" /* the other screen, no cursor, lines never wrap */
#define LEAVE "\033[?7h\033[?25h\033[?1049l"
#define HOME "\033[H"
#define REST_OF_LINE "\033[K"
#define REST_OF_SCREEN "\033[J"
/* clang-format on */

enum { CONTROL_C = 3, CONTROL_D = 4, CONTROL_Z = 26 };

struct screen {
	struct termios saved;
	bool keys;              /* stdin is a terminal */
	bool ours;              /* entered, and not left */
	sigset_t mask, watched; /* before us; and what we wait for */
	int news, deadly;       /* signalfds; what comes on the second is left there */
	struct winsize size;
};

static void
measure(struct screen *s)
{
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &s->size) < 0 || s->size.ws_row == 0)
		s->size = (struct winsize){ .ws_row = 24, .ws_col = 80 };
}

static void
put(const char *text)
{
	file_write_fd(STDOUT_FILENO, "terminal", text, strlen(text), NULL);
}

/* From the background this stops us, and there is nothing yet that a signal should give back. */
static void
enter(struct screen *s)
{
	struct termios raw = s->saved;

	if (s->keys) {
		raw.c_iflag &= ~(tcflag_t)IXON;
		raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
		raw.c_cc[VMIN] = 0;
		raw.c_cc[VTIME] = 0;
		sigprocmask(SIG_SETMASK, &s->mask, NULL);
		tcsetattr(STDIN_FILENO, TCSANOW, &raw);
		sigprocmask(SIG_BLOCK, &s->watched, NULL);
	}
	put(ENTER);
	s->ours = true;
	measure(s);
}

static bool
in_front(void)
{
	return tcgetpgrp(STDIN_FILENO) == getpgrp();
}

/* Somebody else's settings are left alone. */
static void
leave(struct screen *s)
{
	if (!s->ours)
		return;
	s->ours = false;
	put(LEAVE);
	if (s->keys && in_front())
		tcsetattr(STDIN_FILENO, TCSANOW, &s->saved);
}

static int
open_signals(struct screen *s)
{
	static const int ending[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction now;
	sigset_t news, deadly;

	sigemptyset(&news);
	sigaddset(&news, SIGWINCH);
	sigaddset(&news, SIGCONT);
	sigemptyset(&deadly);
	s->watched = news;
	for (size_t i = 0; i < sizeof(ending) / sizeof(*ending); i++)
		if (sigaction(ending[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN) {
			sigaddset(&deadly, ending[i]);
			sigaddset(&s->watched, ending[i]);
		}
	sigprocmask(SIG_BLOCK, &s->watched, &s->mask);
	s->news = signalfd(-1, &news, SFD_CLOEXEC | SFD_NONBLOCK);
	s->deadly = signalfd(-1, &deadly, SFD_CLOEXEC | SFD_NONBLOCK);
	return s->news < 0 || s->deadly < 0 ? -1 : 0;
}

struct screen *
screen_open(struct err *err)
{
	struct screen *s = xcalloc(1, sizeof(*s));

	s->news = s->deadly = -1;
	s->keys = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &s->saved) == 0;
	if (open_signals(s) == 0) {
		enter(s);
		return s;
	}
	err_sys(err, "cannot watch for signals");
	sigprocmask(SIG_SETMASK, &s->mask, NULL);
	if (s->news >= 0)
		close(s->news);
	free(s);
	return NULL;
}

void
screen_close(struct screen *s)
{
	if (!s)
		return;
	leave(s);
	close(s->news);
	close(s->deadly);
	sigprocmask(SIG_SETMASK, &s->mask, NULL);
	free(s);
}

size_t
screen_rows(const struct screen *s)
{
	return s->size.ws_row;
}

size_t
screen_columns(const struct screen *s)
{
	return s->size.ws_col;
}

int
screen_show(struct screen *s, const char *text, struct err *err)
{
	struct buf out = BUF_INIT;
	int rc;

	if (s->keys && !in_front())
		return 0;
	buf_add_str(&out, HOME);
	for (size_t row = 0; *text && row < s->size.ws_row; row++) {
		size_t len = strcspn(text, "\n");

		if (row > 0)
			buf_add_str(&out, "\r\n");
		buf_add(&out, text, len);
		buf_add_str(&out, REST_OF_LINE);
		text += len + (text[len] == '\n');
	}
	buf_add_str(&out, REST_OF_SCREEN);
	rc = file_write_fd(STDOUT_FILENO, "terminal", out.data, out.len, err);
	buf_clear(&out);
	return rc;
}

/* Control-Z: give the terminal back until somebody lets us go on. */
static void
rest(struct screen *s)
{
	leave(s);
	kill(0, SIGTSTP);
	enter(s);
}

static enum screen_news
read_keys(struct screen *s)
{
	char keys[64];
	ssize_t n = read(STDIN_FILENO, keys, sizeof(keys));

	if (n <= 0) { /* the terminal is gone */
		s->keys = s->keys && n < 0 && (errno == EINTR || errno == EAGAIN);
		return s->keys ? SCREEN_NOTHING : SCREEN_QUIT;
	}
	for (ssize_t i = 0; i < n; i++) {
		if (keys[i] == 'q' || keys[i] == 'Q' || keys[i] == CONTROL_C ||
		    keys[i] == CONTROL_D)
			return SCREEN_QUIT;
		if (keys[i] == CONTROL_Z) {
			rest(s);
			return SCREEN_CHANGED;
		}
	}
	return SCREEN_CHANGED;
}

enum screen_news
screen_wait(struct screen *s, int milliseconds)
{
	struct pollfd fds[] = { { .fd = s->news, .events = POLLIN },
		{ .fd = s->deadly, .events = POLLIN },
		{ .fd = s->keys ? STDIN_FILENO : -1, .events = POLLIN } };
	struct signalfd_siginfo info;

	if (poll(fds, sizeof(fds) / sizeof(*fds), milliseconds) <= 0)
		return SCREEN_NOTHING;
	if (fds[1].revents)
		return SCREEN_QUIT;
	if (fds[2].revents)
		return read_keys(s);
	while (read(s->news, &info, sizeof(info)) == sizeof(info))
		if (info.ssi_signo == SIGCONT) /* somebody else stopped us */
			enter(s);
	measure(s);
	return SCREEN_CHANGED;
}
