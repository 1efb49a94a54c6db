/* SPDX-License-Identifier: MIT */
/* gaps: where the chains of a receptor are interrupted, and which residues nobody saw. */
#include "dock/gaps.h"

#include <math.h>

#include "dock/pdb.h"
#include "dock/pdbqt.h"

#define LINK 2.0 /* Å; C-N is 1.33 long */

static json_t *
describe(const struct pdb_residue *one, const struct pdb_residue *two, double distance)
{
	char after[24], before[24];
	json_t *gap = json_pack(
	    "{s:s, s:s}", "after", pdb_label(one, after), "before", pdb_label(two, before));

	if (two->number > one->number + 1)
		json_object_set_new(gap, "residues", json_integer(two->number - one->number - 1));
	json_object_set_new(gap, "distance", json_real(round(distance * 100) / 100));
	return gap;
}

/* A HETATM residue belongs to the chain when it is bonded to what is before it; a free amino acid
 * is not. */
json_t *
gaps_find(const struct pdb *p)
{
	const struct pdb_residue *last = NULL;
	json_t *list = json_array();

	for (size_t i = 0; i < p->residues.len; i++) {
		const struct pdb_residue *r = &p->residues.at[i];
		const struct pdb_atom *n = pdb_find(p, r, "N"), *c;
		double distance = 0;

		if (r->gone || !n || !pdb_find(p, r, "CA") || !pdb_find(p, r, "C"))
			continue;
		c = last && last->chain == r->chain ? pdb_find(p, last, "C") : NULL;
		if (c)
			distance = sqrt(pdbqt_distance2(c->at, n->at));
		if (r->het && (!c || distance > LINK))
			continue;
		if (c && distance > LINK)
			json_array_append_new(list, describe(last, r, distance));
		last = r;
	}
	return list;
}

static bool
chain_stays(const struct pdb *p, char chain)
{
	for (size_t i = 0; i < p->residues.len; i++)
		if (p->residues.at[i].chain == chain && !p->residues.at[i].gone)
			return true;
	return false;
}

json_t *
gaps_unseen(const struct pdb *p)
{
	json_t *list = json_array();
	char label[24];

	for (size_t i = 0; i < p->unseen.len; i++)
		if (chain_stays(p, p->unseen.at[i].chain))
			json_array_append_new(
			    list, json_string(pdb_label(&p->unseen.at[i], label)));
	return list;
}
