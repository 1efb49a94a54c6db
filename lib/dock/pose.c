/* SPDX-License-Identifier: MIT */
/* pose: docked poses, read from the PDBQT file that Vina and its relatives write. */
#include "dock/pose.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

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

static bool
next_line(struct reader *r)
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

static bool
starts(const struct line *line, const char *word)
{
	size_t len = strlen(word);

	return line->len >= len && memcmp(line->at, word, len) == 0;
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

/* The number that fills len bytes at text, blanks around it allowed; "nan" and "inf" are numbers
 * here. -1: there is none. */
static int
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

/* Up to count numbers separated by blanks. Widths do not matter: Vina lets huge ones overflow. */
static size_t
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

static int
bad_line(const struct line *line, const char *what, struct err *err)
{
	int len = line->len > 80 ? 80 : (int)line->len;

	return err_set(err, ERR_INPUT, "line %zu: %s: '%.*s'", line->number, what, len, line->at);
}

/* PDBQT is columns: coordinates in 31-54, the AutoDock type from 78 on. */
static int
read_atom(const struct line *line, struct poses *out, struct err *err)
{
	struct pose_atom atom = { .type = "" };
	size_t n = 0;

	if (line->len < 54)
		return bad_line(line, "too short for an atom", err);
	for (size_t i = 0; i < 3; i++)
		if (field_number(line->at + 30 + 8 * i, 8, &atom.at[i]) < 0)
			return bad_line(line, "not a coordinate", err);
	for (size_t i = 77; i < line->len && n + 1 < sizeof(atom.type); i++)
		if (!isspace((unsigned char)line->at[i]))
			atom.type[n++] = line->at[i];
	vec_add(&out->atoms, atom);
	return 0;
}

static bool
is_atom(const struct line *line)
{
	return starts(line, "ATOM  ") || starts(line, "HETATM");
}

/* REMARKs with one number, and where it goes. Longer texts stand before their beginnings. */
static const struct {
	const char *text;
	size_t offset;
} energies[] = {
	{ "REMARK INTER + INTRA:", offsetof(struct pose, total) },
	{ "REMARK INTER:", offsetof(struct pose, inter) },
	{ "REMARK INTRA:", offsetof(struct pose, intra) },
	{ "REMARK UNBOUND:", offsetof(struct pose, unbound) },
};

static int
read_remark(const struct line *line, struct pose *pose, struct err *err)
{
	static const char result[] = "REMARK VINA RESULT:";
	size_t skip = sizeof(result) - 1;

	if (starts(line, result)) {
		double n[3];

		if (blank_numbers(line->at + skip, line->len - skip, n, 3) != 3)
			return bad_line(line, "not three numbers", err);
		pose->affinity = n[0];
		pose->rmsd_lb = n[1];
		pose->rmsd_ub = n[2];
		return 0;
	}
	for (size_t i = 0; i < sizeof(energies) / sizeof(*energies); i++) {
		double *to = (double *)((char *)pose + energies[i].offset);

		skip = strlen(energies[i].text);
		if (!starts(line, energies[i].text))
			continue;
		if (blank_numbers(line->at + skip, line->len - skip, to, 1) != 1)
			return bad_line(line, "not a number", err);
	}
	return 0;
}

/* What stands between MODEL and ENDMDL. `scored` tells whether a result line was seen. */
static int
read_body_line(
    const struct line *line, struct poses *out, struct pose *pose, bool *scored, struct err *err)
{
	if (is_atom(line)) {
		pose->natoms++;
		return read_atom(line, out, err);
	}
	if (starts(line, "REMARK")) {
		*scored |= starts(line, "REMARK VINA RESULT:");
		return read_remark(line, pose, err);
	}
	if (starts(line, "MODEL"))
		return bad_line(line, "the model before has no end", err);
	if (starts(line, "ROOT"))
		pose->roots++;
	if (starts(line, "BEGIN_RES"))
		pose->flexible = true;
	return 0;
}

static int
read_model(struct reader *r, const char *start, struct poses *out, struct err *err)
{
	struct pose pose = { .affinity = NAN,
		.total = NAN,
		.inter = NAN,
		.intra = NAN,
		.unbound = NAN,
		.repaired = NAN,
		.first = out->atoms.len };
	bool scored = false;
	size_t number = out->len + 1;

	for (;;) {
		if (!next_line(r))
			return err_set(err, ERR_INPUT, "model %zu is cut off", number);
		if (starts(&r->line, "ENDMDL"))
			break;
		if (read_body_line(&r->line, out, &pose, &scored, err) < 0)
			return -1;
	}
	if (!scored)
		return err_set(err, ERR_INPUT, "model %zu has no REMARK VINA RESULT", number);
	if (pose.natoms == 0)
		return err_set(err, ERR_INPUT, "model %zu has no atoms", number);
	pose.end = (size_t)(r->at - start);
	vec_add(out, pose);
	return 0;
}

int
poses_read(const char *text, size_t len, struct poses *out, struct err *err)
{
	struct reader r = { .at = text, .end = text + len };

	while (next_line(&r)) {
		if (starts(&r.line, "MODEL ")) {
			if (read_model(&r, text, out, err) < 0)
				return -1;
		} else if (r.line.len > 0) {
			return bad_line(&r.line, "not a model", err);
		}
	}
	if (out->len == 0)
		return err_set(err, ERR_INPUT, "there is no model in it");
	return 0;
}

void
poses_clear(struct poses *poses)
{
	vec_clear(&poses->atoms);
	vec_clear(poses);
}
