/* SPDX-License-Identifier: MIT */
/*
 * lint: is a prepared PDBQT file fit to be docked? Judged from its text alone.
 *
 * Engines end 0 on much of what is refused here, after docking nonsense; the rest makes them
 * crash or hang. Every refusal is ERR_INPUT with a reason fit for the record's error.reason.
 *
 * A ligand is refused when it is
 *   empty, cut off, or not PDBQT as Vina reads it (dock/pdbqt), several models or fragments,
 *   at one point (all coordinates zero, or all equal),
 *   overlapping: two atoms closer than 0.5 Å,
 *   flat: more than 3 heavy atoms with one and the same z, unless bond lengths and angles are
 *     those of a molecule that is planar (a sketch has bonds of one length and sp3 atoms at 120°;
 *     a real benzoic acid in the xy plane passes),
 *   without hydrogens: no hydrogen at all although the geometry shows an atom that must carry one
 *     (a terminal N, an alcohol's O, an N between two single bonds). A phenol or an acid could
 *     have lost its proton and kept its geometry: they do not count,
 *   too flexible: more torsions than the limit.
 */
#ifndef DOCK_LINT_H
#define DOCK_LINT_H

#include <stdbool.h>
#include <stddef.h>

#include "dock/pdbqt.h"

struct err;
struct molecule;

enum { LINT_TORSIONS = 32 }; /* the most AutoDock 4 takes; engines sample worse long before */

struct lint_limits {
	int torsions; /* at most so many BRANCH records */
};

struct lint_facts {
	struct pdbqt pdbqt;     /* atoms, heavy, torsions, name, every atom */
	double centroid[3];     /* of the heavy atoms (of all where there are none), Å */
	double low[3], high[3]; /* their extent */
};

/* Judge a ligand. limits NULL: LINT_TORSIONS. 0: fit to dock; -1: refused, the reason in why.
 * facts may be NULL; else they are filled in when 0 is returned (lint_clear them), zero otherwise.
 */
int lint_ligand(const char *pdbqt, size_t len, const struct lint_limits *limits,
    struct lint_facts *facts, struct err *why);

/* Is an SDF that could be read all there: every bond that it says, between atoms that there are,
 * its M  END, and atoms that are of some element? */
int lint_whole(const struct molecule *sdf, struct err *why);

/* The same of a molecule as SDF, for engines that prepare it themselves: one record that is
 * all there, of one fragment, in three dimensions, its atoms apart and of known elements.
 * facts->pdbqt then has elements for types, and no torsions. */
int lint_ligand_sdf(const char *sdf, size_t len, struct lint_facts *facts, struct err *why);

/* Judge a rigid receptor: PDB files, ligands and files without atoms are refused. As above. */
int lint_receptor(const char *pdbqt, size_t len, struct lint_facts *facts, struct err *why);

void lint_clear(struct lint_facts *facts);

/* True when a heavy atom lies within margin Å of the box (0 Å: inside): a box further from every
 * receptor atom docks into empty space. center and size in Å. */
bool lint_reaches(
    const struct lint_facts *facts, const double center[3], const double size[3], double margin);

#endif
