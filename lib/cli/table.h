/* SPDX-License-Identifier: MIT */
/*
 * table: aligned columns for people, header first.
 *
 * Numbers stand right, words left; two blanks between columns. Too wide a
 * table first loses the ends of its longest words, then the ends of its lines;
 * ".." stands where something was cut off. Control characters are shown as
 * '?'. Records are for programs, tables are not.
 */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stddef.h>
#include <stdio.h>

struct table;

/* A head that begins with '>' (not shown) makes its column stand right. heads are borrowed for the
 * life of the table. */
struct table *table_new(const char *const *heads, size_t columns);
void table_free(struct table *table);

/* The next cell, row by row; NULL or "" for an empty one. Copied. */
void table_add(struct table *table, const char *text);
void table_addf(struct table *table, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

size_t table_rows(const struct table *table);

/* Write header and rows, cut to width; 0: as wide as they are. */
void table_print(const struct table *table, FILE *out, size_t width);

/* Write a line of text (no control characters) cut to width as a table is; 0: all of it. */
void table_put_line(const char *text, size_t width, FILE *out);

/* How wide a table on this descriptor may be: $COLUMNS, else what the terminal says, else 0. */
size_t table_width(int fd);

#endif
