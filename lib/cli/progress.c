/* SPDX-License-Identifier: MIT */
/* progress: one line on stderr about long work. */
#include "cli/progress.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "cli/app.h"

enum { FIRST = 1000000, REDRAW = 100000, PLAIN = 30000000 };

struct progress {
	const struct app *app;
	const char *unit;
	int64_t start, next;
	int64_t before; /* done before the start */
	bool live;      /* redrawn in place */
	bool drawn;     /* a line is on the screen */
};

struct progress *
progress_new(const struct app *app, const char *unit)
{
	struct progress *p = xcalloc(1, sizeof(*p));
	const char *term = getenv("TERM");

	p->app = app;
	p->unit = unit;
	p->start = clock_boot();
	p->live = isatty(STDERR_FILENO) && !(term && strcmp(term, "dumb") == 0);
	p->next = p->start + (p->live ? FIRST : PLAIN);
	return p;
}

void
progress_begin(struct progress *p, int64_t done)
{
	p->before = done;
	p->start = clock_boot();
}

void
progress_hide(struct progress *p)
{
	if (!p || !p->drawn)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	p->drawn = false;
}

void
progress_free(struct progress *p)
{
	progress_hide(p);
	free(p);
}

static int
columns(void)
{
	const char *env = getenv("COLUMNS");
	struct winsize size;
	int n = env ? (int)strtol(env, NULL, 10) : 0;

	if (n <= 0 && ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0)
		n = size.ws_col;
	return n > 20 ? n : 80;
}

/* "1h02m", "3m20s", "12s". */
static void
format_span(double seconds, char text[64])
{
	long s = (long)(seconds + 0.5);

	if (s >= 360000)
		snprintf(text, 64, "%ldd%02ldh", s / 86400, s / 3600 % 24);
	else if (s >= 3600)
		snprintf(text, 64, "%ldh%02ldm", s / 3600, s / 60 % 60);
	else if (s >= 60)
		snprintf(text, 64, "%ldm%02lds", s / 60, s % 60);
	else
		snprintf(text, 64, "%lds", s);
}

static void
draw(struct progress *p, double elapsed, int64_t done, int64_t total, const char *detail)
{
	double rate = elapsed > 0 ? (double)(done - p->before) / elapsed : 0;
	char text[512], span[64];
	int n;

	n = snprintf(text, sizeof(text), "%s: %lld", p->app->name, (long long)done);
	if (total > 0)
		n += snprintf(text + n, sizeof(text) - (size_t)n, "/%lld (%d%%)", (long long)total,
		    (int)(100 * done / total));
	n += snprintf(
	    text + n, sizeof(text) - (size_t)n, " %s, %.*f/s", p->unit, rate < 10 ? 2 : 0, rate);
	if (total > done && rate > 0) {
		format_span((double)(total - done) / rate, span);
		n += snprintf(text + n, sizeof(text) - (size_t)n, ", %s left", span);
	}
	if (detail && *detail)
		snprintf(text + n, sizeof(text) - (size_t)n, ", %s", detail);
	if (p->live)
		fprintf(stderr, "\r\033[K%.*s", columns() - 1, text);
	else
		fprintf(stderr, "%s\n", text);
	fflush(stderr);
	p->drawn = p->live;
}

void
progress_tick(struct progress *p, int64_t done, int64_t total, const char *detail)
{
	int64_t now;

	if (!p || p->app->quiet)
		return;
	now = clock_boot();
	if (now < p->next)
		return;
	p->next = now + (p->live ? REDRAW : PLAIN);
	draw(p, (double)(now - p->start) / 1e6, done, total, detail);
}
