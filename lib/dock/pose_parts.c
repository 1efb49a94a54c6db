/* SPDX-License-Identifier: MIT */
/* pose_parts: what the readers of pose files share: lines, and the numbers in them. */
#include "dock/pose_parts.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/err.h"
#include "dock/pose.h"

bool
reader_next(struct reader *r)
{
	const char *newline;

	if (r->at == r->end)
		return false;
	newline = memchr(r->at, '\n', (size_t)(r->end - r->at));
	r->line.at = r->at;
	r->line.len = (size_t)((newline ? newline : r->end) - r->at);
	r->line.number++;
	r->at = newline ? newline + 1 : r->end;
	if (r->line.len > 0 && r->line.at[r->line.len - 1] == '\r')
		r->line.len--;
	return true;
}

/* A number of at most fifteen digits with a point among them, as nearly all are: below 2^53 over a
 * power of ten, which is exactly what strtod makes of it. False: it is something else. */
static bool
plain_number(const char *text, size_t len, double *out)
{
	static const double tens[] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
		1e12, 1e13, 1e14, 1e15 };
	const char *end = text + len;
	bool minus = *text == '-';
	int64_t digits = 0;
	size_t n = 0, behind = 0;

	if (len > 17)
		return false;
	for (text += minus; text < end && *text >= '0' && *text <= '9'; text++, n++)
		digits = digits * 10 + (*text - '0');
	if (n == 0 || n > 15 || text == end || *text != '.')
		return false;
	for (text++; text < end && *text >= '0' && *text <= '9'; text++, behind++)
		digits = digits * 10 + (*text - '0');
	if (text < end || n + behind > 15)
		return false;
	*out = (double)digits / tens[behind];
	if (minus)
		*out = -*out;
	return true;
}

int
field_number(const char *text, size_t len, double *out)
{
	char copy[40];
	char *end;

	while (len > 0 && isspace((unsigned char)*text)) {
		text++;
		len--;
	}
	while (len > 0 && isspace((unsigned char)text[len - 1]))
		len--;
	if (len == 0 || len >= sizeof(copy))
		return -1;
	if (plain_number(text, len, out))
		return 0;
	memcpy(copy, text, len);
	copy[len] = '\0';
	*out = strtod(copy, &end);
	return *end ? -1 : 0;
}

size_t
blank_numbers(const char *text, size_t len, double *out, size_t count)
{
	const char *end = text + len;
	size_t n = 0;

	while (n < count) {
		const char *from;

		while (text < end && isspace((unsigned char)*text))
			text++;
		from = text;
		while (text < end && !isspace((unsigned char)*text))
			text++;
		if (field_number(from, (size_t)(text - from), &out[n]) < 0)
			break;
		n++;
	}
	return n;
}

int
line_bad(const struct line *line, const char *what, struct err *err)
{
	int len = line->len > 80 ? 80 : (int)line->len;

	return err_set(err, ERR_INPUT, "line %zu: %s: '%.*s'", line->number, what, len, line->at);
}

void
pose_name(struct pose *pose, const char *text, size_t len)
{
	while (len > 0 && isspace((unsigned char)*text)) {
		text++;
		len--;
	}
	while (len > 0 && isspace((unsigned char)text[len - 1]))
		len--;
	if (len >= sizeof(pose->name))
		len = sizeof(pose->name) - 1;
	memcpy(pose->name, text, len);
	pose->name[len] = '\0';
}

void
pose_complete(struct pose *pose)
{
	if (pose->rmsd_start < 0)
		pose->rmsd_start = NAN;
	if (isnan(pose->cnn_vs))
		pose->cnn_vs = pose->cnn_score * pose->cnn_affinity;
}
