/* SPDX-License-Identifier: MIT */
/*
 * plot: points in a field of letters, for a terminal.
 *
 * '.' is a point, ':' more than one, '*' one that was marked.
 */
#ifndef CLI_PLOT_H
#define CLI_PLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct plot;

/* What is shown upwards and to the right; both are copied. */
struct plot *plot_new(const char *up, const char *right);
void plot_free(struct plot *plot);

/* A point; one with a NAN in it is left out. */
void plot_add(struct plot *plot, double x, double y, bool marked);

/* The left and right edge, and what is written there; else those of the points. Copied. */
void plot_edges(
    struct plot *plot, double left, const char *left_text, double right, const char *right_text);

/* Draw it so many columns wide, 0: 80. Nothing when there are no points. */
void plot_print(const struct plot *plot, FILE *out, size_t width);

#endif
