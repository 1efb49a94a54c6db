/* SPDX-License-Identifier: MIT */
/* entry: what can be told of one molecule's text without chemistry. */
#include "data/entry.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int (*const readers[FORMAT_COUNT])(struct entry *) = {
	[FORMAT_SDF] = entry_read_sdf,
	[FORMAT_MOL2] = entry_read_mol2,
	[FORMAT_SMI] = entry_read_smi,
	[FORMAT_PDBQT] = entry_read_pdbqt,
};

/* Text can hold anything but a NUL byte. */
static int
check_bytes(struct entry *e, struct span text)
{
	const char *nul = text.len ? memchr(text.at, '\0', text.len) : NULL;
	size_t line = 1;

	if (!nul)
		return 0;
	for (const char *p = text.at; (p = memchr(p, '\n', (size_t)(nul - p))); p++)
		line++;
	return entry_bad(e, line, "a NUL byte in the text");
}

int
entry_read(struct entry *e)
{
	struct span text = e->text;

	e->title = e->smiles = (struct span){ NULL, 0 };
	e->heavy_atoms = e->torsions = -1;
	e->tags.len = 0;
	e->tag_lines_ignored = false;
	e->reason[0] = '\0';
	e->bad_line = e->line;
	if (readers[e->format](e) < 0)
		return -1;
	return check_bytes(e, text);
}

void
entry_clear(struct entry *e)
{
	vec_clear(&e->tags);
}

int
entry_bad(struct entry *e, size_t line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(e->reason, sizeof(e->reason), fmt, ap);
	va_end(ap);
	e->bad_line = e->line + line - 1;
	return -1;
}

bool
entry_is_heavy(const char *symbol, size_t len)
{
	if (len == 1)
		return !strchr("HDT*", *symbol);
	if (len != 2)
		return true;
	return memcmp(symbol, "LP", 2) != 0 && memcmp(symbol, "Lp", 2) != 0 &&
	    memcmp(symbol, "Du", 2) != 0;
}
