/* SPDX-License-Identifier: MIT */
/* table: aligned columns for people, header first. */
#include "cli/table.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/num.h"
#include "base/vec.h"

enum { GAP = 2, WORD_MIN = 8 }; /* blanks between columns; words are not cut below this */

struct table {
	const char *const *heads;
	size_t columns;
	VEC(char *) cells;
};

struct table *
table_new(const char *const *heads, size_t columns)
{
	struct table *t = xcalloc(1, sizeof(*t));

	t->heads = heads;
	t->columns = columns;
	return t;
}

void
table_free(struct table *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->cells.len; i++)
		free(t->cells.at[i]);
	vec_clear(&t->cells);
	free(t);
}

void
table_add(struct table *t, const char *text)
{
	char *copy = xstrdup(text ? text : "");

	for (char *p = copy; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	vec_add(&t->cells, copy);
}

void
table_addf(struct table *t, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	table_add(t, text);
	free(text);
}

size_t
table_rows(const struct table *t)
{
	return t->cells.len / t->columns;
}

static bool
is_right(const struct table *t, size_t column)
{
	return *t->heads[column] == '>';
}

static const char *
head(const struct table *t, size_t column)
{
	return t->heads[column] + is_right(t, column);
}

static bool
is_inside(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* Characters of UTF-8 text. */
static size_t
length(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += !is_inside(*text);
	return n;
}

/* Bytes of its first n characters. */
static size_t
bytes(const char *text, size_t n)
{
	const char *p = text;

	for (; *p && (n > 0 || is_inside(*p)); p++)
		n -= !is_inside(*p);
	return (size_t)(p - text);
}

/* The longest cell of every column. The caller frees. */
static size_t *
natural_widths(const struct table *t)
{
	size_t *width = xcalloc(t->columns, sizeof(*width));

	for (size_t c = 0; c < t->columns; c++)
		width[c] = length(head(t, c));
	for (size_t i = 0; i < t->cells.len; i++) {
		size_t n = length(t->cells.at[i]);

		if (n > width[i % t->columns])
			width[i % t->columns] = n;
	}
	return width;
}

/* Take from the widest column of words until the line fits, or no word can be cut. */
static void
squeeze(const struct table *t, size_t *width, size_t line)
{
	for (;;) {
		size_t total = GAP * (t->columns - 1), widest = t->columns;

		for (size_t c = 0; c < t->columns; c++) {
			total += width[c];
			if (is_right(t, c) || width[c] <= WORD_MIN ||
			    width[c] <= length(head(t, c)))
				continue;
			if (widest == t->columns || width[c] > width[widest])
				widest = c;
		}
		if (total <= line || widest == t->columns)
			return;
		width[widest]--;
	}
}

/* A cell padded or cut to its width. */
static void
put_cell(struct buf *line, const char *text, size_t width, bool right)
{
	size_t len = length(text), pad = len < width ? width - len : 0;

	if (right)
		buf_addf(line, "%*s", (int)pad, "");
	if (len > width && width > 2) {
		buf_add(line, text, bytes(text, width - 2));
		buf_add_str(line, "..");
	} else {
		buf_add_str(line, text);
	}
	if (!right)
		buf_addf(line, "%*s", (int)pad, "");
}

void
table_put_line(const char *text, size_t width, FILE *out)
{
	size_t len = strlen(text);
	const char *cut = "";

	if (width > 2 && length(text) > width) {
		len = bytes(text, width - 2);
		cut = "..";
	}
	fprintf(out, "%.*s%s\n", (int)len, text, cut);
}

/* One line of cells; NULL: the heads. */
static void
put_cells(const struct table *t, const size_t *width, char *const *cells, size_t limit, FILE *out)
{
	struct buf line = BUF_INIT;

	for (size_t c = 0; c < t->columns; c++) {
		if (c > 0)
			buf_addf(&line, "%*s", GAP, "");
		put_cell(&line, cells ? cells[c] : head(t, c), width[c], is_right(t, c));
	}
	while (line.len > 0 && line.data[line.len - 1] == ' ')
		line.data[--line.len] = '\0';
	table_put_line(buf_str(&line), limit, out);
	buf_clear(&line);
}

void
table_print(const struct table *t, FILE *out, size_t width)
{
	size_t *widths = natural_widths(t);

	if (width > 0)
		squeeze(t, widths, width);
	put_cells(t, widths, NULL, width, out);
	for (size_t row = 0; row < table_rows(t); row++)
		put_cells(t, widths, t->cells.at + row * t->columns, width, out);
	free(widths);
}

size_t
table_width(int fd)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	int64_t n;

	if (columns && num_int(columns, 1, 10000, &n, NULL) == 0)
		return (size_t)n;
	return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}
