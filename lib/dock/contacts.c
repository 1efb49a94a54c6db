/* SPDX-License-Identifier: MIT */
/* contacts: which residues a pose touches, and where it is too close to them. */
#include "dock/contacts.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "dock/pdbqt.h"
#include "dock/pose.h"

#define CLASH 0.75 /* of the sum of the radii */

/* Radii in Å, by AutoDock type or element; types of two letters first. */
static const struct {
	const char *type;
	double radius;
} radii[] = {
	{ "Cl", 1.75 },
	{ "CL", 1.75 },
	{ "Br", 1.85 },
	{ "BR", 1.85 },
	{ "Si", 2.10 },
	{ "NA", 1.55 },
	{ "NS", 1.55 },
	{ "OA", 1.52 },
	{ "OS", 1.52 },
	{ "SA", 1.80 },
	{ "A", 1.70 },
	{ "C", 1.70 },
	{ "N", 1.55 },
	{ "O", 1.52 },
	{ "F", 1.47 },
	{ "P", 1.80 },
	{ "S", 1.80 },
	{ "I", 1.98 },
	{ "B", 1.92 },
};

/* 0: a metal, or nothing we know. */
static double
radius_of(const char *type)
{
	for (size_t i = 0; i < sizeof(radii) / sizeof(*radii); i++)
		if (strcmp(radii[i].type, type) == 0)
			return radii[i].radius;
	return 0;
}

bool
contacts_hydrogen(const char *type)
{
	return type[0] == 'H' && (type[1] == '\0' || type[1] == 'D' || type[1] == 'S');
}

/* A residue of the receptor that is being looked at. */
struct residue {
	const struct pdbqt_atom *first;
	bool touched;
};

static bool
same_residue(const struct pdbqt_atom *a, const struct pdbqt_atom *b)
{
	return a->residue == b->residue && a->chain == b->chain && a->icode == b->icode &&
	    strcmp(a->resname, b->resname) == 0;
}

/* "A:ASP381", without a chain "ASP381". */
static void
name_residue(const struct pdbqt_atom *a, char text[64])
{
	char chain[3] = { a->chain, ':', '\0' }, code[2] = { a->icode, '\0' };

	snprintf(text, 64, "%s%s%d%s", a->chain == ' ' ? "" : chain, a->resname, a->residue,
	    a->icode == ' ' ? "" : code);
}

/* Where the number begins in "ASP25" or "ASP25A"; names are of at most three characters, which may
 * be digits. */
static size_t
name_length(const char *residue)
{
	size_t len = strlen(residue), at = len;

	if (at > 1 && isalpha((unsigned char)residue[at - 1]) &&
	    isdigit((unsigned char)residue[at - 2]))
		at--;
	while (at > 0 && isdigit((unsigned char)residue[at - 1]))
		at--;
	if (at > 0 && residue[at - 1] == '-')
		at--;
	return at > 0 || len <= 3 ? at : 3;
}

bool
contacts_names(const char *residue, const char *called)
{
	const char *colon = strchr(called, ':'), *own = strchr(residue, ':');
	size_t len;

	if (colon && strncmp(residue, called, (size_t)(colon - called) + 1) != 0)
		return false;
	called = colon ? colon + 1 : called;
	residue = own ? own + 1 : residue;
	if ((colon && !*called) || strcasecmp(residue, called) == 0)
		return true;
	len = name_length(residue);
	return strcmp(residue + len, called) == 0 ||
	    (strlen(called) == len && strncasecmp(residue, called, len) == 0);
}

bool
contacts_there(const struct pdbqt *receptor, const char *called)
{
	char text[64];

	for (size_t i = 0; i < receptor->atoms; i++) {
		name_residue(&receptor->atom[i], text);
		if (contacts_names(text, called))
			return true;
	}
	return false;
}

static void
end_residue(struct residue *r, json_t *contacts)
{
	char text[64];

	name_residue(r->first, text);
	if (r->touched)
		json_array_append_new(contacts, json_string(text));
}

/* An atom of the receptor against all of the pose: clashes, and whether it touches. */
static int
look_at(const struct pdbqt_atom *a, const struct pose_atom *atoms, size_t count, bool *touched)
{
	double radius = radius_of(a->type);
	int clashes = 0;

	for (size_t i = 0; i < count; i++) {
		double d2 = pdbqt_distance2(a->at, atoms[i].at), other, near;

		if (d2 > CONTACTS_DISTANCE * CONTACTS_DISTANCE || contacts_hydrogen(atoms[i].type))
			continue;
		*touched = true;
		other = radius_of(atoms[i].type);
		near = CLASH * (radius + other);
		clashes += radius > 0 && other > 0 && d2 < near * near;
	}
	return clashes;
}

void
contacts_add(const struct pdbqt *receptor, const struct pose_atom *atoms, size_t count, json_t *row)
{
	json_t *contacts = json_array();
	struct residue residue = { 0 };
	json_int_t clashes = 0;

	for (size_t i = 0; i < receptor->atoms; i++) {
		const struct pdbqt_atom *a = &receptor->atom[i];

		if (residue.first && !same_residue(residue.first, a)) {
			end_residue(&residue, contacts);
			residue = (struct residue){ 0 };
		}
		if (!residue.first)
			residue.first = a;
		if (!a->hydrogen)
			clashes += look_at(a, atoms, count, &residue.touched);
	}
	if (residue.first)
		end_residue(&residue, contacts);
	json_object_set_new(row, "clashes", json_integer(clashes));
	json_object_set_new(row, "contacts", contacts);
}
