/* SPDX-License-Identifier: MIT */
/*
 * together: several ligands that are docked at the same time into one site.
 *
 * Vina 1.2 takes them with one --ligand, and writes every pose as one MODEL that has them one
 * after the other as they stood on the command line, each with its own remarks, ROOT and TORSDOF,
 * and one affinity of all. What is whose is told by the place, and checked by name and atoms.
 */
#ifndef DOCK_TOGETHER_H
#define DOCK_TOGETHER_H

#include <jansson.h>
#include <stddef.h>

struct err;
struct pdbqt;
struct poses;
struct verdict;

enum { TOGETHER_MOST = 100 }; /* ligands of one docking */

/* One of them as it was read; all borrowed. */
struct together {
	const char *name;           /* "ligand 2" where it has none */
	const struct pdbqt *ligand; /* its atoms */
	const json_t *entry; /* of the request: a path, an entry of a file, or a ligand record */
	const char *sha256;
};

/* The entry of its file: of a ligand record the member `ligand`. */
const json_t *together_file(const json_t *entry);

/* Where one of them stands in the text of a pose, with its remarks, and its atoms. */
struct together_span {
	size_t from, len, atoms;
};

/* Find them in a model: how many there are, at most `most` in spans. */
size_t together_split(const char *model, size_t len, struct together_span *spans, size_t most);

/* Does every pose hold all of them, each in its place, under its name, with its atoms? text is the
 * whole file. 0, or -1 with class result, that names the ligand. */
int together_judge(const char *text, const struct poses *poses, const struct together *parts,
    size_t n, struct verdict *verdict);

/* The member `ligands` of a record: of each name, format, sha256, heavy_atoms, torsions, and what
 * its entry has beside its file. The caller's. */
json_t *together_json(const struct together *parts, size_t n);

/* The SMILES of a result; those of several ligands with a point between, as SMILES have it. NULL:
 * there is none. The caller frees. */
char *together_smiles(const json_t *result);

#endif
