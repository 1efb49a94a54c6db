/* SPDX-License-Identifier: MIT */
/* together: several ligands that are docked at the same time into one site. */
#include "dock/together.h"

#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"
#include "dock/judge.h"
#include "dock/pdbqt.h"
#include "dock/pose.h"

static const char name_mark[] = "REMARK  Name = ";

const json_t *
together_file(const json_t *entry)
{
	const json_t *inner = json_object_get(entry, "ligand");

	return json_is_object(inner) || json_is_string(inner) ? inner : entry;
}

static bool
starts(const char *line, size_t len, const char *word)
{
	return len >= strlen(word) && memcmp(line, word, strlen(word)) == 0;
}

/* What the engine says of the whole stands before the first. */
static bool
is_of_all(const char *line, size_t len)
{
	static const char *const words[] = { "MODEL", "REMARK VINA", "REMARK INT", "REMARK CONF",
		"REMARK UNB" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (starts(line, len, words[i]))
			return true;
	return false;
}

size_t
together_split(const char *model, size_t len, struct together_span *spans, size_t most)
{
	const char *end = model + len, *from = NULL, *line = model, *next;
	size_t n = 0, atoms = 0;

	for (; line < end; line = next) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		size_t size;

		next = newline ? newline + 1 : end;
		size = (size_t)(next - line);
		if (!from && !is_of_all(line, size))
			from = line;
		atoms += starts(line, size, "ATOM") || starts(line, size, "HETATM");
		if (!from || !starts(line, size, "TORSDOF"))
			continue;
		if (n < most)
			spans[n] = (struct together_span){ (size_t)(from - model),
				(size_t)(next - from), atoms };
		n++;
		atoms = 0;
		from = NULL;
	}
	return n;
}

/* The name that stands in a text; its length, 0: none. */
static size_t
find_name(const char *text, size_t len, const char **name)
{
	const char *at = memmem(text, len, name_mark, strlen(name_mark));
	const char *from = at ? at + strlen(name_mark) : text, *end = text + len, *newline;

	if (!at)
		return 0;
	newline = memchr(from, '\n', (size_t)(end - from));
	end = newline ? newline : end;
	while (end > from && strchr(" \r\t", end[-1]))
		end--;
	*name = from;
	return (size_t)(end - from);
}

/* A pose under another one's name. What is called nothing may be anybody's. */
static int
judge_name(const char *text, size_t len, const struct together *part, size_t pose, size_t number,
    struct verdict *verdict)
{
	const char *is = "", *was = part->ligand->name + strspn(part->ligand->name, " \t");
	size_t n = find_name(text, len, &is), m = strcspn(was, "\r\n");

	while (n > 0 && (*is == ' ' || *is == '\t')) {
		is++;
		n--;
	}
	while (m > 0 && strchr(" \t", was[m - 1]))
		m--;
	/* what was read of a long name is cut off */
	if (n == 0 || m == 0 ||
	    (n >= m && memcmp(is, was, m) == 0 && (n == m || m + 2 > sizeof(part->ligand->name))))
		return 0;
	return verdict_set(verdict, "result", "pose %zu: ligand %zu is called '%.*s', not '%.*s'",
	    pose, number, (int)n, is, (int)m, was);
}

static int
judge_atoms(const struct pose_atom *atoms, size_t n, const struct together *part, size_t pose,
    size_t number, struct verdict *verdict)
{
	const struct pdbqt *ligand = part->ligand;

	if (n != ligand->atoms)
		return verdict_set(verdict, "result",
		    "pose %zu: ligand %zu ('%s') has %zu atoms, not %zu", pose, number, part->name,
		    n, ligand->atoms);
	for (size_t i = 0; i < n; i++)
		if (strcmp(atoms[i].type, ligand->atom[i].type) != 0)
			return verdict_set(verdict, "result",
			    "pose %zu: ligand %zu ('%s'): atom %zu is of type %s, not %s", pose,
			    number, part->name, i + 1, atoms[i].type, ligand->atom[i].type);
	return 0;
}

static int
judge_model(const char *model, size_t len, const struct pose_atom *atoms, size_t natoms,
    const struct together *parts, size_t n, size_t pose, struct verdict *verdict)
{
	struct together_span spans[TOGETHER_MOST];
	size_t found = together_split(model, len, spans, TOGETHER_MOST), at = 0;

	if (found != n)
		return verdict_set(
		    verdict, "result", "pose %zu has %zu ligands, not %zu", pose, found, n);
	for (size_t i = 0; i < n; i++) {
		const struct together_span *span = &spans[i];

		if (judge_name(model + span->from, span->len, &parts[i], pose, i + 1, verdict) < 0)
			return -1;
		if (at + span->atoms > natoms)
			return verdict_set(
			    verdict, "result", "pose %zu: ligand %zu has lost atoms", pose, i + 1);
		if (judge_atoms(atoms + at, span->atoms, &parts[i], pose, i + 1, verdict) < 0)
			return -1;
		at += span->atoms;
	}
	return 0;
}

int
together_judge(const char *text, const struct poses *poses, const struct together *parts, size_t n,
    struct verdict *verdict)
{
	size_t from = 0;

	for (size_t i = 0; i < poses->len; i++) {
		const struct pose *pose = &poses->at[i];

		if (judge_model(text + from, pose->end - from, poses->atoms.at + pose->first,
			pose->natoms, parts, n, i + 1, verdict) < 0)
			return -1;
		from = pose->end;
	}
	return 0;
}

/* What is known of one, without its atoms: those stand in files. */
static json_t *
part_json(const struct together *part)
{
	const json_t *file = together_file(part->entry);
	json_t *out = json_is_object(file) ? json_copy((json_t *)file) : json_object(), *rest;

	json_object_set_new(out, "name", json_string(part->name));
	if (json_is_string(file))
		json_object_set(out, "path", (json_t *)file);
	json_object_del(out, "text");
	json_object_del(out, "object");
	json_object_set_new(out, "format", json_string("pdbqt"));
	json_object_set_new(out, "sha256", json_string(part->sha256));
	json_object_set_new(out, "heavy_atoms", json_integer((json_int_t)part->ligand->heavy));
	json_object_set_new(out, "torsions", json_integer(part->ligand->torsions));
	if (file != part->entry) {
		rest = json_copy((json_t *)part->entry);
		json_object_del(rest, "type");
		json_object_del(rest, "ligand");
		json_fill(out, rest);
		json_decref(rest);
	}
	return out;
}

json_t *
together_json(const struct together *parts, size_t n)
{
	json_t *out = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(out, part_json(&parts[i]));
	return out;
}

char *
together_smiles(const json_t *result)
{
	const char *smiles = json_string_value(json_object_get(result, "smiles"));
	struct buf all = BUF_INIT;
	json_t *ligand;
	size_t i;

	if (smiles)
		return xstrdup(smiles);
	json_array_foreach(json_object_get(result, "ligands"), i, ligand) {
		smiles = json_string_value(json_object_get(ligand, "smiles"));
		if (smiles)
			buf_addf(&all, "%s%s", all.len ? "." : "", smiles);
	}
	return all.len ? buf_take(&all) : NULL;
}
