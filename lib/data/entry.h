/* SPDX-License-Identifier: MIT */
/*
 * entry: what can be told of one molecule's text without chemistry.
 *
 * A reader per format checks that the text is whole (the atoms and bonds that
 * were promised, the marks that end it) and points at title, data fields and
 * SMILES in it; nothing is copied. What a chemistry program must judge
 * (valences, stereo, 3D) is left to it.
 */
#ifndef DATA_ENTRY_H
#define DATA_ENTRY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/vec.h"
#include "data/format.h"

struct lines;

struct span {
	const char *at;
	size_t len;
};

struct tag {
	struct span name, value; /* lines inside a value may end with CRLF */
};

struct entry {
	/* given */
	enum format format;
	struct span text; /* byte-exact; a PDBQT reader leaves MODEL, ENDMDL and END off */
	size_t index;     /* in its file, from 1 */
	size_t line;      /* where it starts in its file, from 1 */
	bool alone;       /* the only molecule of its file */

	/* found; spans point into the text */
	struct span title;  /* len 0: it has none */
	struct span smiles; /* len 0: not known */
	long heavy_atoms;   /* all but H, D, T, lone pairs and dummies; -1: not known */
	long torsions;      /* branches of a PDBQT; -1: not known */
	VEC(struct tag) tags;
	bool tag_lines_ignored; /* text between data fields that belongs to none */

	/* why the text is no molecule: "" when it is one */
	char reason[160];
	size_t bad_line; /* in its file, where it was seen */
};

/* Read the text. 0, or -1 with reason and bad_line (what was found before is kept: the title
 * names a bad molecule too). Memory of tags is used again; entry_clear drops it. */
int entry_read(struct entry *e);
void entry_clear(struct entry *e);

/* Fail with a reason at this line of the text (from 1). Returns -1. */
int entry_bad(struct entry *e, size_t line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Is an atom of this element symbol heavy? */
bool entry_is_heavy(const char *symbol, size_t len);

/* The readers, one per format. */
int entry_read_sdf(struct entry *e);
int entry_read_mol2(struct entry *e);
int entry_read_smi(struct entry *e);
int entry_read_pdbqt(struct entry *e);

/* Is this the first line of a table ("smiles name ...") rather than a molecule? */
bool entry_is_smi_header(const char *line, size_t len);

/* Is this ENDMDL or END, which end a ligand in PDBQT? */
bool entry_is_pdbqt_end(const struct lines *at);

#endif
