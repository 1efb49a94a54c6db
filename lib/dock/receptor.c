/* SPDX-License-Identifier: MIT */
/* receptor: what of a PDB entry becomes the receptor, and what is said about it. */
#include "dock/receptor.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "dock/gaps.h"
#include "dock/pdbqt.h"

#define LINK 2.0 /* Å; C-N is 1.33 long, P-O 1.6 */

/* Side chain heavy atoms that a complete residue has; N CA C O come on top. */
static const struct {
	const char *name, *atoms;
} residues[] = {
	{ "ALA", "CB" },
	{ "ARG", "CB CG CD NE CZ NH1 NH2" },
	{ "ASN", "CB CG OD1 ND2" },
	{ "ASP", "CB CG OD1 OD2" },
	{ "CYS", "CB SG" },
	{ "GLN", "CB CG CD OE1 NE2" },
	{ "GLU", "CB CG CD OE1 OE2" },
	{ "GLY", "" },
	{ "HIS", "CB CG ND1 CD2 CE1 NE2" },
	{ "ILE", "CB CG1 CG2 CD1" },
	{ "LEU", "CB CG CD1 CD2" },
	{ "LYS", "CB CG CD CE NZ" },
	{ "MET", "CB CG SD CE" },
	{ "PHE", "CB CG CD1 CD2 CE1 CE2 CZ" },
	{ "PRO", "CB CG CD" },
	{ "SER", "CB OG" },
	{ "THR", "CB OG1 CG2" },
	{ "TRP", "CB CG CD1 CD2 NE1 CE2 CE3 CZ2 CZ3 CH2" },
	{ "TYR", "CB CG CD1 CD2 CE1 CE2 CZ OH" },
	{ "VAL", "CB CG1 CG2" },
};

/* The next item of a comma-separated list into item; false at its end. */
static bool
next_item(const char **list, char item[32])
{
	size_t n;

	*list += strspn(*list, ", ");
	n = strcspn(*list, ", ");
	if (n == 0)
		return false;
	snprintf(item, 32, "%.*s", (int)n, *list);
	*list += n;
	return true;
}

static bool
is_listed(const struct pdb_residue *r, const char *list)
{
	char item[32];

	while (list && next_item(&list, item))
		if (pdb_matches(r, item))
			return true;
	return false;
}

/* Every item of a list must mean something in this file. */
static int
check_list(const struct pdb *p, const char *option, const char *list, struct err *err)
{
	char item[32];

	while (list && next_item(&list, item)) {
		size_t i = 0;

		while (i < p->residues.len && !pdb_matches(&p->residues.at[i], item))
			i++;
		if (i == p->residues.len)
			return err_set(
			    err, ERR_INPUT, "--%s: no residue '%s' in the file", option, item);
	}
	return 0;
}

static int
check_chains(const struct pdb *p, const char *chains, struct err *err)
{
	char item[32];

	while (chains && next_item(&chains, item)) {
		size_t i = 0;

		while (
		    i < p->residues.len && (p->residues.at[i].chain != item[0] || item[1] != '\0'))
			i++;
		if (i == p->residues.len)
			return err_set(err, ERR_INPUT, "--chain: no chain '%s' in the file", item);
	}
	return 0;
}

static bool
chain_listed(const struct pdb_residue *r, const char *chains)
{
	char item[32];

	if (!chains)
		return true;
	while (next_item(&chains, item))
		if (item[0] == r->chain)
			return true;
	return false;
}

/* Is an atom of r bonded to one of that name in another residue? */
static bool
is_linked(const struct pdb *p, const struct pdb_residue *r, const char *mine, const char *theirs)
{
	const struct pdb_atom *a = pdb_find(p, r, mine), *b;

	for (size_t i = 0; a && i < p->residues.len; i++)
		if (&p->residues.at[i] != r && (b = pdb_find(p, &p->residues.at[i], theirs)) &&
		    pdbqt_distance2(a->at, b->at) < LINK * LINK)
			return true;
	return false;
}

/* Part of a chain, also when its atoms are HETATM (MSE): its backbone goes on. A backbone alone
 * does not tell: ATP and free amino acids have one. */
static bool
is_polymer(const struct pdb *p, const struct pdb_residue *r)
{
	return is_linked(p, r, "N", "C") || is_linked(p, r, "C", "N") ||
	    is_linked(p, r, "P", "O3'") || is_linked(p, r, "O3'", "P");
}

static size_t
count_heavy(const struct pdb *p, const struct pdb_residue *r)
{
	size_t n = 0;

	for (size_t i = r->first; i < r->first + r->count; i++)
		n += !p->atoms.at[i].gone && !pdb_is_hydrogen(&p->atoms.at[i]);
	return n;
}

static void
note(json_t *list, const char *text)
{
	json_array_append_new(list, json_string(text));
}

/* {"residue","atoms","why"} in kept or removed. */
static void
note_residue(const struct pdb *p, json_t *list, const struct pdb_residue *r, const char *why)
{
	char label[24];
	json_t *entry = json_pack(
	    "{s:s, s:i}", "residue", pdb_label(r, label), "atoms", (int)count_heavy(p, r));

	if (why)
		json_object_set_new(entry, "why", json_string(why));
	json_array_append_new(list, entry);
}

/* Why a residue goes; NULL: it stays. */
static const char *
reason_to_go(const struct pdb_residue *r, const struct receptor_options *o)
{
	if (o->extract && pdb_matches(r, o->extract))
		return "extracted";
	if (is_listed(r, o->remove))
		return "named";
	if (is_listed(r, o->keep))
		return NULL;
	if (!chain_listed(r, o->chains))
		return "chain";
	return pdb_is_water(r) ? "water" : NULL;
}

/* Whole groups that go: how many residues, and which. Takes which. */
static void
note_group(json_t *list, json_t *which, const char *why)
{
	if (json_array_size(which))
		json_array_append_new(list,
		    json_pack("{s:i, s:s, s:O}", "residues", (int)json_array_size(which), "why",
			why, "which", which));
	json_decref(which);
}

/* Why it stays although it is no ATOM of a chain; NULL: it was not named among those that go. */
static const char *
reason_to_stay(const struct pdb *p, const struct pdb_residue *r)
{
	if (is_polymer(p, r))
		return "part of a chain";
	if (pdb_is_water(r))
		return "named";
	return count_heavy(p, r) == 1 ? "ion" : NULL;
}

/* Decide residue by residue; of waters and chains only the places are noted. */
static void
choose_residues(struct pdb *p, const struct receptor_options *o, json_t *kept, json_t *removed)
{
	json_t *waters = json_array(), *others = json_array();

	for (size_t i = 0; i < p->residues.len; i++) {
		struct pdb_residue *r = &p->residues.at[i];
		const char *why = reason_to_go(r, o);
		char place[16];

		r->gone = why != NULL;
		if (why && strcmp(why, "water") == 0)
			json_array_append_new(waters, json_string(pdb_place(r, place)));
		else if (why && strcmp(why, "chain") == 0)
			json_array_append_new(others, json_string(pdb_place(r, place)));
		else if (why)
			note_residue(p, removed, r, why);
		else if (r->het || pdb_is_water(r))
			note_residue(p, kept, r, reason_to_stay(p, r));
	}
	note_group(removed, waters, "water");
	note_group(removed, others, "chain");
}

static int
find_extracted(struct pdb *p, const char *spec, const struct pdb_residue **out, struct err *err)
{
	char first[24], second[24];

	*out = NULL;
	for (size_t i = 0; spec && i < p->residues.len; i++) {
		const struct pdb_residue *r = &p->residues.at[i];

		if (!pdb_matches(r, spec))
			continue;
		if (*out)
			return err_set(err, ERR_INPUT,
			    "--extract: '%s' is several residues (%s, %s): name one"
			    " as CHAIN:NUMBER",
			    spec, pdb_label(*out, first), pdb_label(r, second));
		*out = r;
	}
	if (spec && !*out)
		return err_set(err, ERR_INPUT, "--extract: no residue '%s' in the file", spec);
	return 0;
}

/* The alternate location of a residue that stays: asked for, else of the highest occupancy. */
static char
best_altloc(const struct pdb *p, const struct pdb_residue *r, char wanted, char seen[27])
{
	double sum[128] = { 0 };
	size_t n = 0;
	char best = ' ';

	for (size_t i = r->first; i < r->first + r->count; i++) {
		const struct pdb_atom *a = &p->atoms.at[i];

		if (a->altloc == ' ' || a->altloc < 0)
			continue;
		if (sum[(int)a->altloc] == 0 && n < 26)
			seen[n++] = a->altloc;
		sum[(int)a->altloc] += a->occupancy + 1e-6;
	}
	seen[n] = '\0';
	for (int c = 127; c > 32; c--)
		if (sum[c] > 0 && (best == ' ' || sum[c] >= sum[(int)best]))
			best = (char)c;
	return wanted && wanted > 0 && sum[(int)wanted] > 0 ? wanted : best;
}

/* Of all residues: the letter also decides which atoms of an extracted one are written. It is noted
 * for those that stay and for the one that is extracted. */
static void
choose_altlocs(struct pdb *p, const struct receptor_options *o, json_t *altlocs)
{
	for (size_t i = 0; i < p->residues.len; i++) {
		struct pdb_residue *r = &p->residues.at[i];
		char seen[27], label[24], kept[2] = "";

		const char *why = reason_to_go(r, o);

		kept[0] = best_altloc(p, r, o->altloc, seen);
		if (!seen[0])
			continue;
		for (size_t k = r->first; k < r->first + r->count; k++) {
			struct pdb_atom *a = &p->atoms.at[k];

			a->gone = a->altloc != ' ' && a->altloc != kept[0];
		}
		if (!why || strcmp(why, "extracted") == 0)
			json_array_append_new(altlocs,
			    json_pack("{s:s, s:s, s:s}", "residue", pdb_label(r, label), "kept",
				kept, "of", seen));
	}
}

static void
find_missing(const struct pdb *p, json_t *missing)
{
	for (size_t i = 0; i < p->residues.len; i++) {
		const struct pdb_residue *r = &p->residues.at[i];
		struct buf text = BUF_INIT;
		char atoms[64], label[24], *save = NULL;
		size_t k = 0;

		while (k < sizeof(residues) / sizeof(residues[0]) &&
		    strcmp(residues[k].name, r->name) != 0)
			k++;
		if (r->gone || count_heavy(p, r) == 0 ||
		    k == sizeof(residues) / sizeof(residues[0]))
			continue;
		snprintf(atoms, sizeof(atoms), "N CA C O %s", residues[k].atoms);
		for (char *a = strtok_r(atoms, " ", &save); a; a = strtok_r(NULL, " ", &save))
			if (!pdb_find(p, r, a))
				buf_addf(&text, "%s%s", text.len ? " " : "", a);
		if (text.len)
			json_array_append_new(missing,
			    json_pack(
				"{s:s, s:s}", "residue", pdb_label(r, label), "atoms", text.data));
		buf_clear(&text);
	}
}

/* "atoms are missing (residues: 3)", where there are any. */
static void
note_count(json_t *warnings, const char *what, const char *of, const json_t *list)
{
	char *text = xasprintf("%s (%s: %zu)", what, of, json_array_size(list));

	if (json_array_size(list))
		note(warnings, text);
	free(text);
}

static void
add_warnings(const struct pdb *p, const json_t *record, json_t *warnings)
{
	char label[24], *text;

	if (p->more)
		note(warnings, "several models: the first is taken");
	note_count(
	    warnings, "atoms are missing", "residues", json_object_get(record, "missing_atoms"));
	note_count(warnings, "chains are interrupted", "gaps", json_object_get(record, "gaps"));
	for (size_t i = 0; i < p->residues.len; i++) {
		const struct pdb_residue *r = &p->residues.at[i];

		if (r->gone || !r->het || is_polymer(p, r) || count_heavy(p, r) < 6 ||
		    pdb_is_water(r))
			continue;
		text = xasprintf("%s stays in the receptor: is it a ligand?", pdb_label(r, label));
		note(warnings, text);
		free(text);
	}
}

int
receptor_choose(struct pdb *p, const struct receptor_options *options, json_t *record,
    const struct pdb_residue **extracted, struct err *err)
{
	json_t *kept = json_array(), *removed = json_array(), *altlocs = json_array();
	json_t *missing = json_array(), *warnings = json_array();

	json_object_set_new(record, "kept", kept);
	json_object_set_new(record, "removed", removed);
	json_object_set_new(record, "altlocs", altlocs);
	json_object_set_new(record, "missing_atoms", missing);
	json_object_set_new(record, "warnings", warnings);
	if (check_chains(p, options->chains, err) < 0 ||
	    check_list(p, "keep", options->keep, err) < 0 ||
	    check_list(p, "remove", options->remove, err) < 0 ||
	    find_extracted(p, options->extract, extracted, err) < 0)
		return -1;
	choose_altlocs(p, options, altlocs);
	choose_residues(p, options, kept, removed);
	find_missing(p, missing);
	json_object_set_new(record, "gaps", gaps_find(p));
	json_object_set_new(record, "unseen", gaps_unseen(p));
	add_warnings(p, record, warnings);
	for (size_t i = 0; i < p->residues.len; i++)
		if (!p->residues.at[i].gone)
			return 0;
	return err_set(err, ERR_INPUT, "nothing is left of the receptor");
}
