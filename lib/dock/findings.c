/* SPDX-License-Identifier: MIT */
/* findings: what is wrong, or doubtful, about ligand, receptor and box, and what would be right. */
#include "dock/findings.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "dock/box.h"
#include "dock/lint.h"

#define OVERLAP 0.5   /* Å; nearer than any bond */
#define NEAR 8.0      /* Å around the box, where atoms matter */
#define OUTSIDE 0.5   /* Å that an atom may stick out of the box */
#define FLEXIBLE 20   /* torsions, above which searches seldom end in one place */
#define MANY_HEAVY 20 /* atoms of a receptor that must have hydrogens */

static void __attribute__((format(printf, 5, 6)))
add(json_t *findings, const char *of, const char *class, const char *right, const char *fmt, ...)
{
	va_list args;
	char *reason;

	va_start(args, fmt);
	reason = xvasprintf(fmt, args);
	va_end(args);
	json_array_append_new(findings,
	    json_pack("{s:s, s:s, s:s, s:s}", "of", of, "class", class, "reason", reason, "right",
		right));
	free(reason);
}

void
findings_refuse(json_t *findings, const char *of, const char *class, const char *reason)
{
	static const struct {
		const char *of, *right;
	} rows[] = {
		{ "ligand", "a molecule that dock-prep prepared: dock-ligands FILE | dock-prep" },
		{ "receptor", "a PDBQT that dock-prep --receptor made of the PDB file" },
		{ "box", "a box on the receptor, such as dock-box --ligand or --residues makes" },
		{ "request",
		    "members and parameters as the manual page of the program names them" },
	};
	size_t i = 0;

	while (strcmp(rows[i].of, of) != 0)
		i++;
	add(findings, of, class, rows[i].right, "%s", reason);
}

/* What dock-prep warned about. */
static const struct {
	const char *warning, *class, *reason, *right;
} warned[] = {
	{ "stereo_unspecified", "warning",
	    "one of several isomers was built, and the others were not",
	    "dock-prep --stereo enumerate, or a molecule with its stereo" },
	{ "protonation_rejected", "note", "it has the state that it came in, not that of the pH",
	    "a molecule in the state it has in water, prepared without --ph" },
	{ "states_limited", "note", "it has more states than were prepared",
	    "dock-prep --states with a higher number" },
	{ "no_partial_charges", "note", "all its partial charges are 0", "Vina ignores them" },
};

void
findings_ligand(json_t *findings, const struct lint_facts *ligand, const json_t *warnings)
{
	const char *text;

	for (size_t i = 0; i < json_array_size(warnings); i++)
		for (size_t k = 0; k < sizeof(warned) / sizeof(*warned); k++)
			if ((text = json_string_value(json_array_get(warnings, i))) &&
			    strcmp(text, warned[k].warning) == 0)
				add(findings, "ligand", warned[k].class, warned[k].right, "%s",
				    warned[k].reason);
	if (ligand->pdbqt.torsions > FLEXIBLE)
		add(findings, "ligand", "note", "a higher exhaustiveness, and several seeds",
		    "%d torsions: a search seldom finds the best pose", ligand->pdbqt.torsions);
}

static bool
is_water(const struct pdbqt_atom *a)
{
	return strcmp(a->resname, "HOH") == 0 || strcmp(a->resname, "WAT") == 0 ||
	    strcmp(a->resname, "DOD") == 0;
}

/* Two atoms in one place: alternate locations, mostly. */
static void
find_overlap(json_t *findings, const struct pdbqt *p, const struct box *near)
{
	for (size_t i = 0; i < p->atoms; i++) {
		const struct pdbqt_atom *a = &p->atom[i];

		if (a->hydrogen || (near && box_distance(near, a->at) > NEAR))
			continue;
		for (size_t k = i + 1; k < p->atoms; k++) {
			const struct pdbqt_atom *b = &p->atom[k];

			if (b->hydrogen || pdbqt_distance2(a->at, b->at) >= OVERLAP * OVERLAP)
				continue;
			add(findings, "receptor", "warning",
			    "one alternate location: dock-prep --receptor keeps one",
			    "atoms %d (%s) and %d (%s) are in one place", a->serial, a->name,
			    b->serial, b->name);
			return;
		}
	}
}

void
findings_receptor(json_t *findings, const struct lint_facts *receptor, const struct box *near)
{
	const struct pdbqt *p = &receptor->pdbqt;
	size_t waters = 0;

	for (size_t i = 0; i < p->atoms; i++)
		waters += !p->atom[i].hydrogen && is_water(&p->atom[i]) &&
		    (!near || box_distance(near, p->atom[i].at) <= NEAR);
	if (p->heavy == p->atoms && p->heavy > MANY_HEAVY)
		add(findings, "receptor", "warning",
		    "polar hydrogens, without which nothing donates a hydrogen bond: dock-prep "
		    "--receptor --ph 7.4",
		    "it has no hydrogens");
	if (waters > 0)
		add(findings, "receptor", "note",
		    "only those that are known to stay: dock-prep --receptor --keep",
		    "%zu waters near the box", waters);
	find_overlap(findings, p, near);
}

/* The longest distance between heavy atoms, as the ligand is now. */
static double
longest(const struct lint_facts *ligand)
{
	const struct pdbqt *p = &ligand->pdbqt;
	double d2 = 0;

	for (size_t i = 0; i < p->atoms; i++)
		for (size_t k = i + 1; k < p->atoms && !p->atom[i].hydrogen; k++)
			if (!p->atom[k].hydrogen)
				d2 = fmax(d2, pdbqt_distance2(p->atom[i].at, p->atom[k].at));
	return sqrt(d2);
}

static void
find_fit(json_t *findings, const struct box *box, const struct lint_facts *ligand)
{
	double least = fmin(box->size[0], fmin(box->size[1], box->size[2]));
	double most = fmax(box->size[0], fmax(box->size[1], box->size[2]));
	double length = longest(ligand);
	const char *class = length > most ? "warning" : "note";
	char *right;

	if (length <= least)
		return;
	right = xasprintf("sides of at least %.0f angstrom", ceil(length));
	add(findings, "box", class, right,
	    "the ligand is %.1f angstrom long, the %s side %.1f: poses would stick out", length,
	    length > most ? "longest" : "shortest", length > most ? most : least);
	free(right);
}

static void
find_heavy(json_t *findings, const struct box *box, const struct lint_facts *receptor)
{
	double nearest = INFINITY;

	for (size_t i = 0; i < receptor->pdbqt.atoms; i++)
		if (!receptor->pdbqt.atom[i].hydrogen)
			nearest = fmin(nearest, box_distance(box, receptor->pdbqt.atom[i].at));
	if (nearest > 0)
		add(findings, "box", "warning",
		    "a box that the receptor reaches into: is it of this receptor?",
		    "no heavy atom of the receptor is in it, the nearest is %.1f angstrom away",
		    nearest);
}

static void
find_strays(json_t *findings, const struct box *box, const struct lint_facts *ligand)
{
	const struct pdbqt *p = &ligand->pdbqt;
	size_t out = 0;

	for (size_t i = 0; i < p->atoms; i++)
		out += !p->atom[i].hydrogen && box_distance(box, p->atom[i].at) > OUTSIDE;
	if (out > 0)
		add(findings, "box", "warning",
		    "a box around the ligand: dock-box --ligand, or a ligand in its pose",
		    "%zu of %zu heavy atoms of the ligand are outside, and it stays where it is",
		    out, p->heavy);
}

void
findings_box(json_t *findings, const struct box *box, const struct lint_facts *ligand,
    const struct lint_facts *receptor, bool still)
{
	double volume = box_volume(box);
	char *right;

	if (volume > BOX_LARGE) {
		right = xasprintf("a box around a pocket (dock-box), or an exhaustiveness of %.0f",
		    ceil(8 * volume / BOX_LARGE));
		add(findings, "box", "warning", right,
		    "%.0f cubic angstrom: searches are thin above %.0f", volume, BOX_LARGE);
		free(right);
	}
	if (ligand && still)
		find_strays(findings, box, ligand);
	else if (ligand)
		find_fit(findings, box, ligand);
	if (receptor)
		find_heavy(findings, box, receptor);
}

static const char *
class_of(const json_t *findings, size_t i)
{
	return json_string_value(json_object_get(json_array_get(findings, i), "class"));
}

const json_t *
findings_worst(const json_t *findings)
{
	for (size_t i = 0; i < json_array_size(findings); i++)
		if (strcmp(class_of(findings, i), "warning") != 0 &&
		    strcmp(class_of(findings, i), "note") != 0)
			return json_array_get(findings, i);
	return NULL;
}

bool
findings_stop(const json_t *findings)
{
	for (size_t i = 0; i < json_array_size(findings); i++)
		if (strcmp(class_of(findings, i), "note") != 0)
			return true;
	return false;
}
