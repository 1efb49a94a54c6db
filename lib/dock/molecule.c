/* SPDX-License-Identifier: MIT */
/* molecule: the atoms of one molecule, read from SDF, MOL2, PDB or PDBQT text. */
#include "dock/molecule.h"

#include <ctype.h>
#include <string.h>

#include "base/err.h"
#include "base/num.h"
#include "base/strtab.h"

/* The text being read, split into lines where it stands. */
struct reader {
	const char *name;
	char *rest; /* NULL at the end */
	char *line;
	size_t number;
	size_t len; /* of line */
	struct err *err;
};

static const char *const format_names[] = {
	[MOLECULE_SDF] = "sdf",
	[MOLECULE_MOL2] = "mol2",
	[MOLECULE_PDB] = "pdb",
	[MOLECULE_PDBQT] = "pdbqt",
};

static const char *const elements[] = { "H", "He", "Li", "Be", "B", "C", "N", "O", "F", "Ne", "Na",
	"Mg", "Al", "Si", "P", "S", "Cl", "Ar", "K", "Ca", "Sc", "Ti", "V", "Cr", "Mn", "Fe", "Co",
	"Ni", "Cu", "Zn", "Ga", "Ge", "As", "Se", "Br", "Kr", "Rb", "Sr", "Y", "Zr", "Nb", "Mo",
	"Tc", "Ru", "Rh", "Pd", "Ag", "Cd", "In", "Sn", "Sb", "Te", "I", "Xe", "Cs", "Ba", "La",
	"Ce", "Pr", "Nd", "Pm", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu", "Hf",
	"Ta", "W", "Re", "Os", "Ir", "Pt", "Au", "Hg", "Tl", "Pb", "Bi", "Po", "At", "Rn", "Fr",
	"Ra", "Ac", "Th", "Pa", "U", "Np", "Pu", "Am", "Cm", "D" };

int
molecule_format(const char *path, struct err *err)
{
	static const char *const packed[] = { ".gz", ".zst", ".bz2", ".xz" };
	static const char *const other[] = { "mol", "sd", "ent" };
	static const enum molecule_format same[] = { MOLECULE_SDF, MOLECULE_SDF, MOLECULE_PDB };
	size_t len = strlen(path);
	char ext[8] = "";
	int found;

	for (size_t i = 0; i < sizeof(packed) / sizeof(*packed); i++) {
		size_t n = strlen(packed[i]);

		if (len > n && memcmp(path + len - n, packed[i], n) == 0) {
			len -= n;
			break;
		}
	}
	for (size_t n = 1; n < sizeof(ext) && n < len; n++) {
		if (path[len - n - 1] != '.')
			continue;
		for (size_t i = 0; i < n; i++)
			ext[i] = (char)tolower((unsigned char)path[len - n + i]);
		break;
	}
	found = strtab_find(format_names, MOLECULE_FORMATS, ext);
	if (found < 0 && (found = strtab_find(other, sizeof(other) / sizeof(*other), ext)) >= 0)
		found = (int)same[found];
	if (found < 0)
		return err_set(err, ERR_INPUT,
		    "cannot tell the format of '%s': its name should end "
		    "in .sdf, .mol2, .pdb or .pdbqt",
		    path);
	return found;
}

const char *
molecule_format_name(enum molecule_format format)
{
	return format_names[format];
}

static bool
next_line(struct reader *r)
{
	if (!r->rest || !*r->rest)
		return false;
	r->line = strsep(&r->rest, "\n");
	r->number++;
	r->len = strlen(r->line);
	if (r->len > 0 && r->line[r->len - 1] == '\r')
		r->line[--r->len] = '\0';
	return true;
}

static int
bad_line(const struct reader *r, const char *what)
{
	return err_set(r->err, ERR_INPUT, "%s:%zu: %s", r->name, r->number, what);
}

static int
too_short(const struct reader *r)
{
	return err_set(r->err, ERR_INPUT, "%s:%zu: the file ends inside the molecule", r->name,
	    r->number + !r->number);
}

static bool
starts(const struct reader *r, const char *with)
{
	return strncmp(r->line, with, strlen(with)) == 0;
}

/* Columns [from, from + width) of the line without blanks around them, cut to size. Returns to. */
static char *
columns(const struct reader *r, size_t from, size_t width, char *to, size_t size)
{
	size_t end = from + width < r->len ? from + width : r->len;

	if (from > end)
		from = end;
	while (from < end && isspace((unsigned char)r->line[from]))
		from++;
	while (end > from && isspace((unsigned char)r->line[end - 1]))
		end--;
	if (end - from >= size)
		end = from + size - 1;
	memcpy(to, r->line + from, end - from);
	to[end - from] = '\0';
	return to;
}

static int
coordinate(const struct reader *r, const char *text, double *out)
{
	struct err why = { 0 };

	if (num_double(text, out, &why) == 0)
		return 0;
	return err_set(r->err, ERR_INPUT, "%s:%zu: coordinate %s", r->name, r->number, why.text);
}

/* Three coordinates in fixed columns of one width. */
static int
coordinates(const struct reader *r, size_t from, size_t width, double at[3])
{
	char text[16];

	for (size_t i = 0; i < 3; i++)
		if (coordinate(r, columns(r, from + i * width, width, text, sizeof(text)), &at[i]) <
		    0)
			return -1;
	return 0;
}

/* The element with its usual capitals; false when there is none of that name. */
static bool
set_element(struct atom *atom, const char *text, size_t len)
{
	char name[4] = "";

	if (len == 0 || len >= sizeof(name))
		return false;
	for (size_t i = 0; i < len; i++)
		name[i] = (char)(i ? tolower((unsigned char)text[i])
				   : toupper((unsigned char)text[i]));
	if (strtab_find(elements, sizeof(elements) / sizeof(*elements), name) < 0)
		return false;
	memcpy(atom->element, name, sizeof(name));
	return true;
}

static int
v2000_atoms(struct reader *r, struct molecule *m, int64_t count)
{
	char symbol[4];

	while (count-- > 0) {
		struct atom atom = { .chain = ' ' };

		if (!next_line(r))
			return too_short(r);
		if (r->len < 32)
			return bad_line(r, "an atom line has x, y, z and a symbol");
		if (coordinates(r, 0, 10, atom.at) < 0)
			return -1;
		columns(r, 31, 3, symbol, sizeof(symbol));
		set_element(&atom, symbol, strlen(symbol));
		vec_add(&m->atoms, atom);
	}
	return 0;
}

/* The bonds, up to the first line that is none: what only needs atoms is not kept from them. */
static void
v2000_bonds(struct reader *r, struct molecule *m, int count)
{
	while (count-- > 0 && next_line(r)) {
		int from = molecule_column(r->line, 0), to = molecule_column(r->line, 3);
		int order = molecule_column(r->line, 6), atoms = (int)m->atoms.len;

		if (from < 1 || from > atoms || to < 1 || to > atoms || order < 0)
			return;
		vec_add(&m->bonds,
		    ((struct bond){
			.from = (size_t)from - 1, .to = (size_t)to - 1, .order = order }));
	}
}

/* Words of a line, split where they stand. Returns how many there were, at most max. */
static size_t
words(struct reader *r, char **out, size_t max)
{
	char *save, *word = strtok_r(r->line, " \t", &save);
	size_t n = 0;

	for (; word && n < max; word = strtok_r(NULL, " \t", &save))
		out[n++] = word;
	return n;
}

static int
word_coordinates(const struct reader *r, char **word, double at[3])
{
	for (size_t i = 0; i < 3; i++)
		if (coordinate(r, word[i], &at[i]) < 0)
			return -1;
	return 0;
}

static int
v3000_atoms(struct reader *r, struct molecule *m)
{
	bool inside = false;

	while (next_line(r) && !starts(r, "M  END")) {
		struct atom atom = { .chain = ' ' };
		char *word[7];

		if (starts(r, "M  V30 END ATOM"))
			return 0;
		if (inside) {
			if (words(r, word, 7) < 7)
				return bad_line(r, "an atom line has index, symbol, x, y and z");
			if (word_coordinates(r, word + 4, atom.at) < 0)
				return -1;
			set_element(&atom, word[3], strlen(word[3]));
			vec_add(&m->atoms, atom);
		}
		inside = inside || starts(r, "M  V30 BEGIN ATOM");
	}
	return too_short(r);
}

static int
read_sdf(struct reader *r, struct molecule *m)
{
	int64_t count;
	char text[4];
	int bonds, rc;

	for (int i = 0; i < 4; i++) {
		if (!next_line(r))
			return too_short(r);
		if (i == 0)
			m->title = xstrdup(r->line);
	}
	bonds = molecule_column(r->line, 3);
	m->v2000 = !strstr(r->line, "V3000");
	if (!m->v2000)
		rc = v3000_atoms(r, m);
	else if (num_int(columns(r, 0, 3, text, sizeof(text)), 0, 999, &count, NULL) < 0)
		return bad_line(r, "line 4 of a molecule starts with its number of atoms");
	else
		rc = v2000_atoms(r, m, count);
	if (rc == 0 && m->v2000 && bonds > 0) {
		m->said = (size_t)bonds;
		v2000_bonds(r, m, bonds);
	}
	while (rc == 0 && next_line(r)) {
		if (starts(r, "$$$$"))
			break;
		m->ended |= starts(r, "M  END");
	}
	while (rc == 0 && !m->more && next_line(r))
		m->more = r->len > strspn(r->line, " \t");
	return rc;
}

static int
mol2_atom(struct reader *r, struct molecule *m)
{
	struct atom atom = { .chain = ' ' };
	char *word[6];

	if (r->len == 0 || *r->line == '#')
		return 0;
	if (words(r, word, 6) < 6)
		return bad_line(r, "an atom line has id, name, x, y, z and type");
	if (word_coordinates(r, word + 2, atom.at) < 0)
		return -1;
	set_element(&atom, word[5], strcspn(word[5], "."));
	vec_add(&m->atoms, atom);
	return 0;
}

static int
read_mol2(struct reader *r, struct molecule *m)
{
	bool inside = false;

	while (next_line(r)) {
		if (starts(r, "@<TRIPOS>MOLECULE")) {
			if (m->title) {
				m->more = true;
				break;
			}
			m->title = xstrdup(next_line(r) ? r->line : "");
			continue;
		}
		if (starts(r, "@"))
			inside = starts(r, "@<TRIPOS>ATOM");
		else if (inside && mol2_atom(r, m) < 0)
			return -1;
	}
	return 0;
}

/* The element column if it holds one (old files have other text there), else from the name: an ion
 * is named like its residue, everything else begins with a one-letter element. */
static void
pdb_element(const struct reader *r, struct atom *atom)
{
	char text[8];
	const char *letter;

	columns(r, 76, 2, text, sizeof(text));
	if (set_element(atom, text, strlen(text)))
		return;
	columns(r, 12, 4, text, sizeof(text));
	if (strcmp(text, atom->residue) == 0 && set_element(atom, text, strlen(text)))
		return;
	letter = text + strspn(text, "0123456789'\"*");
	if (*letter && !set_element(atom, letter, 1) && letter[1])
		set_element(atom, letter, 2);
}

/* AutoDock's types: A is aromatic carbon, a second capital letter says donor, acceptor or kind. */
static void
pdbqt_element(const struct reader *r, struct atom *atom)
{
	char type[8];

	columns(r, 77, 4, type, sizeof(type));
	if (strcmp(type, "A") == 0)
		type[0] = 'C';
	if (strlen(type) == 2 && isupper((unsigned char)type[1]) && strchr("HNOS", type[0]))
		type[1] = '\0';
	if (strncmp(type, "CG", 2) == 0) /* the ends of a ring that was opened */
		type[1] = '\0';
	set_element(atom, type, strlen(type));
}

static int
pdb_atom(struct reader *r, struct molecule *m, enum molecule_format format)
{
	struct atom atom = { .chain = ' ' };

	if (r->len < 54)
		return bad_line(r, "an atom line has x, y and z in columns 31 to 54");
	if (coordinates(r, 30, 8, atom.at) < 0)
		return -1;
	columns(r, 17, 3, atom.residue, sizeof(atom.residue));
	columns(r, 22, 5, atom.place, sizeof(atom.place));
	atom.chain = r->line[21];
	if (format == MOLECULE_PDBQT)
		pdbqt_element(r, &atom);
	else
		pdb_element(r, &atom);
	vec_add(&m->atoms, atom);
	return 0;
}

static int
read_pdb(struct reader *r, struct molecule *m, enum molecule_format format)
{
	bool ended = false;

	while (next_line(r)) {
		if (starts(r, "ATOM  ") || starts(r, "HETATM")) {
			m->more = ended;
			if (ended)
				break;
			if (pdb_atom(r, m, format) < 0)
				return -1;
		}
		ended = ended || starts(r, "ENDMDL");
		if (!m->title && starts(r, "REMARK  Name = "))
			m->title = xstrdup(r->line + strlen("REMARK  Name = "));
	}
	return 0;
}

int
molecule_read(struct molecule *m, enum molecule_format format, const char *name, const char *text,
    struct err *err)
{
	char *copy = xstrdup(text);
	struct reader r = { .name = name, .rest = copy, .err = err };
	int rc;

	molecule_clear(m);
	if (format == MOLECULE_SDF)
		rc = read_sdf(&r, m);
	else if (format == MOLECULE_MOL2)
		rc = read_mol2(&r, m);
	else
		rc = read_pdb(&r, m, format);
	if (rc == 0 && m->atoms.len == 0)
		rc = err_set(err, ERR_INPUT, "%s:%zu: no atoms in this %s file", name,
		    r.number + !r.number, format_names[format]);
	free(copy);
	return rc;
}

void
molecule_clear(struct molecule *m)
{
	free(m->title);
	m->title = NULL;
	m->more = false;
	vec_clear(&m->atoms);
	vec_clear(&m->bonds);
}

int
molecule_column(const char *line, size_t from)
{
	char text[4] = "";
	int64_t n;

	if (strnlen(line, from + 3) < from + 3)
		return -1;
	memcpy(text, line + from, 3);
	if (num_int(text + strspn(text, " "), 0, 999, &n, NULL) < 0)
		return -1;
	return (int)n;
}

bool
atom_is_heavy(const struct atom *atom)
{
	return *atom->element && strcmp(atom->element, "H") != 0 && strcmp(atom->element, "D") != 0;
}

bool
atom_is_water(const struct atom *atom)
{
	static const char *const names[] = { "HOH", "WAT", "DOD", "H2O", "SOL", "TIP" };

	return strtab_find(names, sizeof(names) / sizeof(*names), atom->residue) >= 0;
}

size_t
molecule_heavy(const struct molecule *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->atoms.len; i++)
		n += atom_is_heavy(&m->atoms.at[i]);
	return n;
}
