/* SPDX-License-Identifier: MIT */
/*
 * entry_mol2: one molecule of a Tripos MOL2 file.
 *
 * Sections begin with "@<TRIPOS>NAME"; MOLECULE holds the title and the
 * counts, ATOM and BOND hold a line each. Lines that begin with # are
 * comments, except for the title.
 */
#include <string.h>

#include "data/lines.h"
#include "data/entry.h"

enum { ATOMS, BONDS, TABLES };

static const char *const sections[TABLES] = { "@<TRIPOS>ATOM", "@<TRIPOS>BOND" };
static const char *const nouns[TABLES] = { "atoms", "bonds" };

/* Nothing but blanks or a comment? */
static bool
is_void(const struct lines *at)
{
	return lines_blank(at) || *at->line == '#';
}

/* Tools write "*****" where there is no title. */
static bool
is_stars(const struct lines *at)
{
	for (size_t i = 0; i < at->len; i++)
		if (at->line[i] != '*')
			return false;
	return true;
}

/* Title and counts. */
static int
read_head(struct entry *e, struct lines *at, long promised[TABLES])
{
	const char *field;
	size_t from = 0, len;

	do
		if (!lines_next(at))
			return entry_bad(e, 1, "no '@<TRIPOS>MOLECULE'");
	while (!lines_starts(at, "@<TRIPOS>MOLECULE"));
	if (!lines_next(at) || *at->line == '@')
		return entry_bad(e, at->number, "no title and no counts line");
	if (!is_stars(at))
		e->title = (struct span){ at->line, at->len };
	do
		if (!lines_next(at) || *at->line == '@')
			return entry_bad(e, at->number, "no counts line");
	while (is_void(at));
	for (int i = 0; i < TABLES && lines_field(at, &from, &field, &len); i++)
		if ((promised[i] = lines_count(field, len)) < 0)
			return entry_bad(e, at->number, "the counts line holds no counts");
	return promised[ATOMS] > 0 ? 0 : entry_bad(e, at->number, "no atoms");
}

/* "id name x y z type ..." */
static int
read_atom(struct entry *e, const struct lines *at)
{
	const char *field, *dot;
	size_t from = 0, len;

	for (int i = 0; i < 6; i++) {
		if (!lines_field(at, &from, &field, &len))
			return entry_bad(e, at->number, "an atom without coordinates or type");
		if (i >= 2 && i < 5 && !lines_decimal(field, len))
			return entry_bad(e, at->number, "an atom without coordinates");
	}
	dot = memchr(field, '.', len);
	e->heavy_atoms += entry_is_heavy(field, dot ? (size_t)(dot - field) : len);
	return 0;
}

/* Which table begins with this section line; TABLES for any other. */
static int
section(const struct lines *at)
{
	int i = 0;

	while (i < TABLES && !lines_starts(at, sections[i]))
		i++;
	return i;
}

int
entry_read_mol2(struct entry *e)
{
	struct lines at = lines_of(e->text.at, e->text.len);
	long promised[TABLES] = { -1, 0 }, found[TABLES] = { 0, 0 };
	int table = TABLES;

	if (read_head(e, &at, promised) < 0)
		return -1;
	e->heavy_atoms = 0;
	while (lines_next(&at)) {
		if (*at.line == '@') {
			table = section(&at);
			continue;
		}
		if (table == TABLES || is_void(&at))
			continue;
		found[table]++;
		if (table == ATOMS && read_atom(e, &at) < 0)
			return -1;
	}
	for (int i = 0; i < TABLES; i++)
		if (promised[i] != found[i])
			return entry_bad(e, at.number, "%ld %s promised, %ld there", promised[i],
			    nouns[i], found[i]);
	return 0;
}
