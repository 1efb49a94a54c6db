/* SPDX-License-Identifier: MIT */
/* progress: one line on stderr about long work. */
#include "cli/progress.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/num.h"
#include "cli/app.h"
#include "cli/terminal.h"

enum { FIRST = 1000000, REDRAW = 100000, PLAIN = 30000000, STEADY = 1000000 };

/* A point from which a rate is measured. */
struct mark {
	int64_t when, done;
};

struct progress {
	const struct app *app;
	const char *unit;
	int64_t next;
	int64_t total;
	struct mark begin;  /* the first tick */
	struct mark steady; /* since then the total is what it is */
	bool gives_way;
	bool drawn; /* our line is on the screen */
};

struct progress *
progress_new(const struct app *app, const char *unit)
{
	struct progress *p = xcalloc(1, sizeof(*p));

	p->app = app;
	p->unit = unit;
	p->total = -1;
	p->next = clock_boot() + (app->terminal ? FIRST : PLAIN);
	return p;
}

void
progress_give_way(struct progress *p)
{
	p->gives_way = true;
}

/* May we draw now? Another line that is there is not ours to wipe. */
static bool
own_terminal(struct progress *p)
{
	if (terminal_take())
		return true;
	p->drawn = false;
	return false;
}

void
progress_hide(struct progress *p)
{
	if (!p || !p->drawn)
		return;
	fputs(APP_WIPE, stderr);
	fflush(stderr);
	p->drawn = false;
}

void
progress_free(struct progress *p)
{
	if (!p)
		return;
	progress_hide(p);
	if (p->app->terminal)
		terminal_leave();
	free(p);
}

/* Done a second since the mark; 0 where nothing was, or too short a while ago to tell. */
static double
rate_since(const struct mark *mark, int64_t now, int64_t done)
{
	if (mark->done == done || now - mark->when < STEADY)
		return 0;
	return (double)(done - mark->done) * 1e6 / (double)(now - mark->when);
}

static void
draw(const struct progress *p, int64_t now, int64_t done, const char *detail)
{
	double rate = rate_since(p->total > 0 ? &p->steady : &p->begin, now, done);
	char text[512], span[NUM_TEXT];
	int n;

	n = snprintf(text, sizeof(text), "%s: %lld", p->app->name, (long long)done);
	if (p->total > 0)
		n += snprintf(text + n, sizeof(text) - (size_t)n, "/%lld (%d%%)",
		    (long long)p->total, (int)(100 * done / p->total));
	n += snprintf(text + n, sizeof(text) - (size_t)n, " %s", p->unit);
	if (rate > 0)
		n += snprintf(
		    text + n, sizeof(text) - (size_t)n, ", %.*f/s", rate < 10 ? 2 : 0, rate);
	if (p->total > done && rate > 0) {
		num_span((double)(p->total - done) / rate, span);
		n += snprintf(text + n, sizeof(text) - (size_t)n, ", %s left", span);
	}
	if (detail && *detail)
		snprintf(text + n, sizeof(text) - (size_t)n, ", %s", detail);
	if (p->app->terminal)
		fprintf(stderr, APP_WIPE "%.*s", terminal_columns() - 1, text);
	else
		fprintf(stderr, "%s\n", text);
	fflush(stderr);
}

void
progress_tick(struct progress *p, int64_t done, int64_t total, const char *detail)
{
	int64_t now;

	if (!p || p->app->quiet)
		return;
	now = clock_boot();
	if (p->total < 0)
		p->begin = (struct mark){ now, done };
	if (p->total != total) {
		p->total = total;
		p->steady = (struct mark){ now, done };
	}
	if (now < p->next || (done == 0 && total == 0))
		return;
	p->next = now + (p->app->terminal ? REDRAW : PLAIN);
	if (p->app->terminal && !own_terminal(p))
		return;
	draw(p, now, done, detail);
	p->drawn = p->app->terminal;
	if (p->gives_way && p->app->terminal)
		terminal_leave();
}
