/* SPDX-License-Identifier: MIT */
/*
 * entry_pdbqt: one ligand in PDBQT, ROOT to TORSDOF, between MODEL and ENDMDL or not.
 *
 * The lines MODEL, ENDMDL and END are left off the text: no engine takes them in a
 * ligand. Columns of an atom as in PDB; the AutoDock type is its last field.
 */
#include <string.h>

#include "data/lines.h"
#include "data/entry.h"

/* What was seen on the way, in this order. */
struct seen {
	bool root, endroot, torsdof;
	long atoms, open; /* branches not yet closed */
};

static struct span
rest_of(const struct lines *at, size_t from)
{
	struct span s = { at->line + from, at->len - from };

	while (s.len > 0 && (*s.at == ' ' || *s.at == '\t')) {
		s.at++;
		s.len--;
	}
	return s;
}

/* "REMARK  Name = x" of Open Babel and AutoDockTools, "REMARK SMILES x" of Meeko. */
static void
read_remark(struct entry *e, const struct lines *at)
{
	struct span text = rest_of(at, strlen("REMARK"));
	size_t from = (size_t)(text.at - at->line);
	const char *field;
	size_t len;

	if (!lines_field(at, &from, &field, &len))
		return;
	if (len == 4 && memcmp(field, "Name", 4) == 0 && e->title.len == 0 &&
	    lines_field(at, &from, &field, &len) && len == 1 && *field == '=') {
		e->title = rest_of(at, from);
		return;
	}
	if (len != 6 || memcmp(field, "SMILES", 6) != 0 || e->smiles.len > 0)
		return;
	if (lines_field(at, &from, &field, &len) && !(len == 3 && memcmp(field, "IDX", 3) == 0))
		e->smiles = (struct span){ field, len };
}

static int
read_atom(struct entry *e, const struct lines *at)
{
	const char *field;
	size_t len;

	for (size_t column = 30; column < 54; column += 8)
		if (!lines_column(at, column, 8, &field, &len) || !lines_decimal(field, len))
			return entry_bad(e, at->number, "an atom without coordinates");
	if (!lines_column(at, 77, 10, &field, &len))
		return entry_bad(e, at->number, "an atom without AutoDock type");
	e->heavy_atoms += *field != 'H'; /* H, HD, HS: no other type begins with H */
	return 0;
}

/* ROOT, BRANCH, TORSDOF and their ends. */
static int
read_tree(struct entry *e, const struct lines *at, struct seen *seen)
{
	if (lines_starts(at, "ROOT")) {
		if (seen->root)
			return entry_bad(e, at->number, "a second ROOT: two molecules in one");
		seen->root = true;
	} else if (lines_starts(at, "ENDROOT")) {
		seen->endroot = true;
	} else if (lines_starts(at, "BRANCH")) {
		seen->open++;
		e->torsions++;
	} else if (lines_starts(at, "ENDBRANCH")) {
		if (--seen->open < 0)
			return entry_bad(e, at->number, "ENDBRANCH without BRANCH");
	} else if (lines_starts(at, "TORSDOF")) {
		seen->torsdof = true;
	} else if (lines_starts(at, "BEGIN_RES")) {
		return entry_bad(e, at->number, "a flexible residue, not a ligand");
	}
	return 0;
}

static int
read_line(struct entry *e, const struct lines *at, struct seen *seen)
{
	if (lines_starts(at, "REMARK"))
		read_remark(e, at);
	if (!lines_starts(at, "ATOM") && !lines_starts(at, "HETATM"))
		return read_tree(e, at, seen);
	if (!seen->root)
		return entry_bad(e, at->number, "an atom before ROOT: a receptor?");
	seen->atoms++;
	return read_atom(e, at);
}

static int
judge(struct entry *e, const struct lines *at, const struct seen *seen)
{
	if (seen->atoms == 0)
		return entry_bad(e, at->number, seen->root ? "no atoms" : "no ROOT and no atoms");
	if (!seen->endroot)
		return entry_bad(e, at->number, "no ENDROOT");
	if (seen->open > 0)
		return entry_bad(e, at->number, "%ld BRANCH without ENDBRANCH", seen->open);
	if (!seen->torsdof)
		return entry_bad(e, at->number, "cut off: no TORSDOF");
	return 0;
}

bool
entry_is_pdbqt_end(const struct lines *at)
{
	const char *word;
	size_t from = 0, len;

	if (!lines_starts(at, "END") || !lines_field(at, &from, &word, &len))
		return false;
	return len == 3 || (len == 6 && memcmp(word, "ENDMDL", 6) == 0);
}

int
entry_read_pdbqt(struct entry *e)
{
	struct lines at = lines_of(e->text.at, e->text.len);
	const char *start = e->text.at, *end = e->text.at + e->text.len;
	struct seen seen = { 0 };

	e->heavy_atoms = e->torsions = 0;
	while (lines_next(&at)) {
		if (lines_starts(&at, "MODEL")) {
			start = at.rest;
		} else if (entry_is_pdbqt_end(&at)) {
			end = at.line;
			break;
		} else if (read_line(e, &at, &seen) < 0) {
			return -1;
		}
	}
	if (judge(e, &at, &seen) < 0)
		return -1;
	e->text = (struct span){ start, (size_t)(end - start) };
	return 0;
}
