/* SPDX-License-Identifier: MIT */
/*
 * entry_smi: one line of a SMILES file: SMILES, blank or tab, name up to the next tab.
 *
 * Only the spelling is checked (OpenSMILES: atoms, bonds, brackets, ring
 * numbers), so that a table of something else is not taken for molecules. A
 * CXSMILES extension (" |...|") is passed over.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "data/lines.h"
#include "data/entry.h"

enum { MAX_DEPTH = 100000 };

/* What a character means outside brackets. */
enum meaning {
	NOTHING,
	ATOM,
	BOND,
	RING,
	OPEN,
	CLOSE,
	BRACKET,
};

static enum meaning
meaning(char c)
{
	static const char *const sets[] = {
		[ATOM] = "BCNOPSFIbcnops*",
		[BOND] = "-=#$:/\\.~",
		[RING] = "0123456789%",
		[OPEN] = "(",
		[CLOSE] = ")",
		[BRACKET] = "[",
	};

	for (size_t i = ATOM; c && i < sizeof(sets) / sizeof(*sets); i++)
		if (strchr(sets[i], c))
			return (enum meaning)i;
	return NOTHING;
}

static int
wrong(struct entry *e, size_t i)
{
	unsigned char c = (unsigned char)e->smiles.at[i];

	if (isprint(c))
		return entry_bad(e, 1, "no SMILES: '%c' at character %zu", c, i + 1);
	return entry_bad(e, 1, "no SMILES: byte 0x%02x at character %zu", c, i + 1);
}

/* "[13CH4+]" from its "[": the length with both brackets, 0 when it is not closed or empty. */
static size_t
bracket(struct entry *e, const char *at, size_t len)
{
	const char *end = memchr(at, ']', len);
	size_t i = 1, size = end ? (size_t)(end - at) : 0;

	while (i < size && isdigit((unsigned char)at[i]))
		i++;
	if (i >= size || !(isalpha((unsigned char)at[i]) || strchr("*#", at[i])))
		return 0;
	len = isupper((unsigned char)at[i]) && islower((unsigned char)at[i + 1]) ? 2 : 1;
	e->heavy_atoms += entry_is_heavy(at + i, len);
	return size + 1;
}

/* "%12" or "%(123)". */
static size_t
ring(const char *at, size_t len)
{
	enum { LONGEST = 8 };
	const char *end;

	if (len > 2 && at[1] == '(') {
		end = memchr(at, ')', len < LONGEST ? len : LONGEST);
		return end ? (size_t)(end - at) + 1 : 0;
	}
	return len > 2 && isdigit((unsigned char)at[1]) && isdigit((unsigned char)at[2]) ? 3 : 0;
}

/* Is it a two-letter atom that needs no brackets? */
static bool
is_pair(const char *at, size_t len)
{
	return len > 1 && ((at[0] == 'C' && at[1] == 'l') || (at[0] == 'B' && at[1] == 'r'));
}

/* One step outside brackets: how many characters it took, 0 when it is wrong. */
static size_t
step(struct entry *e, const char *at, size_t len, long *atoms, long *depth)
{
	switch (meaning(*at)) {
	case ATOM:
		++*atoms;
		e->heavy_atoms += *at != '*';
		return is_pair(at, len) ? 2 : 1;
	case BOND:
		return *at == '-' && len > 1 && at[1] == '>' ? 2 : 1;
	case RING:
		return *at == '%' ? ring(at, len) : 1;
	case OPEN:
		return ++*depth <= MAX_DEPTH;
	case CLOSE:
		return --*depth >= 0;
	case BRACKET:
		++*atoms;
		return bracket(e, at, len);
	case NOTHING:
		break;
	}
	return *at == '<' && len > 1 && at[1] == '-' ? 2 : 0;
}

static int
check(struct entry *e)
{
	struct span s = e->smiles;
	long atoms = 0, depth = 0;

	e->heavy_atoms = 0;
	for (size_t i = 0, n; i < s.len; i += n) {
		n = step(e, s.at + i, s.len - i, &atoms, &depth);
		if (n == 0 && s.at[i] == '>')
			return entry_bad(e, 1, "a reaction, not a molecule");
		if (n == 0)
			return wrong(e, i);
	}
	if (depth != 0)
		return entry_bad(e, 1, "no SMILES: a '(' is not closed");
	return atoms > 0 ? 0 : entry_bad(e, 1, "no atoms");
}

/* What stands behind the SMILES: without a CXSMILES extension, up to the next tab. */
static struct span
find_title(const struct lines *at, size_t from)
{
	const char *end = at->line + at->len, *p = at->line + from, *stop;

	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	if (p < end && *p == '|' && (stop = memchr(p + 1, '|', (size_t)(end - p - 1)))) {
		p = stop + 1;
		while (p < end && (*p == ' ' || *p == '\t'))
			p++;
	}
	stop = memchr(p, '\t', (size_t)(end - p));
	return (struct span){ p, (size_t)((stop ? stop : end) - p) };
}

int
entry_read_smi(struct entry *e)
{
	struct lines at = lines_of(e->text.at, e->text.len);
	size_t from = 0;

	if (!lines_next(&at) || !lines_field(&at, &from, &e->smiles.at, &e->smiles.len))
		return entry_bad(e, 1, "an empty line");
	e->title = find_title(&at, from);
	return check(e);
}

bool
entry_is_smi_header(const char *line, size_t len)
{
	enum { WORD = 6, LONGEST = 40 };
	size_t n = 0;

	while (n < len && n < LONGEST && !strchr(" \t,;", line[n]))
		n++;
	return n >= WORD && n < LONGEST && strncasecmp(line + n - WORD, "smiles", WORD) == 0;
}
