/* SPDX-License-Identifier: MIT */
/*
 * lint: is a prepared PDBQT file fit to be docked? Judged from its text alone.
 *
 * PDBQT has no bonds, so the rules for flat molecules and for missing hydrogens look at
 * distances. Bond lengths are those of Allen et al., J. Chem. Soc. Perkin Trans. 2 (1987) S1:
 * C-C 1.53, C=C 1.32, aromatic 1.38, C-OH 1.43 (phenol 1.36, acid 1.31), carboxylate 1.25,
 * C-N 1.47 (amide 1.33), C=N 1.28, nitrile 1.14.
 */
#include "dock/lint.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "dock/molecule.h"

#define OVERLAP 0.5   /* Å; the shortest bond, N-H, is twice as long */
#define BOND 1.75     /* Å; two heavy atoms of the second period are bonded within it */
#define NITRILE 1.275 /* Å; Open Babel builds nitriles of 1.26 */

enum { NEIGHBOURS = 5 };

/* Heavy neighbours of an atom, nearest first. */
struct around {
	size_t count; /* may be more than are kept */
	const struct pdbqt_atom *atom[NEIGHBOURS];
	double distance[NEIGHBOURS];
};

static void
look_around(const struct pdbqt *p, const struct pdbqt_atom *a, struct around *out)
{
	out->count = 0;
	for (size_t i = 0; i < p->atoms; i++) {
		const struct pdbqt_atom *b = &p->atom[i];
		double d = sqrt(pdbqt_distance2(a->at, b->at));
		size_t k = out->count < NEIGHBOURS ? out->count : NEIGHBOURS;

		if (b == a || b->hydrogen || d > BOND)
			continue;
		out->count++;
		if (k == NEIGHBOURS && out->distance[--k] <= d)
			continue;
		for (; k > 0 && out->distance[k - 1] > d; k--) {
			out->atom[k] = out->atom[k - 1];
			out->distance[k] = out->distance[k - 1];
		}
		out->atom[k] = b;
		out->distance[k] = d;
	}
}

static bool
is_element(const struct pdbqt_atom *a, char element)
{
	if (element == 'C')
		return strcmp(a->type, "C") == 0 || strcmp(a->type, "A") == 0;
	return a->type[0] == element && (a->type[1] == '\0' || a->type[1] == 'A');
}

/* The angle at a between its two nearest neighbours, degrees. */
static double
angle_at(const struct pdbqt_atom *a, const struct around *n)
{
	double dot = 0;

	for (int i = 0; i < 3; i++)
		dot += (n->atom[0]->at[i] - a->at[i]) * (n->atom[1]->at[i] - a->at[i]);
	return acos(fmax(-1, fmin(1, dot / (n->distance[0] * n->distance[1])))) * 180 / M_PI;
}

/* Can this atom of a flat molecule be where it is in a real one? */
static bool
planar_atom(const struct pdbqt *p, const struct pdbqt_atom *a)
{
	struct around n;

	look_around(p, a, &n);
	if (n.count > 0 && n.distance[0] < 1.1)
		return false; /* no two heavy atoms are so close */
	if (strcmp(a->type, "A") == 0)
		return n.count > 1 && n.count < 4 && n.distance[0] < 1.47;
	if (strcmp(a->type, "C") != 0 || n.count < 2 || n.distance[0] < 1.45)
		return n.count < 4;
	return n.count == 2 && angle_at(a, &n) < 117; /* sp3: 109-114 */
}

static bool
is_flat(const struct pdbqt *p)
{
	for (size_t i = 1; i < p->atoms; i++)
		if (fabs(p->atom[i].at[2] - p->atom[0].at[2]) > 0.0005)
			return false;
	return p->heavy > 3;
}

static int
check_flat(const struct pdbqt *p, struct err *why)
{
	if (!is_flat(p))
		return 0;
	for (size_t i = 0; i < p->atoms; i++)
		if (!p->atom[i].hydrogen && !planar_atom(p, &p->atom[i]))
			return err_set(why, ERR_INPUT,
			    "flat coordinates: every z is %.3f, and atom %d"
			    " (%s) cannot be planar",
			    p->atom[0].at[2], p->atom[i].serial, p->atom[i].name);
	return 0;
}

static int
check_places(const struct pdbqt *p, struct err *why)
{
	size_t same = 1;

	while (same < p->atoms && pdbqt_distance2(p->atom[0].at, p->atom[same].at) == 0)
		same++;
	if (p->atoms > 1 && same == p->atoms)
		return err_set(why, ERR_INPUT,
		    pdbqt_distance2(p->atom[0].at, (double[3]){ 0 }) == 0
			? "all coordinates are zero"
			: "all atoms are at one point");
	for (size_t i = 0; i < p->atoms; i++)
		for (size_t k = i + 1; k < p->atoms; k++) {
			double d2 = pdbqt_distance2(p->atom[i].at, p->atom[k].at);

			if (d2 < OVERLAP * OVERLAP && !pdbqt_is_glue(&p->atom[i]) &&
			    !pdbqt_is_glue(&p->atom[k]))
				return err_set(why, ERR_INPUT,
				    "two atoms in one place: %d (%s) and %d"
				    " (%s) are %.2f angstrom apart",
				    p->atom[i].serial, p->atom[i].name, p->atom[k].serial,
				    p->atom[k].name, sqrt(d2));
		}
	return 0;
}

/* Must this atom carry a hydrogen, by its bonds to heavy atoms? */
static bool
needs_hydrogen(const struct pdbqt *p, const struct pdbqt_atom *a)
{
	struct around n;

	if (!is_element(a, 'N') && !is_element(a, 'O'))
		return false;
	look_around(p, a, &n);
	if (n.count == 1 && is_element(a, 'O'))
		return is_element(n.atom[0], 'C') && n.distance[0] > 1.39;
	if (n.count == 1)
		return is_element(n.atom[0], 'C')
		    ? n.distance[0] > NITRILE
		    : is_element(n.atom[0], 'S') && n.distance[0] > 1.5;
	return n.count == 2 && is_element(a, 'N') && is_element(n.atom[0], 'C') &&
	    is_element(n.atom[1], 'C') && n.distance[0] > 1.32 && n.distance[1] > 1.42;
}

static int
check_hydrogens(const struct pdbqt *p, struct err *why)
{
	if (p->heavy < p->atoms)
		return 0;
	for (size_t i = 0; i < p->atoms; i++)
		if (needs_hydrogen(p, &p->atom[i]))
			return err_set(why, ERR_INPUT,
			    "missing hydrogens: there are none, and atom %d"
			    " (%s) must have one",
			    p->atom[i].serial, p->atom[i].name);
	return 0;
}

static void
measure(struct lint_facts *f)
{
	const struct pdbqt *p = &f->pdbqt;
	size_t n = 0;

	for (size_t i = 0; i < p->atoms; i++) {
		const struct pdbqt_atom *a = &p->atom[i];

		if (a->hydrogen && p->heavy > 0)
			continue;
		for (int k = 0; k < 3; k++) {
			f->centroid[k] += a->at[k];
			f->low[k] = n ? fmin(f->low[k], a->at[k]) : a->at[k];
			f->high[k] = n ? fmax(f->high[k], a->at[k]) : a->at[k];
		}
		n++;
	}
	for (int k = 0; k < 3; k++)
		f->centroid[k] /= (double)n;
}

/* Measure and hand over, or forget: what both judges end with. */
static int
conclude(int rc, struct lint_facts *found, struct lint_facts *facts)
{
	if (rc == 0 && facts) {
		measure(found);
		*facts = *found;
		return 0;
	}
	lint_clear(found);
	if (facts)
		*facts = (struct lint_facts){ 0 };
	return rc;
}

int
lint_ligand(const char *pdbqt, size_t len, const struct lint_limits *limits,
    struct lint_facts *facts, struct err *why)
{
	struct lint_facts f = { 0 };
	struct pdbqt *p = &f.pdbqt;
	int most = limits ? limits->torsions : LINT_TORSIONS;
	int rc = pdbqt_ligand(p, pdbqt, len, why);

	if (rc == 0 && p->heavy == 0)
		rc = err_set(why, ERR_INPUT, "no atoms but hydrogens");
	if (rc == 0)
		rc = check_places(p, why);
	if (rc == 0)
		rc = check_flat(p, why);
	if (rc == 0)
		rc = check_hydrogens(p, why);
	if (rc == 0 && p->torsions > most)
		rc = err_set(
		    why, ERR_INPUT, "too many torsions: %d (at most %d)", p->torsions, most);
	return conclude(rc, &f, facts);
}

/* The atoms of a molecule as those of a PDBQT file. */
static void
take_molecule(struct pdbqt *p, const struct molecule *m)
{
	p->atom = xcalloc(m->atoms.len, sizeof(*p->atom));
	p->torsdof = -1;
	snprintf(p->name, sizeof(p->name), "%s", m->title ? m->title : "");
	for (size_t i = 0; i < m->atoms.len; i++) {
		const struct atom *from = &m->atoms.at[i];
		struct pdbqt_atom *to = &p->atom[p->atoms++];

		memcpy(to->at, from->at, sizeof(to->at));
		memcpy(to->type, from->element, sizeof(to->type));
		memcpy(to->name, from->element, sizeof(from->element));
		to->serial = (int)i + 1;
		to->hydrogen = !atom_is_heavy(from);
		p->heavy += !to->hydrogen;
	}
}

/* Four neighbours of one of these are never in one plane with it. */
static int
check_neighbours(const struct molecule *m, struct err *why)
{
	size_t *count = xcalloc(m->atoms.len, sizeof(*count)), i = 0;

	for (size_t k = 0; k < m->bonds.len; k++) {
		count[m->bonds.at[k].from]++;
		count[m->bonds.at[k].to]++;
	}
	while (i < m->atoms.len &&
	    (count[i] < 4 || !strchr("CNPS", *m->atoms.at[i].element) || m->atoms.at[i].element[1]))
		i++;
	free(count);
	if (i == m->atoms.len)
		return 0;
	return err_set(why, ERR_INPUT,
	    "flat coordinates: every z is the same, and atom %zu (%s) cannot be planar", i + 1,
	    m->atoms.at[i].element);
}

/* Drawn, not built? */
static int
check_sketch(const struct pdbqt *p, const struct molecule *m, struct err *why)
{
	if (!is_flat(p))
		return 0;
	if (p->heavy == p->atoms)
		return err_set(why, ERR_INPUT, "it is flat, without hydrogens: no 3D coordinates");
	return check_neighbours(m, why) < 0 ? -1 : check_flat(p, why);
}

int
lint_whole(const struct molecule *m, struct err *why)
{
	if (m->bonds.len < m->said)
		return err_set(why, ERR_INPUT,
		    "bond %zu of %zu cannot be read: cut off, or between atoms that are not there",
		    m->bonds.len + 1, m->said);
	if (!m->ended)
		return err_set(why, ERR_INPUT, "the molecule has no M  END: cut off?");
	for (size_t i = 0; i < m->atoms.len; i++)
		if (!*m->atoms.at[i].element)
			return err_set(why, ERR_INPUT,
			    "atom %zu is of no element (a dummy, a group or a lone pair?)", i + 1);
	return 0;
}

/* Salts and mixtures: engines dock one part of them, or all as one rigid body. */
static int
check_fragments(const struct molecule *m, struct err *why)
{
	size_t *part = xcalloc(m->atoms.len, sizeof(*part)), first = 0, other = 0;
	bool changed = true;

	for (size_t i = 0; i < m->atoms.len; i++)
		part[i] = i;
	while (changed) {
		changed = false;
		for (size_t i = 0; i < m->bonds.len; i++) {
			size_t *a = &part[m->bonds.at[i].from], *b = &part[m->bonds.at[i].to];

			changed |= *a != *b;
			*a = *b = *a < *b ? *a : *b;
		}
	}
	while (first < m->atoms.len && !atom_is_heavy(&m->atoms.at[first]))
		first++;
	for (size_t i = first; m->v2000 && i < m->atoms.len && other == 0; i++)
		if (atom_is_heavy(&m->atoms.at[i]) && part[i] != part[first])
			other = i + 1;
	free(part);
	if (other == 0)
		return 0;
	return err_set(why, ERR_INPUT,
	    "several fragments: atoms %zu and %zu are not bonded (dock-prep strips salts)",
	    first + 1, other);
}

int
lint_ligand_sdf(const char *sdf, size_t len, struct lint_facts *facts, struct err *why)
{
	struct molecule m = MOLECULE_INIT;
	struct lint_facts f = { 0 };
	int rc = -1;

	if (memchr(sdf, '\0', len))
		err_set(why, ERR_INPUT, "there is a NUL in it");
	else
		rc = molecule_read(&m, MOLECULE_SDF, "ligand", sdf, why);
	if (rc == 0 && m.more)
		rc = err_set(why, ERR_INPUT, "there are several molecules in it");
	if (rc == 0)
		rc = lint_whole(&m, why);
	if (rc == 0)
		take_molecule(&f.pdbqt, &m);
	if (rc == 0 && f.pdbqt.heavy == 0)
		rc = err_set(why, ERR_INPUT, "no atoms but hydrogens");
	if (rc == 0)
		rc = check_places(&f.pdbqt, why);
	if (rc == 0)
		rc = check_sketch(&f.pdbqt, &m, why);
	if (rc == 0)
		rc = check_fragments(&m, why);
	molecule_clear(&m);
	return conclude(rc, &f, facts);
}

int
lint_receptor(const char *pdbqt, size_t len, struct lint_facts *facts, struct err *why)
{
	struct lint_facts f = { 0 };
	int rc = pdbqt_receptor(&f.pdbqt, pdbqt, len, why);

	if (rc == 0 && f.pdbqt.heavy == 0)
		rc = err_set(why, ERR_INPUT, "no atoms but hydrogens");
	return conclude(rc, &f, facts);
}

void
lint_clear(struct lint_facts *facts)
{
	pdbqt_clear(&facts->pdbqt);
	*facts = (struct lint_facts){ 0 };
}

bool
lint_reaches(
    const struct lint_facts *facts, const double center[3], const double size[3], double margin)
{
	for (size_t i = 0; i < facts->pdbqt.atoms; i++) {
		const struct pdbqt_atom *a = &facts->pdbqt.atom[i];
		double d2 = 0;

		for (int k = 0; k < 3; k++) {
			double out = fmax(0, fabs(a->at[k] - center[k]) - size[k] / 2);

			d2 += out * out;
		}
		if (!a->hydrogen && d2 <= margin * margin)
			return true;
	}
	return false;
}
