/* SPDX-License-Identifier: MIT */
/* lines: text taken apart line by line, without copying. */
#include "data/lines.h"

#include <string.h>

struct lines
lines_of(const char *text, size_t len)
{
	return (struct lines){ .rest = text, .end = text + len };
}

bool
lines_next(struct lines *at)
{
	const char *newline;

	if (at->rest == at->end)
		return false;
	newline = memchr(at->rest, '\n', (size_t)(at->end - at->rest));
	at->line = at->rest;
	at->len = (size_t)((newline ? newline : at->end) - at->rest);
	at->rest = newline ? newline + 1 : at->end;
	at->number++;
	if (at->len > 0 && at->line[at->len - 1] == '\r')
		at->len--;
	return true;
}

bool
lines_starts(const struct lines *at, const char *text)
{
	size_t len = strlen(text);

	return at->len >= len && memcmp(at->line, text, len) == 0;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

bool
lines_blank(const struct lines *at)
{
	for (size_t i = 0; i < at->len; i++)
		if (!is_blank(at->line[i]))
			return false;
	return true;
}

bool
lines_column(const struct lines *at, size_t from, size_t width, const char **field, size_t *len)
{
	size_t to = from + width < at->len ? from + width : at->len;

	if (from > to)
		from = to;
	while (from < to && is_blank(at->line[from]))
		from++;
	while (to > from && is_blank(at->line[to - 1]))
		to--;
	*field = at->line + from;
	*len = to > from ? to - from : 0;
	return *len > 0;
}

bool
lines_field(const struct lines *at, size_t *from, const char **field, size_t *len)
{
	size_t i = *from, start;

	while (i < at->len && is_blank(at->line[i]))
		i++;
	start = i;
	while (i < at->len && !is_blank(at->line[i]))
		i++;
	*field = at->line + start;
	*len = i - start;
	*from = i;
	return i > start;
}

long
lines_count(const char *field, size_t len)
{
	long n = 0;

	if (len == 0 || len > 9)
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (field[i] < '0' || field[i] > '9')
			return -1;
		n = n * 10 + (field[i] - '0');
	}
	return n;
}

/* Pass over digits; how many there were. */
static size_t
digits(const char *field, size_t len, size_t *i)
{
	size_t start = *i;

	while (*i < len && field[*i] >= '0' && field[*i] <= '9')
		++*i;
	return *i - start;
}

static void
sign(const char *field, size_t len, size_t *i)
{
	if (*i < len && (field[*i] == '-' || field[*i] == '+'))
		++*i;
}

bool
lines_decimal(const char *field, size_t len)
{
	size_t i = 0, n;

	sign(field, len, &i);
	n = digits(field, len, &i);
	if (i < len && field[i] == '.') {
		i++;
		n += digits(field, len, &i);
	}
	if (n == 0)
		return false;
	if (i < len && (field[i] == 'e' || field[i] == 'E')) {
		i++;
		sign(field, len, &i);
		if (digits(field, len, &i) == 0)
			return false;
	}
	return i == len;
}
