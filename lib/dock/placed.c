/* SPDX-License-Identifier: MIT */
/* placed: a docked pose as the molecule it was made from. */
#include "dock/placed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "dock/molecule.h"
#include "dock/pose.h"

enum { ATOMS_MAX = 999 }; /* three columns of a counts line */

/* The work on one molecule. Atoms are numbered from 1, as in the file. */
struct placing {
	char *rest;                                /* what was not read yet */
	int64_t atoms, bonds;                      /* of the counts line */
	const struct pose_atom *at[ATOMS_MAX + 1]; /* NULL: no place */
	int number[ATOMS_MAX + 1];                 /* in what is written; 0: left out */
	int kept, kept_bonds;
	struct buf *out;
	struct err *err;
};

static const char *
next(struct placing *p)
{
	const char *line = p->rest ? strsep(&p->rest, "\n") : NULL;
	size_t len = line ? strlen(line) : 0;

	if (len > 0 && line[len - 1] == '\r')
		((char *)line)[len - 1] = '\0';
	return line;
}

static int
bad(struct placing *p, const char *what)
{
	return err_set(p->err, ERR_INPUT, "the molecule of the record: %s", what);
}

/* Who stands where: a place for each numbered atom, none twice. */
static int
take_map(struct placing *p, const json_t *map, const struct pose_atom *pose, size_t count)
{
	if (json_array_size(map) != count)
		return bad(p, "its atoms are not those of the pose");
	for (size_t i = 0; i < count; i++) {
		json_int_t n = json_integer_value(json_array_get(map, i));

		if (n < 1 || n > p->atoms || p->at[n])
			return bad(p, "its atom numbers are wrong");
		p->at[n] = &pose[i];
	}
	for (int64_t n = 1; n <= p->atoms; n++)
		p->number[n] = p->at[n] ? ++p->kept : 0;
	return 0;
}

static int
put_atom(struct placing *p, int64_t n, const char *line)
{
	const double *at;

	if (!line || strlen(line) < 34)
		return bad(p, "an atom line is too short");
	if (!p->at[n])
		return strncmp(line + 31, "H  ", 3) == 0 ? 0 : bad(p, "a heavy atom has no place");
	at = p->at[n]->at;
	buf_addf(p->out, "%10.4f%10.4f%10.4f%s\n", at[0], at[1], at[2], line + 30);
	return 0;
}

/* A bond between atoms that are kept, with their new numbers, into lines. */
static int
put_bond(struct placing *p, const char *line, struct buf *lines)
{
	int one = line ? molecule_column(line, 0) : -1, two = line ? molecule_column(line, 3) : -1;

	if (one < 1 || two < 1 || one > p->atoms || two > p->atoms)
		return bad(p, "a bond line names no atoms");
	if (!p->number[one] || !p->number[two])
		return 0;
	buf_addf(lines, "%3d%3d%s\n", p->number[one], p->number[two], line + 6);
	p->kept_bonds++;
	return 0;
}

/* M  CHG, M  ISO and M  RAD: count, then pairs of atom and value. */
static int
put_property(struct placing *p, const char *line)
{
	int count = molecule_column(line, 6), kept = 0;
	struct buf pairs = BUF_INIT;
	int rc = 0;

	for (int i = 0; rc == 0 && i < count; i++) {
		size_t from = 9 + 8 * (size_t)i;
		int n = strlen(line) < from + 8 ? -1 : molecule_column(line, from + 1);

		if (n < 1 || n > p->atoms)
			rc = bad(p, "a property names no atom");
		else if (p->number[n])
			buf_addf(&pairs, " %3d%.4s", p->number[n], line + from + 4), kept++;
	}
	if (rc == 0 && kept > 0)
		buf_addf(p->out, "%.6s%3d%s\n", line, kept, buf_str(&pairs));
	buf_clear(&pairs);
	return rc;
}

static int
put_properties(struct placing *p)
{
	static const char *const numbered[] = { "M  CHG", "M  ISO", "M  RAD" };
	const char *line;

	while ((line = next(p)) && strncmp(line, "M  END", 6) != 0)
		for (size_t i = 0; i < 3; i++)
			if (strncmp(line, numbered[i], 6) == 0 && put_property(p, line) < 0)
				return -1;
	buf_add_str(p->out, "M  END\n");
	return line ? 0 : bad(p, "it has no end");
}

/* Counts line, atoms and bonds; the counts are known last, so the parts wait. */
static int
put_table(struct placing *p, const char *counts)
{
	struct buf *out = p->out, atoms = BUF_INIT, bonds = BUF_INIT;
	int rc = 0;

	p->out = &atoms;
	for (int64_t n = 1; rc == 0 && n <= p->atoms; n++)
		rc = put_atom(p, n, next(p));
	for (int64_t n = 1; rc == 0 && n <= p->bonds; n++)
		rc = put_bond(p, next(p), &bonds);
	p->out = out;
	buf_addf(out, "%3d%3d%s\n", p->kept, p->kept_bonds, counts + 6);
	buf_add(out, atoms.data, atoms.len);
	buf_add(out, bonds.data, bonds.len);
	buf_clear(&atoms);
	buf_clear(&bonds);
	return rc;
}

static int
place(struct placing *p, const json_t *map, const struct pose_atom *pose, size_t count,
    const char *title)
{
	const char *line = NULL;

	for (int i = 0; i < 4; i++) {
		if (!(line = next(p)))
			return bad(p, "it is cut off");
		if (i < 3)
			buf_addf(p->out, "%s\n", i == 0 && title ? title : line);
	}
	p->atoms = molecule_column(line, 0);
	p->bonds = molecule_column(line, 3);
	if (p->atoms < 1 || p->bonds < 0 || strstr(line, "V3000"))
		return bad(p, "it is no V2000 SDF");
	if (take_map(p, map, pose, count) < 0 || put_table(p, line) < 0)
		return -1;
	return put_properties(p);
}

int
placed_sdf(const char *sdf, const json_t *atoms, const struct pose_atom *pose, size_t count,
    const char *title, struct buf *out, struct err *err)
{
	char *copy = xstrdup(sdf);
	struct placing p = { .rest = copy, .out = out, .err = err };
	int rc = place(&p, atoms, pose, count, title);

	free(copy);
	return rc;
}
