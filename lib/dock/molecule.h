/* SPDX-License-Identifier: MIT */
/*
 * molecule: the atoms of one molecule, read from SDF, MOL2, PDB or PDBQT text.
 *
 * Only what boxes and checks need: element, place and residue of every atom, and of a V2000 SDF its
 * bonds. Charges and further molecules of the text are passed over.
 */
#ifndef DOCK_MOLECULE_H
#define DOCK_MOLECULE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/vec.h"

struct err;

enum molecule_format {
	MOLECULE_SDF, /* V2000 and V3000 */
	MOLECULE_MOL2,
	MOLECULE_PDB,
	MOLECULE_PDBQT,
	MOLECULE_FORMATS,
};

struct atom {
	char element[4]; /* "C", "Cl", "H"; "" for dummies and lone pairs */
	char residue[4]; /* residue name, "ASP"; PDB and PDBQT only, else "" */
	char place[8];   /* residue number with insertion code, "82" or "82A"; as residue */
	char chain;      /* ' ' when there is none */
	double at[3];    /* in Å, always finite */
};

struct bond {
	size_t from, to; /* places in atoms */
	int order;       /* as in SDF: 1 to 3, 4 is aromatic */
};

struct molecule {
	char *title;
	VEC(struct atom) atoms;
	VEC(struct bond) bonds; /* up to the first that is none; V2000 SDF only, else empty */
	bool more; /* the text goes on with another molecule or model, which was not read */
	/* of SDF: */
	bool v2000;  /* bonds were read, and */
	size_t said; /* so many are there by the counts line */
	bool ended;  /* there is an M  END */
};

/* clang-format off */
#define MOLECULE_INIT { NULL, VEC_INIT, VEC_INIT, false, false, 0, false }
/* clang-format on */

/* The format that a file name says (compression extensions are passed over): an enum
 * molecule_format, or -1 with a message that lists what there is. */
int molecule_format(const char *path, struct err *err);

/* The name of a format as records have it: "sdf", "mol2", "pdb", "pdbqt". */
const char *molecule_format_name(enum molecule_format format);

/* Read the first molecule of text; name is for messages ("name:line: what is wrong"). No atoms, a
 * coordinate that is no finite number and a text that ends too early are errors (ERR_INPUT). The
 * molecule is cleared first; clear it afterwards, also after an error. */
int molecule_read(struct molecule *m, enum molecule_format format, const char *name,
    const char *text, struct err *err);
void molecule_clear(struct molecule *m);

/* The whole number in three columns of a line of a V2000 molfile, counted from 0; what is behind
 * the line does no harm. -1: there is none. */
int molecule_column(const char *line, size_t from);

/* A real atom that is not hydrogen or deuterium. */
bool atom_is_heavy(const struct atom *atom);
bool atom_is_water(const struct atom *atom);

size_t molecule_heavy(const struct molecule *m);

#endif
