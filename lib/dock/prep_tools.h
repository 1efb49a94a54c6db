/* SPDX-License-Identifier: MIT */
/*
 * prep_tools: the programs that preparing a ligand asks, and how one molecule is asked of them.
 *
 * Open Babel's program reads molecules until its input ends and writes each when it has read the
 * next. So every request is three molecules: ours, an end mark and padding; the answer ends with
 * the end mark, and padding of the request before may precede it. Titles are ours, made of the
 * molecule's digest, so an answer can never be taken for another molecule's. The RDKit program
 * (share/convert/rdkit.py) reads and writes one JSON object a line, and so does Meeko's. Nothing is
 * started here: cli/convert does that.
 */
#ifndef DOCK_PREP_TOOLS_H
#define DOCK_PREP_TOOLS_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct err;

enum prep_tool {
	TOOL_RDKIT,
	TOOL_MEEKO,      /* SDF with hydrogens and 3D -> PDBQT */
	TOOL_PDBQT,      /* the same */
	TOOL_PLAIN,      /* the same without charges, for elements that Gasteiger does not know */
	TOOL_KEY,        /* SMILES -> InChIKey, molecular weight and formula */
	TOOL_STATE,      /* SMILES -> SDF of the state at the pH */
	TOOL_STATE_LOW,  /* at the lowest pH of interest, and ... */
	TOOL_STATE_HIGH, /* at the highest */
	TOOL_MOL2,       /* MOL2 -> SDF */
	/* without RDKit */
	TOOL_SDF,          /* SDF -> SDF as Open Babel understands it */
	TOOL_SMILES,       /* SMILES -> canonical SMILES */
	TOOL_SDF_SMILES,   /* SDF -> canonical SMILES */
	TOOL_STATE_SMILES, /* SMILES -> SMILES and formula of the state at the pH */
	TOOL_HYDROGENS,    /* 3D SDF -> largest fragment with hydrogens */
	TOOL_STATE_SDF,    /* 3D SDF -> largest fragment in the state at the pH */
	TOOL_BUILD,        /* SMILES -> 3D SDF */
	TOOLS,
};

enum { TOOL_ARGS = 16 };

/* "RDKit", "Meeko" or "Open Babel", for messages. */
const char *tool_name(enum prep_tool tool);

/* The arguments behind the program's name (NULL-terminated, static strings and ph, which is that of
 * the tool); for TOOL_RDKIT and TOOL_MEEKO none. */
void tool_args(enum prep_tool tool, const char *ph, const char *args[TOOL_ARGS]);

/* Append the request for one molecule, which gets this title (no blanks, not starting with
 * "dockline-end" or "dockline-pad"). Not for TOOL_RDKIT and TOOL_MEEKO, whose requests
 * are JSON. */
void tool_request(
    enum prep_tool tool, const char *title, const char *text, size_t len, struct buf *out);

/* Does the tool need a process for each molecule? Its requests have no marks. (Open Babel tells the
 * end of a MOL2 molecule only by what follows it.) */
bool tool_is_single(enum prep_tool tool);

/* Is this the last line of an answer of a tool (an enum prep_tool)? *seen is 0 at its start. */
bool tool_is_last(int tool, const char *line, size_t len, int *seen);

/* The molecule of that title out of an answer: SDF from its second line to "M  END", a line without
 * the title, PDBQT without its name remark. Appended to out; -1 with a reason when it is not there.
 */
int tool_extract(enum prep_tool tool, const char *title, const char *answer, size_t len,
    struct buf *out, struct err *why);

#endif
