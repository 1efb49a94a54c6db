/* SPDX-License-Identifier: MIT */
/* meeko: the molecule that Meeko's remarks in a PDBQT tell of. */
#include "dock/meeko.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "dock/molecule.h"
#include "dock/placed.h"
#include "dock/pose.h"

enum { NUMBER_MAX = 99999 }; /* five columns of a PDBQT */

/* The next number of a line, or -1. */
static int
next_number(const char **at)
{
	char *end;
	long n = strtol(*at, &end, 10);

	if (end == *at || n < 1 || n > NUMBER_MAX)
		return -1;
	*at = end;
	return (int)n;
}

#define ADD_PAIRS(list, text) \
	do { \
		const char *at_ = (text); \
		int one_, two_; \
		while ((one_ = next_number(&at_)) > 0 && (two_ = next_number(&at_)) > 0) \
			vec_add((list), ((struct meeko_pair){ one_, two_ })); \
	} while (0)

/* One line, ended by NUL. */
static void
read_line(struct meeko *m, const char *line)
{
	const char *serial = line + 6;

	if (strncmp(line, "REMARK SMILES IDX ", 18) == 0)
		ADD_PAIRS(&m->heavy, line + 18);
	else if (strncmp(line, "REMARK H PARENT ", 16) == 0)
		ADD_PAIRS(&m->hydrogens, line + 16);
	else if (strncmp(line, "REMARK SMILES ", 14) == 0 && m->smiles.len == 0)
		buf_add(&m->smiles, line + 14, strcspn(line + 14, " \t\r\n"));
	else if (strncmp(line, "ATOM", 4) == 0 || strncmp(line, "HETATM", 6) == 0)
		vec_add(&m->serials, next_number(&serial));
}

bool
meeko_read(struct meeko *m, const char *model, size_t len)
{
	const char *end = model + len;

	while (model < end) {
		const char *newline = memchr(model, '\n', (size_t)(end - model));
		size_t n = (size_t)((newline ? newline : end) - model);
		char *line = xstrndup(model, n);

		read_line(m, line);
		free(line);
		model += n + 1;
	}
	return m->smiles.len > 0 && m->heavy.len > 0;
}

void
meeko_clear(struct meeko *m)
{
	buf_clear(&m->smiles);
	vec_clear(&m->heavy);
	vec_clear(&m->hydrogens);
	vec_clear(&m->serials);
}

/* The line at or behind at, count lines on; NULL behind the end. */
static const char *
skip(const char *at, int count)
{
	for (; at && count > 0; count--) {
		at = strchr(at, '\n');
		at = at ? at + 1 : NULL;
	}
	return at;
}

/* sdf with the hydrogens as further atoms, at no place yet, and single bonds to their parents. */
static int
add_hydrogens(const struct meeko *m, const char *sdf, int *atoms, struct buf *out, struct err *err)
{
	const char *counts = skip(sdf, 3);
	int bonds = counts ? molecule_column(counts, 3) : -1;
	const char *atom, *bond, *rest;

	*atoms = counts ? molecule_column(counts, 0) : -1;
	atom = skip(counts, 1);
	bond = *atoms > 0 ? skip(atom, *atoms) : NULL;
	rest = bond && bonds >= 0 ? skip(bond, bonds) : NULL;
	if (!rest || *atoms + m->hydrogens.len > 999 || bonds + m->hydrogens.len > 999)
		return err_set(err, ERR_INPUT, "the molecule of Meeko's remark cannot be written");
	buf_add(out, sdf, (size_t)(counts - sdf));
	buf_addf(out, "%3zu%3zu%.*s", (size_t)*atoms + m->hydrogens.len,
	    (size_t)bonds + m->hydrogens.len, (int)(atom - counts - 6), counts + 6);
	buf_add(out, atom, (size_t)(bond - atom));
	for (size_t i = 0; i < m->hydrogens.len; i++)
		buf_add_str(
		    out, "    0.0000    0.0000    0.0000 H   0  0  0  0  0  0  0  0  0  0  0  0\n");
	buf_add(out, bond, (size_t)(rest - bond));
	for (size_t i = 0; i < m->hydrogens.len; i++)
		buf_addf(out, "%3d%3zu  1  0  0  0  0\n", m->hydrogens.at[i].number,
		    (size_t)*atoms + i + 1);
	buf_add_str(out, rest);
	return 0;
}

/* The number, from 1, of an atom of the pose in the SDF with hydrogens; 0: none. */
static int
number_of(const struct meeko *m, int serial, int atoms)
{
	for (size_t i = 0; i < m->heavy.len; i++)
		if (m->heavy.at[i].serial == serial)
			return m->heavy.at[i].number;
	for (size_t i = 0; i < m->hydrogens.len; i++)
		if (m->hydrogens.at[i].serial == serial)
			return atoms + (int)i + 1;
	return 0;
}

/* Is an atom of this AutoDock type the one that sdf has under this number? */
static bool
is_same_element(const char *type, const char *sdf, int number)
{
	const char *line = skip(sdf, 3 + number);
	char first = type[0] == 'A' || strncmp(type, "CG", 2) == 0 ? 'C' : type[0];

	return line && strcspn(line, "\n") > 32 && line[31] == first;
}

static bool
parents_exist(const struct meeko *m, int atoms)
{
	for (size_t i = 0; i < m->hydrogens.len; i++)
		if (m->hydrogens.at[i].number > atoms)
			return false;
	return true;
}

int
meeko_sdf(const struct meeko *m, const char *sdf, const struct pose_atom *pose, size_t count,
    const char *title, struct buf *out, struct err *err)
{
	struct buf whole = BUF_INIT;
	struct pose_atom *real = xcalloc(count + 1, sizeof(*real));
	json_t *map = json_array();
	size_t n = 0;
	int atoms, rc = add_hydrogens(m, sdf, &atoms, &whole, err);

	if (rc == 0 && (m->serials.len != count || !parents_exist(m, atoms)))
		rc = err_set(err, ERR_INPUT, "Meeko's remarks are not about this pose");
	for (size_t i = 0; rc == 0 && i < count; i++) {
		int number = number_of(m, m->serials.at[i], atoms);

		if (number == 0 && pose[i].type[0] == 'G')
			continue;
		if (number == 0)
			rc = err_set(
			    err, ERR_INPUT, "atom %d is not in Meeko's remarks", m->serials.at[i]);
		else if (!is_same_element(pose[i].type, whole.data, number))
			rc = err_set(err, ERR_INPUT, "atom %d is another one in Meeko's remarks",
			    m->serials.at[i]);
		json_array_append_new(map, json_integer(number));
		real[n++] = pose[i];
	}
	if (rc == 0)
		rc = placed_sdf(buf_str(&whole), map, real, n, title, out, err);
	json_decref(map);
	free(real);
	buf_clear(&whole);
	return rc;
}
