/* SPDX-License-Identifier: MIT */
/* rings: the N-H hydrogens of histidine and tryptophan rings. */
#include "dock/rings.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "dock/pdbqt.h"

#define NH 1.01           /* Å, N-H in an aromatic ring */
#define ON_NITROGEN 1.25  /* Å, a hydrogen within it is bound to the nitrogen */
#define METAL 2.8         /* Å, a metal is bound within it */
#define HYDROGEN_BOND 3.3 /* Å, N to O */

static bool
is_metal(const struct pdb_atom *a)
{
	static const char *const metals[] = { "Zn", "Fe", "Mg", "Mn", "Ca", "Cu", "Co", "Ni", "Cd",
		"Hg", "Na", "K" };

	for (size_t i = 0; i < sizeof(metals) / sizeof(metals[0]); i++)
		if (strcmp(a->element, metals[i]) == 0)
			return true;
	return false;
}

static bool
is_oxygen(const struct pdb_atom *a)
{
	return strcmp(a->element, "O") == 0;
}

/* Is there such an atom of another residue within so many Å? */
static bool
has_near(const struct pdb *p, const struct pdb_residue *own, const struct pdb_atom *to,
    bool (*is_such)(const struct pdb_atom *), double within)
{
	for (size_t i = 0; i < p->residues.len; i++) {
		const struct pdb_residue *r = &p->residues.at[i];

		if (r == own || r->gone)
			continue;
		for (size_t k = r->first; k < r->first + r->count; k++)
			if (!p->atoms.at[k].gone && is_such(&p->atoms.at[k]) &&
			    pdbqt_distance2(p->atoms.at[k].at, to->at) < within * within)
				return true;
	}
	return false;
}

static bool
is_delta(const struct pdb *p, const struct pdb_residue *r, const struct pdb_atom *nd,
    const struct pdb_atom *ne)
{
	if (has_near(p, r, ne, is_metal, METAL))
		return true;
	if (has_near(p, r, nd, is_metal, METAL))
		return false;
	return has_near(p, r, nd, is_oxygen, HYDROGEN_BOND) &&
	    !has_near(p, r, ne, is_oxygen, HYDROGEN_BOND);
}

/* A hydrogen on n, away from its two ring neighbours. */
static void
add_hydrogen(const struct pdb_residue *r, const char *name, const struct pdb_atom *n,
    const struct pdb_atom *a, const struct pdb_atom *b, struct buf *out)
{
	double v[3], length = 0;

	for (int k = 0; k < 3; k++) {
		v[k] = 2 * n->at[k] - a->at[k] - b->at[k];
		length += v[k] * v[k];
	}
	length = sqrt(length);
	if (length < 0.1)
		return; /* not a ring */
	for (int k = 0; k < 3; k++)
		v[k] = n->at[k] + NH * v[k] / length;
	buf_addf(out, "%-6s%5d  %-3s %-3s %c%4d%c   %8.3f%8.3f%8.3f%6.2f%6.2f%10s%2s\n",
	    r->het ? "HETATM" : "ATOM", 0, name, r->name, r->chain, r->number, r->icode, v[0], v[1],
	    v[2], 1.0, 0.0, "", "H");
}

/* Is there a hydrogen on this nitrogen? Some files have all hydrogens at their end. */
static bool
has_hydrogen(const struct pdb *p, const struct pdb_atom *n)
{
	for (size_t i = 0; i < p->atoms.len; i++)
		if (!p->atoms.at[i].gone && pdb_is_hydrogen(&p->atoms.at[i]) &&
		    pdbqt_distance2(p->atoms.at[i].at, n->at) < ON_NITROGEN * ON_NITROGEN)
			return true;
	return false;
}

/* Histidine by its names: which nitrogens get a hydrogen if they have none (1 ND1, 2 NE2, 3 both,
 * 0 as it seems best), or -1: not histidine. */
static int
histidine_of(const struct pdb_residue *r)
{
	static const struct {
		const char *name;
		int hydrogens;
	} names[] = {
		{ "HIS", 0 },
		{ "HID", 1 },
		{ "HSD", 1 },
		{ "HIE", 2 },
		{ "HSE", 2 },
		{ "HIP", 3 },
		{ "HSP", 3 },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(r->name, names[i].name) == 0)
			return names[i].hydrogens;
	return -1;
}

static void
add_histidine(const struct pdb *p, const struct pdb_residue *r, int hydrogens, struct buf *out)
{
	const struct pdb_atom *cg = pdb_find(p, r, "CG"), *cd = pdb_find(p, r, "CD2");
	const struct pdb_atom *ce = pdb_find(p, r, "CE1"), *nd = pdb_find(p, r, "ND1");
	const struct pdb_atom *ne = pdb_find(p, r, "NE2");

	if (!cg || !cd || !ce || !nd || !ne || has_hydrogen(p, nd) || has_hydrogen(p, ne))
		return;
	if (hydrogens == 0)
		hydrogens = is_delta(p, r, nd, ne) ? 1 : 2;
	if (hydrogens & 1)
		add_hydrogen(r, "HD1", nd, cg, ce, out);
	if (hydrogens & 2)
		add_hydrogen(r, "HE2", ne, cd, ce, out);
}

void
rings_hydrogens(const struct pdb *p, const struct pdb_residue *r, struct buf *out)
{
	const struct pdb_atom *cd, *ce, *ne;
	int histidine = histidine_of(r);

	if (histidine >= 0)
		add_histidine(p, r, histidine, out);
	if (strcmp(r->name, "TRP") != 0)
		return;
	cd = pdb_find(p, r, "CD1");
	ce = pdb_find(p, r, "CE2");
	ne = pdb_find(p, r, "NE1");
	if (cd && ce && ne && !has_hydrogen(p, ne))
		add_hydrogen(r, "HE1", ne, cd, ce, out);
}

/* The ring nitrogens of a residue that may carry a hydrogen. */
static bool
is_ring_nitrogen(const struct pdb_residue *r, const struct pdb_atom *a)
{
	if (histidine_of(r) >= 0)
		return strcmp(a->name, "ND1") == 0 || strcmp(a->name, "NE2") == 0;
	return strcmp(r->name, "TRP") == 0 && strcmp(a->name, "NE1") == 0;
}

void
rings_only_hydrogens(struct pdb *p)
{
	VEC(struct pdb_atom *) nitrogens = VEC_INIT;

	for (size_t i = 0; i < p->residues.len; i++)
		for (size_t k = 0; k < p->residues.at[i].count; k++) {
			struct pdb_atom *a = &p->atoms.at[p->residues.at[i].first + k];

			if (is_ring_nitrogen(&p->residues.at[i], a))
				vec_add(&nitrogens, a);
		}
	for (size_t i = 0; i < p->atoms.len; i++) {
		struct pdb_atom *a = &p->atoms.at[i];
		bool on_ring = false;

		if (!pdb_is_hydrogen(a))
			continue;
		for (size_t k = 0; k < nitrogens.len && !on_ring; k++)
			on_ring = pdbqt_distance2(a->at, nitrogens.at[k]->at) <
			    ON_NITROGEN * ON_NITROGEN;
		a->gone |= !on_ring;
	}
	vec_clear(&nitrogens);
}

bool
rings_are_aromatic(const struct pdbqt *receptor)
{
	for (size_t i = 0; i < receptor->atoms; i++) {
		const struct pdbqt_atom *a = &receptor->atom[i];

		if ((strcmp(a->resname, "PHE") == 0 || strcmp(a->resname, "TYR") == 0) &&
		    strcmp(a->name, "CZ") == 0 && strcmp(a->type, "A") != 0)
			return false;
	}
	return true;
}

static bool
carries_hydrogen(const struct pdbqt *receptor, const struct pdbqt_atom *n)
{
	for (size_t i = 0; i < receptor->atoms; i++)
		if (receptor->atom[i].hydrogen &&
		    pdbqt_distance2(receptor->atom[i].at, n->at) < ON_NITROGEN * ON_NITROGEN)
			return true;
	return false;
}

json_t *
rings_histidines(const struct pdbqt *receptor)
{
	static const char *const names[] = { "none", "HID", "HIE", "HIP" };
	json_t *found = json_object();

	for (size_t i = 0; i < receptor->atoms; i++) {
		const struct pdbqt_atom *a = &receptor->atom[i];
		char place[24], chain[3] = { a->chain, ':', '\0' }, icode[2] = { a->icode, '\0' };
		bool delta = strcmp(a->name, "ND1") == 0;
		int state;

		if (a->resname[0] != 'H' || strchr("IS", a->resname[1]) == NULL ||
		    (!delta && strcmp(a->name, "NE2") != 0))
			continue;
		snprintf(place, sizeof(place), "%s%d%s", a->chain == ' ' ? "" : chain, a->residue,
		    a->icode == ' ' ? "" : icode);
		state = (delta ? 1 : 2) * carries_hydrogen(receptor, a);
		for (int k = 0; k < 4; k++) {
			const char *had = json_string_value(json_object_get(found, place));

			if (had && strcmp(had, names[k]) == 0)
				state |= k;
		}
		json_object_set_new(found, place, json_string(names[state]));
	}
	return found;
}
