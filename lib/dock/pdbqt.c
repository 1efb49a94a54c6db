/* SPDX-License-Identifier: MIT */
/* pdbqt: the atoms and the torsion tree of a PDBQT file, read as strictly as Vina reads it. */
#include "dock/pdbqt.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/num.h"
#include "base/vec.h"

/* AutoDock types, Vina's glue atoms, its one equivalent (Se) and the metals it adds. */
static const char *const types[] = { "A", "At", "Br", "C", "CG0", "CG1", "CG2", "CG3", "Ca", "Cd",
	"Cl", "Co", "Cu", "F", "Fe", "G0", "G1", "G2", "G3", "H", "HD", "Hg", "I", "K", "Mg", "Mn",
	"N", "NA", "Na", "Ni", "O", "OA", "P", "S", "SA", "Se", "Si", "U", "W", "Zn" };

struct branch {
	int from, to, body;
	bool arrived; /* atom `to` was seen in it */
};

enum place { BEFORE, IN_ROOT, AFTER_ROOT };

struct reader {
	struct pdbqt *p;
	bool rigid;
	enum place place;
	VEC(struct pdbqt_atom) atoms;
	VEC(struct branch) open;
	const char *line;
	int len, number;
	struct err *why;
};

bool
pdbqt_is_glue(const struct pdbqt_atom *atom)
{
	return atom->type[0] == 'G' && isdigit((unsigned char)atom->type[1]);
}

bool
pdbqt_type_known(const char *type)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i], type) == 0)
			return true;
	return false;
}

double
pdbqt_distance2(const double a[3], const double b[3])
{
	double x = a[0] - b[0], y = a[1] - b[1], z = a[2] - b[2];

	return x * x + y * y + z * z;
}

/* "line 7: what", with the line itself where it can be printed. */
static int refuse(struct reader *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static int
refuse(struct reader *r, const char *fmt, ...)
{
	char what[256], shown[41];
	int n = r->len < 40 ? r->len : 40;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	for (int i = 0; i < n; i++)
		shown[i] = isprint((unsigned char)r->line[i]) ? r->line[i] : '?';
	shown[n] = '\0';
	return err_set(r->why, ERR_INPUT, "line %d: %s: '%s'", r->number, what, shown);
}

static bool
starts(const struct reader *r, const char *word)
{
	size_t n = strlen(word);

	return (size_t)r->len >= n && memcmp(r->line, word, n) == 0;
}

/* Columns first..last (from 1) without blanks around, into out. */
static void
columns(const struct reader *r, int first, int last, char *out, size_t room)
{
	const char *s = r->line + first - 1, *e;
	size_t n;

	if (last > r->len)
		last = r->len;
	e = r->line + last;
	while (s < e && isspace((unsigned char)*s))
		s++;
	while (e > s && isspace((unsigned char)e[-1]))
		e--;
	n = e > s ? (size_t)(e - s) : 0;
	if (n >= room)
		n = room - 1;
	memcpy(out, s, n);
	out[n] = '\0';
}

static int
read_coordinates(struct reader *r, struct pdbqt_atom *a)
{
	for (int axis = 0; axis < 3; axis++) {
		char text[16];

		columns(r, 31 + 8 * axis, 38 + 8 * axis, text, sizeof(text));
		if (num_double(text, &a->at[axis], NULL) < 0)
			return refuse(r, "malformed coordinate '%s'", text);
	}
	return 0;
}

static int
read_atom(struct reader *r)
{
	struct pdbqt_atom a = { .chain = ' ', .icode = ' ' };
	char text[16];
	int64_t number;

	if (r->len < 78)
		return refuse(r,
		    r->len >= 54 ? "no charge and atom type (PDB, not PDBQT?)"
				 : "atom line is too short");
	columns(r, 7, 11, text, sizeof(text));
	if (num_int(text, 0, 99999, &number, NULL) < 0)
		return refuse(r, "malformed atom number '%s'", text);
	a.serial = (int)number;
	if (read_coordinates(r, &a) < 0)
		return -1;
	columns(r, 23, 26, text, sizeof(text));
	a.residue = num_int(text, -9999, 9999, &number, NULL) < 0 ? 0 : (int)number;
	columns(r, 13, 16, a.name, sizeof(a.name));
	columns(r, 18, 20, a.resname, sizeof(a.resname));
	a.chain = r->line[21];
	a.icode = r->line[26];
	columns(r, 69, 76, text, sizeof(text));
	columns(r, 78, 80, a.type, sizeof(a.type));
	if (!text[0] && r->rigid)
		return refuse(r, "no partial charge (PDB, not PDBQT?)");
	if (text[0] && num_double(text, &(double){ 0 }, NULL) < 0)
		return refuse(r, "malformed charge '%s'", text);
	if (!pdbqt_type_known(a.type))
		return refuse(r, "unknown atom type '%s'", a.type);
	a.hydrogen = strcmp(a.type, "H") == 0 || strcmp(a.type, "HD") == 0 || pdbqt_is_glue(&a);
	if (r->open.len) {
		struct branch *b = &r->open.at[r->open.len - 1];

		a.body = b->body;
		b->arrived |= a.serial == b->to;
	}
	r->p->heavy += !a.hydrogen;
	vec_add(&r->atoms, a);
	return 0;
}

static int
read_pair(struct reader *r, const char *word, int *from, int *to)
{
	char text[32];

	columns(r, (int)strlen(word) + 1, r->len, text, sizeof(text));
	if (sscanf(text, "%d %d", from, to) != 2)
		return refuse(r, "two atom numbers expected after %s", word);
	return 0;
}

static int
open_branch(struct reader *r)
{
	struct branch b = { .body = r->p->torsions + 1 };
	int parent = r->open.len ? r->open.at[r->open.len - 1].body : 0;
	bool found = false;

	if (read_pair(r, "BRANCH", &b.from, &b.to) < 0)
		return -1;
	for (size_t i = 0; i < r->atoms.len; i++)
		found |= r->atoms.at[i].serial == b.from && r->atoms.at[i].body == parent;
	if (!found)
		return refuse(r, "branch from atom %d, which is not in its parent", b.from);
	r->p->torsions++;
	vec_add(&r->open, b);
	return 0;
}

static int
close_branch(struct reader *r)
{
	struct branch *b = r->open.len ? &r->open.at[r->open.len - 1] : NULL;
	int from, to;

	if (read_pair(r, "ENDBRANCH", &from, &to) < 0)
		return -1;
	if (!b || b->from != from || b->to != to)
		return refuse(r, "ENDBRANCH without its BRANCH");
	if (!b->arrived)
		return refuse(r, "branch to atom %d, which is not in it", to);
	r->open.len--;
	return 0;
}

static int
read_torsdof(struct reader *r)
{
	char text[32];

	columns(r, 8, r->len, text, sizeof(text));
	if (r->p->torsdof >= 0)
		return refuse(r, "second TORSDOF (several molecules in one file?)");
	if (sscanf(text, "%d", &r->p->torsdof) != 1 || r->p->torsdof < 0)
		return refuse(r, "malformed TORSDOF");
	return 0;
}

static void
read_remark(struct reader *r)
{
	static const char mark[] = "REMARK  Name = ";

	if (starts(r, mark) && !r->p->name[0])
		columns(r, (int)sizeof(mark), r->len, r->p->name, sizeof(r->p->name));
}

static int
ligand_line(struct reader *r)
{
	bool in_tree = r->place == AFTER_ROOT;

	if (starts(r, "ROOT")) {
		if (r->place != BEFORE)
			return refuse(r, "two fragments: a second ROOT");
		r->place = IN_ROOT;
		return 0;
	}
	if (starts(r, "ENDROOT") && r->place == IN_ROOT) {
		r->place = AFTER_ROOT;
		return 0;
	}
	if (starts(r, "ATOM  ") || starts(r, "HETATM")) {
		if (r->place == IN_ROOT || (in_tree && r->open.len))
			return read_atom(r);
		return refuse(r, "atom outside ROOT and BRANCH (a rigid PDBQT or a PDB file?)");
	}
	if (in_tree && starts(r, "BRANCH"))
		return open_branch(r);
	if (in_tree && starts(r, "ENDBRANCH"))
		return close_branch(r);
	if (in_tree && !r->open.len && starts(r, "TORSDOF"))
		return read_torsdof(r);
	return refuse(r,
	    starts(r, "MODEL") ? "several models: only one is allowed"
			       : "unknown or misplaced tag");
}

static int
receptor_line(struct reader *r)
{
	if (starts(r, "ATOM  ") || starts(r, "HETATM"))
		return read_atom(r);
	if (starts(r, "TER") || starts(r, "END"))
		return 0;
	if (starts(r, "ROOT") || starts(r, "BRANCH") || starts(r, "TORSDOF"))
		return refuse(r, "torsions in a receptor (a ligand file?)");
	if (starts(r, "MODEL"))
		return refuse(r, "several models: only one is allowed");
	return refuse(r, "unknown tag in a receptor (PDB, not PDBQT?)");
}

static int
read_lines(struct reader *r, const char *text, size_t len)
{
	const char *end = text + len;

	if (memchr(text, '\0', len))
		return err_set(r->why, ERR_INPUT, "not text: it contains a zero byte");
	for (const char *next; text < end; text = next) {
		const char *nl = memchr(text, '\n', (size_t)(end - text));

		next = nl ? nl + 1 : end;
		r->line = text;
		r->len = (int)((nl ? nl : end) - text);
		r->number++;
		if (r->len == 0 || starts(r, "WARNING"))
			continue;
		if (starts(r, "REMARK"))
			read_remark(r);
		else if ((r->rigid ? receptor_line(r) : ligand_line(r)) < 0)
			return -1;
	}
	if (r->atoms.len == 0)
		return err_set(r->why, ERR_INPUT, "no atoms");
	return 0;
}

static int
read_all(struct pdbqt *p, const char *text, size_t len, bool rigid, struct err *why)
{
	struct reader r = {
		.p = p, .rigid = rigid, .atoms = VEC_INIT, .open = VEC_INIT, .why = why
	};
	int rc = -1;

	*p = (struct pdbqt){ .torsdof = -1 };
	if (len == 0)
		err_set(why, ERR_INPUT, "empty");
	else if (len > 256 << 20)
		err_set(why, ERR_INPUT, "larger than 256 MiB");
	else
		rc = read_lines(&r, text, len);
	p->atom = r.atoms.at;
	p->atoms = r.atoms.len;
	if (rc == 0 && !rigid && (r.place != AFTER_ROOT || r.open.len))
		rc = err_set(why, ERR_INPUT, "cut off: ROOT or BRANCH has no end");
	if (rc == 0 && !rigid && p->torsdof < 0)
		rc = err_set(why, ERR_INPUT, "cut off: no TORSDOF");
	vec_clear(&r.open);
	if (rc < 0)
		pdbqt_clear(p);
	return rc;
}

int
pdbqt_ligand(struct pdbqt *p, const char *text, size_t len, struct err *why)
{
	return read_all(p, text, len, false, why);
}

int
pdbqt_receptor(struct pdbqt *p, const char *text, size_t len, struct err *why)
{
	return read_all(p, text, len, true, why);
}

void
pdbqt_clear(struct pdbqt *p)
{
	free(p->atom);
	*p = (struct pdbqt){ .torsdof = -1 };
}
