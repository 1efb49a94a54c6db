/* SPDX-License-Identifier: MIT */
/*
 * page: pieces of a web page that needs nothing but itself: text made harmless, tables, plots.
 */
#ifndef DOCK_PAGE_H
#define DOCK_PAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct buf;

/* From <!doctype> to the open <body>, style included; the title is plain text. And the end. */
void page_begin(const char *title, struct buf *out);
void page_end(struct buf *out);

/* Plain text, as text or within quotes of an attribute. NULL is nothing. */
void page_text(const char *text, struct buf *out);

/* <h2>, and rows of tables; number: its cells are right-aligned. */
void page_heading(const char *text, struct buf *out);
void page_row_begin(struct buf *out);
void page_cell(const char *text, bool number, struct buf *out);
void page_row_end(struct buf *out);

/* {"what": count}: a table of two columns, the largest count first. */
void page_counts(const char *what, const json_t *counts, struct buf *out);

/* How values are distributed: bars of equal width, as SVG. label stands below. */
void page_histogram(const double *values, size_t n, const char *label, struct buf *out);

/* Points (x, y), as SVG: what two standings say of the same molecules. */
void page_scatter(const double *x, const double *y, size_t n, const char *across, const char *up,
    struct buf *out);

/* A value as JSON within a script element of that id, for scripts to read. */
void page_data(const char *id, const json_t *value, struct buf *out);

#endif
