/* SPDX-License-Identifier: MIT */
/* strtab: names of enum values, looked up both ways. */
#include "base/strtab.h"

#include <string.h>

#include "base/buf.h"

int
strtab_find(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (names[i] && strcmp(names[i], name) == 0)
			return (int)i;
	return -1;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

enum { NAME_MAX_LEN = 64 };

/* Letters left out, put in, changed or swapped between two names: NAME_MAX_LEN for long ones. */
static size_t
distance(const char *a, const char *b)
{
	size_t na = strlen(a), nb = strlen(b), rows[3][NAME_MAX_LEN + 1];
	size_t *before = rows[0], *last = rows[1], *row = rows[2];

	if (na > NAME_MAX_LEN || nb > NAME_MAX_LEN)
		return NAME_MAX_LEN;
	for (size_t j = 0; j <= nb; j++)
		row[j] = j;
	for (size_t i = 1; i <= na; i++) {
		size_t *oldest = before;

		before = last;
		last = row;
		row = oldest;
		row[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			row[j] = least(
			    last[j - 1] + (a[i - 1] != b[j - 1]), least(last[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
	}
	return row[nb];
}

const char *
strtab_nearest(const char *const *names, size_t count, const char *name)
{
	const char *best = NULL;
	size_t least_yet = NAME_MAX_LEN;

	for (size_t i = 0; i < count; i++) {
		size_t d = names[i] ? distance(name, names[i]) : NAME_MAX_LEN;

		if (d >= least_yet || d * 3 > strlen(names[i]))
			continue;
		best = names[i];
		least_yet = d;
	}
	return best;
}

char *
strtab_list(const char *const *names, size_t count)
{
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < count; i++) {
		if (!names[i])
			continue;
		if (text.len)
			buf_add_str(&text, ", ");
		buf_add_str(&text, names[i]);
	}
	return buf_take(&text);
}
