/* SPDX-License-Identifier: MIT */
/*
 * entry_sdf: one record of an SDF file, or a molfile (CTfile formats, V2000 and V3000).
 *
 * A record is: title, program line, comment, counts line, atoms and bonds,
 * "M  END", data items, "$$$$". A data item is a line "> ... <NAME>" and its
 * value, which ends at a blank line.
 */
#include <string.h>

#include "data/lines.h"
#include "data/entry.h"

static bool
has_text(const struct lines *at, const char *text)
{
	return memmem(at->line, at->len, text, strlen(text)) != NULL;
}

static bool
ends_record(const struct lines *at)
{
	return lines_starts(at, "$$$$");
}

/* The number in columns from..from+3 of a line of a V2000 table; -1 when there is none. */
static long
number(const struct lines *at, size_t from)
{
	const char *field;
	size_t len;

	return lines_column(at, from, 3, &field, &len) ? lines_count(field, len) : -1;
}

static int
missing(struct entry *e, const struct lines *at, const char *what, long promised, long found)
{
	return entry_bad(e, at->number, "%ld %s promised, %ld there", promised, what, found);
}

static int
read_atom(struct entry *e, const struct lines *at, long i, long atoms)
{
	const char *field;
	size_t len;

	for (size_t column = 0; column < 30; column += 10)
		if (!lines_column(at, column, 10, &field, &len) || !lines_decimal(field, len))
			return entry_bad(
			    e, at->number, "atom %ld of %ld has no coordinates", i, atoms);
	if (!lines_column(at, 30, 4, &field, &len))
		return entry_bad(e, at->number, "atom %ld of %ld has no element", i, atoms);
	e->heavy_atoms += entry_is_heavy(field, len);
	return 0;
}

static int
read_bond(struct entry *e, const struct lines *at, long i, long atoms)
{
	for (size_t column = 0; column < 6; column += 3) {
		long atom = number(at, column);

		if (atom < 1 || atom > atoms)
			return entry_bad(e, at->number, "bond %ld leads to no atom", i);
	}
	return 0;
}

/* The tables that the counts line announced. */
static int
read_v2000(struct entry *e, struct lines *at)
{
	long atoms = number(at, 0), bonds = number(at, 3);

	if (atoms < 0 || bonds < 0)
		return entry_bad(e, at->number, "the counts line holds no counts");
	if (atoms == 0)
		return entry_bad(e, at->number, "no atoms");
	e->heavy_atoms = 0;
	for (long i = 1; i <= atoms; i++) {
		if (!lines_next(at) || lines_starts(at, "M  END") || ends_record(at))
			return missing(e, at, "atoms", atoms, i - 1);
		if (read_atom(e, at, i, atoms) < 0)
			return -1;
	}
	for (long i = 1; i <= bonds; i++) {
		if (!lines_next(at) || lines_starts(at, "M  END") || ends_record(at))
			return missing(e, at, "bonds", bonds, i - 1);
		if (read_bond(e, at, i, atoms) < 0)
			return -1;
	}
	return 0;
}

/* "M  V30 COUNTS atoms bonds ..." */
static int
read_v3000_counts(struct entry *e, const struct lines *at, long count[2])
{
	size_t from = strlen("M  V30 COUNTS");
	const char *field;
	size_t len;

	for (int i = 0; i < 2; i++)
		if (!lines_field(at, &from, &field, &len) ||
		    (count[i] = lines_count(field, len)) < 0)
			return entry_bad(e, at->number, "the COUNTS line holds no counts");
	if (count[0] == 0)
		return entry_bad(e, at->number, "no atoms");
	return 0;
}

/* "M  V30 index type x y z ..." */
static int
read_v3000_atom(struct entry *e, const struct lines *at)
{
	size_t from = strlen("M  V30 ");
	const char *field;
	size_t len;
	bool ok = true;

	for (int i = 0; i < 5 && ok; i++) {
		ok = lines_field(at, &from, &field, &len) && (i < 2 || lines_decimal(field, len));
		if (i == 1)
			e->heavy_atoms += entry_is_heavy(field, len);
	}
	return ok ? 0 : entry_bad(e, at->number, "an atom without type or coordinates");
}

/* A line that ends with "-" goes on in the next. */
static bool
goes_on(const struct lines *at)
{
	return at->len > 0 && at->line[at->len - 1] == '-';
}

/* The lines of a block up to its END; how many entries there were, -1 when bad. */
static long
read_v3000_block(struct entry *e, struct lines *at, const char *end, bool atoms)
{
	long found = 0;
	bool continued = false;

	while (lines_next(at) && lines_starts(at, "M  V30 ")) {
		if (lines_starts(at, end))
			return found;
		if (!continued && atoms && read_v3000_atom(e, at) < 0)
			return -1;
		found += !continued;
		continued = goes_on(at);
	}
	return entry_bad(e, at->number, "'%s' is missing", end);
}

static int
read_v3000(struct entry *e, struct lines *at)
{
	static const struct {
		const char *begin, *end, *noun;
	} blocks[2] = {
		{ "M  V30 BEGIN ATOM", "M  V30 END ATOM", "atoms" },
		{ "M  V30 BEGIN BOND", "M  V30 END BOND", "bonds" },
	};
	long promised[2] = { -1, 0 }, found[2] = { 0, 0 };

	e->heavy_atoms = 0;
	while (lines_next(at) && lines_starts(at, "M  V30 ")) {
		if (lines_starts(at, "M  V30 COUNTS") && read_v3000_counts(e, at, promised) < 0)
			return -1;
		if (lines_starts(at, "M  V30 END CTAB"))
			break;
		for (int i = 0; i < 2; i++) {
			long n = 0;

			if (lines_starts(at, blocks[i].begin))
				n = read_v3000_block(e, at, blocks[i].end, i == 0);
			if (n < 0)
				return -1;
			found[i] += n;
		}
	}
	if (promised[0] < 0)
		return entry_bad(e, at->number, "no COUNTS line");
	for (int i = 0; i < 2; i++)
		if (promised[i] != found[i])
			return missing(e, at, blocks[i].noun, promised[i], found[i]);
	return 0;
}

static int
read_table(struct entry *e, struct lines *at)
{
	for (int i = 1; i <= 4; i++) {
		if (!lines_next(at) || ends_record(at))
			return entry_bad(e, i, i == 1 ? "an empty record" : "no counts line");
		if (i == 1)
			e->title = (struct span){ at->line, at->len };
	}
	if ((has_text(at, "V3000") ? read_v3000(e, at) : read_v2000(e, at)) < 0)
		return -1;
	do {
		if (lines_starts(at, "M  END"))
			return 0;
		if (ends_record(at) || lines_starts(at, ">"))
			break;
	} while (lines_next(at));
	return entry_bad(e, at->number, "no 'M  END'");
}

/* Is it the first line of a data item? Then its name: between < and >, else the whole line. */
static bool
is_item(const struct lines *at, struct span *name)
{
	const char *open, *close;

	if (at->len == 0 || *at->line != '>')
		return false;
	*name = (struct span){ at->line + 1, at->len - 1 };
	open = memchr(at->line, '<', at->len);
	close = memrchr(at->line + 1, '>', at->len - 1);
	if (!open || !close || close < open)
		return true;
	*name = (struct span){ open + 1, (size_t)(close - open) - 1 };
	return true;
}

/* The lines after the first line of an item. Leaves `at` on the line that ended the value. */
static bool
read_value(struct lines *at, struct span *value)
{
	struct span next;
	bool more;

	*value = (struct span){ at->rest, 0 };
	while ((more = lines_next(at)) && !lines_blank(at) && !ends_record(at)) {
		if (is_item(at, &next) && next.at != at->line + 1)
			break; /* the blank line before the next item is missing */
		value->len = (size_t)(at->line + at->len - value->at);
	}
	return more;
}

static int
read_items(struct entry *e, struct lines *at)
{
	bool more = lines_next(at);

	while (more && !ends_record(at)) {
		struct tag tag;

		if (is_item(at, &tag.name)) {
			more = read_value(at, &tag.value);
			vec_add(&e->tags, tag);
			continue;
		}
		if (lines_starts(at, "M  END") || has_text(at, " V2000") || has_text(at, " V3000"))
			return entry_bad(e, at->number,
			    "a second molecule begins: the '$$$$' before it is missing");
		e->tag_lines_ignored |= !lines_blank(at);
		more = lines_next(at);
	}
	if (!more && (e->index > 1 || e->tags.len > 0 || e->tag_lines_ignored))
		return entry_bad(e, at->number, "cut off: no '$$$$' at the end");
	return 0;
}

int
entry_read_sdf(struct entry *e)
{
	struct lines at = lines_of(e->text.at, e->text.len);

	if (read_table(e, &at) < 0)
		return -1;
	return read_items(e, &at);
}
