/* SPDX-License-Identifier: MIT */
/*
 * pdbqt: the atoms and the torsion tree of a PDBQT file, read as strictly as Vina reads it.
 *
 * What Vina 1.1.2 to 1.2.7 would refuse is refused here, with the line; so is what makes Vina hang
 * or dock nonsense (a coordinate that is not finite). Whether the molecule makes sense is for
 * dock/lint to say.
 */
#ifndef DOCK_PDBQT_H
#define DOCK_PDBQT_H

#include <stdbool.h>
#include <stddef.h>

struct err;

struct pdbqt_atom {
	double at[3]; /* Å */
	int serial;
	int residue;   /* residue number; 0 when it is not a number */
	int body;      /* 0: ROOT (or a receptor), else the ordinal of its BRANCH from 1 */
	bool hydrogen; /* or the glue of an opened ring (G0 to G3): no atom of the molecule */
	char type[4];  /* AutoDock type: C A N NA OA HD Cl ... */
	char name[5];  /* atom name without blanks */
	char resname[4];
	char chain; /* ' ' when there is none */
	char icode; /* insertion code, ' ' when there is none */
};

struct pdbqt {
	struct pdbqt_atom *atom; /* in the order of the file */
	size_t atoms;
	size_t heavy;   /* atoms that are not hydrogen */
	int torsions;   /* BRANCH records: the torsions an engine turns */
	int torsdof;    /* of the TORSDOF record; -1 without one */
	char name[128]; /* of "REMARK  Name = "; "" without one */
};

/* Read a ligand: one ROOT, its branches, TORSDOF. -1 with ERR_INPUT and the reason; p is empty
 * then. */
int pdbqt_ligand(struct pdbqt *p, const char *text, size_t len, struct err *why);

/* Read a rigid receptor: atoms and remarks only. */
int pdbqt_receptor(struct pdbqt *p, const char *text, size_t len, struct err *why);

void pdbqt_clear(struct pdbqt *p);

/* True when Vina 1.2 knows the atom type (measured with 1.2.3; case matters). */
bool pdbqt_type_known(const char *type);

/* The glue that holds the ends of an opened ring together (macrocycles, Vina 1.2 and AutoDock 4):
 * it lies where the other end is. */
bool pdbqt_is_glue(const struct pdbqt_atom *atom);

/* Squared distance of two points, Å². */
double pdbqt_distance2(const double a[3], const double b[3]);

#endif
