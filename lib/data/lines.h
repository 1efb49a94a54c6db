/* SPDX-License-Identifier: MIT */
/*
 * lines: text taken apart line by line, without copying.
 *
 *	struct lines at = lines_of(text, len);
 *	while (lines_next(&at)) ... at.line, at.len ...
 *
 * Lines end with LF or CRLF; the end is not part of the line. The last line
 * may lack it.
 */
#ifndef DATA_LINES_H
#define DATA_LINES_H

#include <stdbool.h>
#include <stddef.h>

struct lines {
	const char *line; /* this line, borrowed from the text */
	size_t len;
	size_t number; /* of this line, from 1; 0 before the first */
	const char *rest, *end;
};

struct lines lines_of(const char *text, size_t len);
bool lines_next(struct lines *at);

/* Does the line start with this text? */
bool lines_starts(const struct lines *at, const char *text);

/* Only blanks, or nothing? */
bool lines_blank(const struct lines *at);

/* The field of this width from this column (from 0), blanks round it left off; false when there
 * is none. */
bool lines_column(
    const struct lines *at, size_t from, size_t width, const char **field, size_t *len);

/* The next field after *from, between blanks; false when there is none. Start with *from 0. */
bool lines_field(const struct lines *at, size_t *from, const char **field, size_t *len);

/* A count: digits only, at most 9 of them. -1 when it is something else. */
long lines_count(const char *field, size_t len);

/* Is it a decimal number, as molecule files write coordinates? */
bool lines_decimal(const char *field, size_t len);

#endif
