/* SPDX-License-Identifier: MIT */
/* branches: the torsion tree of a PDBQT ligand, and branches of it that engines shall not turn. */
#include "dock/branches.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"
#include "dock/pdbqt.h"

struct line {
	const char *text;
	int len;
};

struct atom_line {
	struct line line;
	size_t host; /* the body it is part of, after joining */
	int serial, after;
};

/* ROOT, or a BRANCH. */
struct body {
	size_t host;   /* itself, or where it was joined to */
	size_t parent; /* the host it hangs on */
	int from, to;
};

struct tree {
	VEC(struct atom_line) atoms;
	VEC(struct body) bodies;
	VEC(size_t) open;
	int joined, given; /* atoms numbered so far */
};

static struct branches_bond *
find_bond(struct branches_bond *bonds, size_t count, int from, int to)
{
	for (size_t i = 0; i < count; i++)
		if ((bonds[i].serial[0] == from && bonds[i].serial[1] == to) ||
		    (bonds[i].serial[0] == to && bonds[i].serial[1] == from))
			return &bonds[i];
	return NULL;
}

static bool
starts(const struct line *l, const char *word)
{
	return (size_t)l->len >= strlen(word) && memcmp(l->text, word, strlen(word)) == 0;
}

static struct line
next_line(const char **at, const char *end)
{
	const char *nl = memchr(*at, '\n', (size_t)(end - *at));
	struct line l = { *at, (int)((nl ? nl : end) - *at) };

	*at = nl ? nl + 1 : end;
	return l;
}

static void
open_body(struct tree *t, const struct line *l, struct branches_bond *bonds, size_t count)
{
	struct body b = { .host = t->bodies.len, .from = 0 };
	struct branches_bond *bond;

	if (t->open.len)
		b.parent = t->bodies.at[t->open.at[t->open.len - 1]].host;
	if (sscanf(l->text, "BRANCH %d %d", &b.from, &b.to) == 2 &&
	    (bond = find_bond(bonds, count, b.from, b.to))) {
		b.host = b.parent;
		bond->joined = 1;
		t->joined++;
	}
	vec_add(&t->open, t->bodies.len);
	vec_add(&t->bodies, b);
}

/* The text is a ligand, so every tag is in its place. */
static void
read_tree(
    struct tree *t, const char *at, const char *end, struct branches_bond *bonds, size_t count)
{
	while (at < end) {
		struct line l = next_line(&at, end);

		if (starts(&l, "ROOT") || starts(&l, "BRANCH")) {
			open_body(t, &l, bonds, count);
		} else if (starts(&l, "ENDBRANCH")) {
			t->open.len--;
		} else if (starts(&l, "ATOM") || starts(&l, "HETATM")) {
			struct atom_line a = { .line = l,
				.host = t->bodies.at[t->open.at[t->open.len - 1]].host };

			sscanf(l.text + 6, "%5d", &a.serial);
			vec_add(&t->atoms, a);
		}
	}
}

/* Number the atoms of a body, then those of the branches on it, as they will be written. */
static void
number_body(struct tree *t, size_t body)
{
	for (size_t i = 0; i < t->atoms.len; i++)
		if (t->atoms.at[i].host == body)
			t->atoms.at[i].after = ++t->given;
	for (size_t i = body + 1; i < t->bodies.len; i++)
		if (t->bodies.at[i].host == i && t->bodies.at[i].parent == body)
			number_body(t, i);
}

static int
number_after(const struct tree *t, int serial)
{
	for (size_t i = 0; i < t->atoms.len; i++)
		if (t->atoms.at[i].serial == serial)
			return t->atoms.at[i].after;
	return 0;
}

static void
write_body(const struct tree *t, size_t body, struct buf *out)
{
	const struct body *b = &t->bodies.at[body];
	int from = number_after(t, b->from), to = number_after(t, b->to);

	if (body == 0)
		buf_add_str(out, "ROOT\n");
	else
		buf_addf(out, "BRANCH%4d%4d\n", from, to);
	for (size_t i = 0; i < t->atoms.len; i++) {
		const struct atom_line *a = &t->atoms.at[i];

		if (a->host == body)
			buf_addf(out, "%.6s%5d%.*s\n", a->line.text, a->after, a->line.len - 11,
			    a->line.text + 11);
	}
	if (body == 0)
		buf_add_str(out, "ENDROOT\n");
	for (size_t i = body + 1; i < t->bodies.len; i++)
		if (t->bodies.at[i].host == i && t->bodies.at[i].parent == body)
			write_body(t, i, out);
	if (body > 0)
		buf_addf(out, "ENDBRANCH%4d%4d\n", from, to);
}

/* "REMARK    1  A    between atoms: C_1  and  O_2" */
static bool
is_joined(const char *remark, const struct branches_bond *bonds, size_t count)
{
	int one, two;

	if (sscanf(remark, "REMARK %*d A between atoms: %*[^_]_%d and %*[^_]_%d", &one, &two) != 2)
		return false;
	for (size_t i = 0; i < count; i++)
		if (bonds[i].joined &&
		    ((bonds[i].number[0] == one && bonds[i].number[1] == two) ||
			(bonds[i].number[0] == two && bonds[i].number[1] == one)))
			return true;
	return false;
}

static void
write_remark(const struct tree *t, const struct line *l, const struct branches_bond *bonds,
    size_t count, struct buf *out)
{
	char text[96];
	int active, used = 0;

	snprintf(text, sizeof(text), "%.*s", l->len, l->text);
	if (sscanf(text, "REMARK %d active torsions:%n", &active, &used) == 1 && used > 0)
		buf_addf(out, "REMARK  %d active torsions:\n", active - t->joined);
	else if (is_joined(text, bonds, count))
		buf_addf(out, "REMARK       I%.*s\n", l->len - 14, l->text + 14);
	else
		buf_addf(out, "%.*s\n", l->len, l->text);
}

static void
write_all(const struct tree *t, const char *at, const char *end, const struct branches_bond *bonds,
    size_t count, struct buf *out)
{
	while (at < end) {
		struct line l = next_line(&at, end);

		if (starts(&l, "REMARK"))
			write_remark(t, &l, bonds, count, out);
		else if (starts(&l, "ROOT"))
			write_body(t, 0, out);
	}
}

int
branches_join(
    const char *text, struct branches_bond *bonds, size_t count, struct buf *out, struct err *why)
{
	struct tree t = { .atoms = VEC_INIT };
	const char *end = text + strlen(text);
	struct pdbqt ligand;

	if (pdbqt_ligand(&ligand, text, (size_t)(end - text), why) < 0)
		return -1;
	read_tree(&t, text, end, bonds, count);
	if (t.joined) {
		number_body(&t, 0);
		write_all(&t, text, end, bonds, count, out);
		buf_addf(
		    out, "TORSDOF %d\n", ligand.torsdof > t.joined ? ligand.torsdof - t.joined : 0);
	}
	pdbqt_clear(&ligand);
	vec_clear(&t.atoms);
	vec_clear(&t.bodies);
	vec_clear(&t.open);
	return t.joined;
}
