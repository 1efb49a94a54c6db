/* SPDX-License-Identifier: MIT */
/* relabel: the residues of the source put back on a receptor that Open Babel wrote. */
#include "dock/relabel.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "dock/pdbqt.h"

/* Where in an atom line things are, from 0. */
enum { NAME = 12, NAME_LEN = 15, PLACE = 30, TYPE = 77 };

#define SAME 0.002 /* Å, what rounding may do */

struct source {
	VEC(const struct pdb_atom *) atoms; /* the heavy ones that stay, in order */
	size_t next;                        /* Open Babel keeps the order mostly */
	size_t used;
};

static void
gather(const struct pdb *p, struct source *s)
{
	for (size_t i = 0; i < p->residues.len; i++) {
		const struct pdb_residue *r = &p->residues.at[i];

		for (size_t k = r->first; k < r->first + r->count && !r->gone; k++)
			if (!p->atoms.at[k].gone && !pdb_is_hydrogen(&p->atoms.at[k]))
				vec_add(&s->atoms, &p->atoms.at[k]);
	}
}

static void
read_place(const char *line, double at[3])
{
	for (int k = 0; k < 3; k++) {
		char text[9] = "";

		memcpy(text, line + PLACE + 8 * k, 8);
		at[k] = strtod(text, NULL);
	}
}

/* By number: Open Babel writes three decimals, and 0.000 for -0.000. */
static const struct pdb_atom *
find_place(struct source *s, const double at[3])
{
	for (size_t i = 0; i < s->atoms.len; i++) {
		size_t k = (s->next + i) % s->atoms.len;

		if (pdbqt_distance2(s->atoms.at[k]->at, at) < SAME * SAME) {
			s->next = k + 1;
			s->used++;
			return s->atoms.at[k];
		}
	}
	return NULL;
}

static const struct pdb_atom *
find_nearest(const struct source *s, const double at[3])
{
	const struct pdb_atom *best = NULL;
	double least = 0;

	for (size_t i = 0; i < s->atoms.len; i++) {
		double d2 = pdbqt_distance2(s->atoms.at[i]->at, at);

		if (!best || d2 < least) {
			best = s->atoms.at[i];
			least = d2;
		}
	}
	return best;
}

/* One atom line; a hydrogen keeps its own name. */
static int
relabel_line(struct source *s, char *line, struct err *err)
{
	bool hydrogen = line[TYPE] == 'H' && (line[TYPE + 1] == 'D' || line[TYPE + 1] == ' ');
	const struct pdb_atom *from;
	double at[3];

	read_place(line, at);
	from = hydrogen ? find_nearest(s, at) : find_place(s, at);
	if (!from)
		return err_set(err, ERR_INPUT, "Open Babel moved an atom: '%.54s'", line);
	memcpy(line, from->head, 6);
	if (hydrogen)
		memcpy(line + NAME + 5, from->head + NAME + 5, NAME_LEN - 5);
	else
		memcpy(line + NAME, from->head + NAME, NAME_LEN);
	line[NAME + 4] = ' '; /* alternate location */
	return 0;
}

int
relabel(const struct pdb *p, struct buf *pdbqt, struct err *err)
{
	struct source s = { .atoms = VEC_INIT };
	int rc = 0;

	gather(p, &s);
	for (char *line = pdbqt->data, *nl; rc == 0 && line && *line; line = nl + 1) {
		nl = strchr(line, '\n');
		if (!nl)
			break;
		if (nl - line > TYPE + 1 &&
		    (strncmp(line, "ATOM  ", 6) == 0 || strncmp(line, "HETATM", 6) == 0))
			rc = relabel_line(&s, line, err);
	}
	if (rc == 0 && s.used != s.atoms.len)
		rc = err_set(err, ERR_INPUT,
		    "Open Babel wrote %zu of %zu heavy atoms of the receptor", s.used, s.atoms.len);
	vec_clear(&s.atoms);
	return rc;
}
