/* SPDX-License-Identifier: MIT */
/* panel: a few lines at the bottom of the terminal that stderr is, drawn anew in place. */
#include "cli/panel.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "cli/app.h"
#include "cli/terminal.h"

/* clang-format off */
#define WIPE "\r\033[J" /* all behind the cursor */

enum { FIRST = 500000, REDRAW = 200000 };
/* clang-format on */

struct panel {
	int64_t next;
	bool drawn;
};

struct panel *
panel_new(const struct app *app)
{
	struct panel *panel;

	if (!app->terminal || app->quiet)
		return NULL;
	panel = xcalloc(1, sizeof(*panel));
	panel->next = clock_boot() + FIRST;
	return panel;
}

void
panel_free(struct panel *panel)
{
	if (!panel)
		return;
	panel_wipe(panel);
	terminal_leave();
	free(panel);
}

bool
panel_is_due(struct panel *panel)
{
	int64_t now;

	if (!panel || (now = clock_boot()) < panel->next)
		return false;
	panel->next = now + REDRAW;
	if (terminal_take())
		return true;
	panel->drawn = false;
	return false;
}

void
panel_show(struct panel *panel, const char *text)
{
	int room = terminal_rows() - 1, lines = 0;
	struct buf out = BUF_INIT;

	if (!panel)
		return;
	buf_add_str(&out, WIPE);
	for (; *text && lines < room; lines++) {
		size_t len = strcspn(text, "\n");

		if (lines > 0)
			buf_add_char(&out, '\n');
		buf_add(&out, text, len);
		text += len + (text[len] == '\n');
	}
	buf_add_char(&out, '\r');
	if (lines > 1)
		buf_addf(&out, "\033[%dA", lines - 1);
	fputs(buf_str(&out), stderr);
	fflush(stderr);
	panel->drawn = true;
	buf_clear(&out);
}

void
panel_wipe(struct panel *panel)
{
	if (!panel || !panel->drawn)
		return;
	fputs(WIPE, stderr);
	fflush(stderr);
	panel->drawn = false;
}
