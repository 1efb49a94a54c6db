/* SPDX-License-Identifier: MIT */
/*
 * panel: a few lines at the bottom of the terminal that stderr is, drawn anew in place.
 *
 * The cursor stays where they begin. So a line that anybody says meanwhile, also
 * another program of the pipe, takes the place of the first and stands above the
 * rest once they are drawn again.
 */
#ifndef CLI_PANEL_H
#define CLI_PANEL_H

#include <stdbool.h>

struct app;
struct panel;

/* NULL when stderr is no terminal that can be drawn on, and with -q; all functions take that. */
struct panel *panel_new(const struct app *app);
/* Wipe it and free. */
void panel_free(struct panel *panel);

/* Is it time to draw? Not before half a second, then five times a second. */
bool panel_is_due(struct panel *panel);

/* Show the lines of a text, which are not too long; no more than there is room for. */
void panel_show(struct panel *panel, const char *text);

void panel_wipe(struct panel *panel);

#endif
