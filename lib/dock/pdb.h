/* SPDX-License-Identifier: MIT */
/*
 * pdb: the atoms of a PDB file by residue, and PDB text that Open Babel reads rightly.
 *
 * Only the first model is read. Columns 73-80 of old files hold the file's name and a line
 * number, which Open Babel takes for element and charge: elements are read only where they are
 * letters of an element, else told from the atom name.
 */
#ifndef DOCK_PDB_H
#define DOCK_PDB_H

#include <stdbool.h>
#include <stddef.h>

#include "base/vec.h"

struct buf;
struct err;

struct pdb_atom {
	char head[67];   /* columns 1-66, padded with blanks */
	char element[3]; /* "C", "Zn" */
	char name[5];    /* without blanks */
	char altloc;     /* ' ' for none */
	double at[3];    /* Å */
	double occupancy;
	int serial;
	bool gone; /* not written */
};

/* A run of atoms: one residue of a chain. */
struct pdb_residue {
	size_t first, count;
	char name[4];
	char chain, icode; /* ' ' for none */
	int number;
	bool het; /* HETATM */
	bool gone;
};

struct pdb_bond {
	int from, to; /* serials, of CONECT */
};

struct pdb {
	VEC(struct pdb_atom) atoms;
	VEC(struct pdb_residue) residues;
	VEC(struct pdb_bond) bonds;
	VEC(struct pdb_residue) unseen; /* of REMARK 465, without atoms */
	bool more;                      /* there were further models */
};

/* clang-format off */
#define PDB_INIT \
	{ \
		VEC_INIT, VEC_INIT, VEC_INIT, VEC_INIT, false \
	}
/* clang-format on */

/* Read text; name is for messages. No atom at all and malformed coordinates are ERR_INPUT. */
int pdb_read(struct pdb *p, const char *name, const char *text, size_t len, struct err *err);
void pdb_clear(struct pdb *p);

/* Append what is not gone of a residue, or of all: ATOM and HETATM with elements, alternate
 * locations made blank, and TER between chains. more (or NULL) is called behind each residue. */
void pdb_write_residue(const struct pdb *p, const struct pdb_residue *r, struct buf *out);
typedef void pdb_more_fn(const struct pdb *p, const struct pdb_residue *r, struct buf *out);
void pdb_write(const struct pdb *p, pdb_more_fn *more, struct buf *out);
/* Append CONECT for the bonds within a residue. */
void pdb_write_bonds(const struct pdb *p, const struct pdb_residue *r, struct buf *out);

/* The atom of that name that is not gone, NULL when there is none. */
struct pdb_atom *pdb_find(const struct pdb *p, const struct pdb_residue *r, const char *name);

/* "A:69", "69" without chain, with insertion code "A:69B". Returns text. */
char *pdb_place(const struct pdb_residue *r, char text[16]);

/* "HIS A:69", "HIS 69" without chain, with insertion code "HIS A:69B". Returns text. */
char *pdb_label(const struct pdb_residue *r, char text[24]);

/* Does a person's "HEM", "69", "A:69" or "A:69B" mean this residue? */
bool pdb_matches(const struct pdb_residue *r, const char *spec);

/* Hydrogen or deuterium. */
bool pdb_is_hydrogen(const struct pdb_atom *a);
bool pdb_is_water(const struct pdb_residue *r);

#endif
