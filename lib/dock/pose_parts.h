/* SPDX-License-Identifier: MIT */
/* pose_parts: what the readers of pose files share: lines, and the numbers in them. */
#ifndef DOCK_POSE_PARTS_H
#define DOCK_POSE_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct err;
struct pose;

/* A line without its end. */
struct line {
	const char *at;
	size_t len, number;
};

/* The file, line by line. */
struct reader {
	const char *at, *end;
	struct line line;
};

static inline bool
line_starts(const struct line *line, const char *word)
{
	size_t len = strlen(word);

	return line->len >= len && memcmp(line->at, word, len) == 0;
}

/* The next line into r->line; false behind the last. */
bool reader_next(struct reader *reader);

/* The number that fills len bytes at text, blanks around it allowed; "nan" and "inf" are numbers
 * here. -1: there is none. */
int field_number(const char *text, size_t len, double *out);

/* Up to count numbers separated by blanks; how many there are. Widths do not matter: Vina lets huge
 * ones overflow. */
size_t blank_numbers(const char *text, size_t len, double *out, size_t count);

/* -1, with the line and what is wrong with it. */
int line_bad(const struct line *line, const char *what, struct err *err);

/* The name of a molecule, without the blanks around it, as far as it goes. */
void pose_name(struct pose *pose, const char *text, size_t len);

/* gnina leaves out of PDBQT files what is the product of two others; smina says -1 for none. */
void pose_complete(struct pose *pose);

#endif
