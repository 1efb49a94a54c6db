/* SPDX-License-Identifier: MIT */
/*
 * screen: a terminal that shows one text, drawn anew in place.
 *
 * It is the other screen of the terminal: what was there comes back at the end.
 * A signal that ends the program gives the terminal back first.
 */
#ifndef CLI_SCREEN_H
#define CLI_SCREEN_H

#include <stddef.h>

struct err;
struct screen;

/* Take the terminal that stdout is; keys are read from stdin if that is one too. NULL on error. */
struct screen *screen_open(struct err *err);
void screen_close(struct screen *screen);

size_t screen_rows(const struct screen *screen);
size_t screen_columns(const struct screen *screen);

/* Show the lines of a text, as many as there is room for; longer ones were cut by the caller. */
int screen_show(struct screen *screen, const char *text, struct err *err);

enum screen_news {
	SCREEN_NOTHING, /* the time is over */
	SCREEN_CHANGED, /* its size, or it was taken away and came back: show it again */
	SCREEN_QUIT,    /* q, Control-C or Control-D */
};

/* Wait for a key or a change of size, so many milliseconds. */
enum screen_news screen_wait(struct screen *screen, int milliseconds);

#endif
