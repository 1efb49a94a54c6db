/* SPDX-License-Identifier: MIT */
/* pdb: the atoms of a PDB file by residue, and PDB text that Open Babel reads rightly. */
#include "dock/pdb.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/num.h"

/* Those that occur in PDB entries. */
static const char elements[] =
    " H D HE LI BE B C N O F NE NA MG AL SI P S CL AR K CA SC TI V CR MN FE CO NI CU ZN GA GE AS SE"
    " BR KR RB SR Y ZR MO RU RH PD AG CD IN SN SB TE I XE CS BA LA CE SM EU GD TB YB LU HF TA W RE"
    " OS IR PT AU HG TL PB BI U ";

static bool
is_listed(const char *list, const char *symbol)
{
	char word[8];

	snprintf(word, sizeof(word), " %s ", symbol);
	for (char *c = word; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	return symbol[0] && strstr(list, word) != NULL;
}

static bool
is_element(const char *symbol)
{
	return is_listed(elements, symbol);
}

static void
trim(const char *line, int first, int last, char *out)
{
	while (first <= last && line[first - 1] == ' ')
		first++;
	while (last >= first && line[last - 1] == ' ')
		last--;
	memcpy(out, line + first - 1, (size_t)(last - first + 1));
	out[last - first + 1] = '\0';
}

/* Elements that names of HETATM begin with in column 13, and that no name put there by mistake
 * looks like ("CA" and "CD" would be). */
static const char two_letters[] = " CL BR FE ZN MG MN CU NI SE ";

/* From columns 77-78 where they hold one, else from the name: " CA " is carbon, "CA  " of residue
 * CA is calcium, "1HB " hydrogen, "CL1 " of a ligand chlorine, "FE  " of heme iron. */
static void
find_element(const char *line, struct pdb_atom *a, bool het)
{
	char two[3], resname[4];

	trim(line, 77, 78, a->element);
	if (!is_element(a->element) || isdigit((unsigned char)line[78])) {
		trim(line, 18, 20, resname);
		snprintf(two, sizeof(two), "%.2s", a->name);
		a->element[0] = line[12] == ' ' || isdigit((unsigned char)line[12]) ? line[13]
										    : line[12];
		a->element[1] = '\0';
		if (line[12] != ' ' && het && is_element(two) && isalpha((unsigned char)two[1]) &&
		    (strcmp(a->name, resname) == 0 || is_listed(two_letters, two)))
			memcpy(a->element, two, sizeof(two));
	}
	a->element[0] = (char)toupper((unsigned char)a->element[0]);
	a->element[1] = (char)tolower((unsigned char)a->element[1]);
}

static int
read_atom(struct pdb *p, const char *line, struct err *err)
{
	struct pdb_atom a = { .altloc = line[16] };
	struct pdb_residue r = {
		.count = 1, .chain = line[21], .icode = line[26], .het = line[0] == 'H'
	};
	struct pdb_residue *last = p->residues.len ? &p->residues.at[p->residues.len - 1] : NULL;
	char text[16];
	int64_t number = 0;

	memcpy(a.head, line, 66);
	for (int k = 0; k < 3; k++) {
		trim(line, 31 + 8 * k, 38 + 8 * k, text);
		if (num_double(text, &a.at[k], NULL) < 0)
			return err_set(err, ERR_INPUT, "malformed coordinate '%s'", text);
	}
	trim(line, 7, 11, text);
	a.serial = num_int(text, 0, 99999, &number, NULL) == 0 ? (int)number : 0;
	trim(line, 23, 26, text);
	if (num_int(text, -999, 9999, &number, NULL) < 0)
		return err_set(err, ERR_INPUT, "malformed residue number '%s'", text);
	r.number = (int)number;
	trim(line, 55, 60, text);
	if (num_double(text, &a.occupancy, NULL) < 0)
		a.occupancy = 1;
	trim(line, 13, 16, a.name);
	trim(line, 18, 20, r.name);
	find_element(line, &a, r.het);
	r.first = p->atoms.len;
	vec_add(&p->atoms, a);
	if (last && last->number == r.number && last->chain == r.chain && last->icode == r.icode &&
	    (strcmp(last->name, r.name) == 0 || a.altloc != ' '))
		last->count++;
	else
		vec_add(&p->residues, r);
	return 0;
}

static void
read_bonds(struct pdb *p, const char *line)
{
	char text[8];
	int64_t from, to;

	trim(line, 7, 11, text);
	if (num_int(text, 0, 99999, &from, NULL) < 0)
		return;
	for (int column = 12; column <= 27; column += 5) {
		trim(line, column, column + 4, text);
		if (num_int(text, 0, 99999, &to, NULL) == 0)
			vec_add(&p->bonds, ((struct pdb_bond){ (int)from, (int)to }));
	}
}

/* "REMARK 465     MET A     1 ", below a heading that has no number there. */
static void
read_unseen(struct pdb *p, const char *line)
{
	struct pdb_residue r = { .chain = line[19], .icode = line[26] };
	char text[8];
	int64_t number;

	trim(line, 22, 26, text);
	trim(line, 16, 18, r.name);
	if (!r.name[0] || num_int(text, -999, 9999, &number, NULL) < 0)
		return;
	r.number = (int)number;
	vec_add(&p->unseen, r);
}

int
pdb_read(struct pdb *p, const char *name, const char *text, size_t len, struct err *err)
{
	const char *end = text + len;
	char line[81];
	int number = 0, rc = 0;

	for (const char *at = text; at < end && rc == 0; number++) {
		const char *nl = memchr(at, '\n', (size_t)(end - at));
		size_t n = (size_t)((nl ? nl : end) - at);

		memset(line, ' ', 80);
		line[80] = '\0';
		memcpy(line, at, n < 80 ? n : 80);
		for (int i = 0; i < 80; i++)
			if ((unsigned char)line[i] < ' ')
				line[i] = ' ';
		at += n + 1;
		if (memcmp(line, "CONECT", 6) == 0)
			read_bonds(p, line);
		else if (memcmp(line, "REMARK 465", 10) == 0)
			read_unseen(p, line);
		else if (memcmp(line, "ENDMDL", 6) == 0)
			p->more = true;
		else if (!p->more &&
		    (memcmp(line, "ATOM  ", 6) == 0 || memcmp(line, "HETATM", 6) == 0))
			rc = read_atom(p, line, err);
	}
	if (rc < 0)
		return err_wrap(err, "%s:%d", name, number);
	if (p->atoms.len == 0)
		return err_set(err, ERR_INPUT, "%s: no atoms: not a PDB file?", name);
	return 0;
}

void
pdb_clear(struct pdb *p)
{
	vec_clear(&p->atoms);
	vec_clear(&p->residues);
	vec_clear(&p->bonds);
	vec_clear(&p->unseen);
	p->more = false;
}

void
pdb_write_residue(const struct pdb *p, const struct pdb_residue *r, struct buf *out)
{
	for (size_t i = r->first; i < r->first + r->count; i++) {
		const struct pdb_atom *a = &p->atoms.at[i];
		size_t start = out->len;

		if (a->gone)
			continue;
		buf_addf(out, "%-76.66s%2s\n", a->head, a->element);
		out->data[start + 16] = ' ';
	}
}

void
pdb_write(const struct pdb *p, pdb_more_fn *more, struct buf *out)
{
	const struct pdb_residue *last = NULL;

	for (size_t i = 0; i < p->residues.len; i++) {
		const struct pdb_residue *r = &p->residues.at[i];

		if (r->gone)
			continue;
		if (last && (last->chain != r->chain || (r->het && !last->het)))
			buf_add_str(out, "TER\n");
		pdb_write_residue(p, r, out);
		if (more)
			more(p, r, out);
		last = r;
	}
	buf_add_str(out, "END\n");
}

static bool
holds(const struct pdb *p, const struct pdb_residue *r, int serial)
{
	for (size_t i = r->first; i < r->first + r->count; i++)
		if (!p->atoms.at[i].gone && p->atoms.at[i].serial == serial)
			return true;
	return false;
}

void
pdb_write_bonds(const struct pdb *p, const struct pdb_residue *r, struct buf *out)
{
	for (size_t i = 0; i < p->bonds.len; i++)
		if (holds(p, r, p->bonds.at[i].from) && holds(p, r, p->bonds.at[i].to))
			buf_addf(out, "CONECT%5d%5d\n", p->bonds.at[i].from, p->bonds.at[i].to);
}

struct pdb_atom *
pdb_find(const struct pdb *p, const struct pdb_residue *r, const char *name)
{
	for (size_t i = r->first; i < r->first + r->count; i++)
		if (!p->atoms.at[i].gone && strcmp(p->atoms.at[i].name, name) == 0)
			return &p->atoms.at[i];
	return NULL;
}

char *
pdb_place(const struct pdb_residue *r, char text[16])
{
	char chain[3] = { r->chain, ':', '\0' }, icode[2] = { r->icode, '\0' };

	snprintf(text, 16, "%s%d%s", r->chain == ' ' ? "" : chain, r->number,
	    r->icode == ' ' ? "" : icode);
	return text;
}

char *
pdb_label(const struct pdb_residue *r, char text[24])
{
	char place[16];

	snprintf(text, 24, "%s %s", r->name, pdb_place(r, place));
	return text;
}

bool
pdb_matches(const struct pdb_residue *r, const char *spec)
{
	struct pdb_residue bare = *r;
	char place[16];

	bare.chain = ' ';
	return strcasecmp(r->name, spec) == 0 || strcmp(pdb_place(r, place), spec) == 0 ||
	    strcmp(pdb_place(&bare, place), spec) == 0;
}

bool
pdb_is_hydrogen(const struct pdb_atom *a)
{
	return (a->element[0] == 'H' || a->element[0] == 'D') && a->element[1] == '\0';
}

bool
pdb_is_water(const struct pdb_residue *r)
{
	static const char *const names[] = { "HOH", "WAT", "DOD", "H2O", "SOL", "TIP", "TP3",
		"OH2" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(r->name, names[i]) == 0)
			return true;
	return false;
}
