/* SPDX-License-Identifier: MIT */
/* pose: docked poses, read from the PDBQT file that Vina and its relatives write. */
#include "dock/pose.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

/* A line without its end. */
struct line {
	const char *at;
	size_t len, number;
};

/* The file, line by line. */
struct reader {
	const char *at, *end;
	struct line line;
};

static bool
next_line(struct reader *r)
{
	const char *newline;

	if (r->at == r->end)
		return false;
	newline = memchr(r->at, '\n', (size_t)(r->end - r->at));
	r->line.at = r->at;
	r->line.len = (size_t)((newline ? newline : r->end) - r->at);
	r->line.number++;
	r->at = newline ? newline + 1 : r->end;
	if (r->line.len > 0 && r->line.at[r->line.len - 1] == '\r')
		r->line.len--;
	return true;
}

static bool
starts(const struct line *line, const char *word)
{
	size_t len = strlen(word);

	return line->len >= len && memcmp(line->at, word, len) == 0;
}

/* A number of at most fifteen digits with a point among them, as nearly all are: below 2^53 over a
 * power of ten, which is exactly what strtod makes of it. False: it is something else. */
static bool
plain_number(const char *text, size_t len, double *out)
{
	static const double tens[] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
		1e12, 1e13, 1e14, 1e15 };
	const char *end = text + len;
	bool minus = *text == '-';
	int64_t digits = 0;
	size_t n = 0, behind = 0;

	if (len > 17)
		return false;
	for (text += minus; text < end && *text >= '0' && *text <= '9'; text++, n++)
		digits = digits * 10 + (*text - '0');
	if (n == 0 || n > 15 || text == end || *text != '.')
		return false;
	for (text++; text < end && *text >= '0' && *text <= '9'; text++, behind++)
		digits = digits * 10 + (*text - '0');
	if (text < end || n + behind > 15)
		return false;
	*out = (double)digits / tens[behind];
	if (minus)
		*out = -*out;
	return true;
}

/* The number that fills len bytes at text, blanks around it allowed; "nan" and "inf" are numbers
 * here. -1: there is none. */
static int
field_number(const char *text, size_t len, double *out)
{
	char copy[40];
	char *end;

	while (len > 0 && isspace((unsigned char)*text)) {
		text++;
		len--;
	}
	while (len > 0 && isspace((unsigned char)text[len - 1]))
		len--;
	if (len == 0 || len >= sizeof(copy))
		return -1;
	if (plain_number(text, len, out))
		return 0;
	memcpy(copy, text, len);
	copy[len] = '\0';
	*out = strtod(copy, &end);
	return *end ? -1 : 0;
}

/* Up to count numbers separated by blanks. Widths do not matter: Vina lets huge ones overflow. */
static size_t
blank_numbers(const char *text, size_t len, double *out, size_t count)
{
	const char *end = text + len;
	size_t n = 0;

	while (n < count) {
		const char *from;

		while (text < end && isspace((unsigned char)*text))
			text++;
		from = text;
		while (text < end && !isspace((unsigned char)*text))
			text++;
		if (field_number(from, (size_t)(text - from), &out[n]) < 0)
			break;
		n++;
	}
	return n;
}

static int
bad_line(const struct line *line, const char *what, struct err *err)
{
	int len = line->len > 80 ? 80 : (int)line->len;

	return err_set(err, ERR_INPUT, "line %zu: %s: '%.*s'", line->number, what, len, line->at);
}

/* PDBQT is columns: coordinates in 31-54, the AutoDock type from 78 on. */
static int
read_atom(const struct line *line, struct poses *out, struct err *err)
{
	struct pose_atom atom = { .type = "" };
	size_t n = 0;

	if (line->len < 54)
		return bad_line(line, "too short for an atom", err);
	for (size_t i = 0; i < 3; i++)
		if (field_number(line->at + 30 + 8 * i, 8, &atom.at[i]) < 0)
			return bad_line(line, "not a coordinate", err);
	for (size_t i = 77; i < line->len && n + 1 < sizeof(atom.type); i++)
		if (!isspace((unsigned char)line->at[i]))
			atom.type[n++] = line->at[i];
	vec_add(&out->atoms, atom);
	return 0;
}

static bool
is_atom(const struct line *line)
{
	return starts(line, "ATOM  ") || starts(line, "HETATM");
}

/* REMARKs with one number, and where it goes. Longer texts stand before their beginnings. */
static const struct {
	const char *text;
	size_t offset;
} energies[] = {
	{ "REMARK INTER + INTRA:", offsetof(struct pose, total) },
	{ "REMARK INTER:", offsetof(struct pose, inter) },
	{ "REMARK INTRA:", offsetof(struct pose, intra) },
	{ "REMARK UNBOUND:", offsetof(struct pose, unbound) },
};

/* What smina and gnina call their scores, in REMARKs and SD tags. */
static const struct {
	const char *name;
	size_t offset;
} scores[] = {
	{ "minimizedAffinity", offsetof(struct pose, affinity) },
	{ "minimizedRMSD", offsetof(struct pose, rmsd_start) },
	{ "CNNscore", offsetof(struct pose, cnn_score) },
	{ "CNNaffinity", offsetof(struct pose, cnn_affinity) },
	{ "CNN_VS", offsetof(struct pose, cnn_vs) },
	{ "CNNaffinity_variance", offsetof(struct pose, cnn_variance) },
};

int
pose_set(struct pose *pose, const char *name, size_t len, double value)
{
	for (size_t i = 0; i < sizeof(scores) / sizeof(*scores); i++) {
		if (strlen(scores[i].name) != len || memcmp(scores[i].name, name, len) != 0)
			continue;
		*(double *)((char *)pose + scores[i].offset) = value;
		return 1;
	}
	return 0;
}

struct pose
pose_none(void)
{
	return (struct pose){ .affinity = NAN,
		.rmsd_lb = NAN,
		.rmsd_ub = NAN,
		.rmsd_start = NAN,
		.cnn_score = NAN,
		.cnn_affinity = NAN,
		.cnn_variance = NAN,
		.cnn_vs = NAN,
		.total = NAN,
		.inter = NAN,
		.intra = NAN,
		.unbound = NAN,
		.repaired = NAN };
}

/* The name of a molecule, without the blanks around it. */
static void
set_name(struct pose *pose, const char *text, size_t len)
{
	while (len > 0 && isspace((unsigned char)*text)) {
		text++;
		len--;
	}
	while (len > 0 && isspace((unsigned char)text[len - 1]))
		len--;
	if (len >= sizeof(pose->name))
		len = sizeof(pose->name) - 1;
	memcpy(pose->name, text, len);
	pose->name[len] = '\0';
}

/* "REMARK CNNscore 0.62": a name and a number, with one blank before each. 1, 0 it is none of ours,
 * -1. */
static int
read_score(const struct line *line, struct pose *pose, struct err *err)
{
	const char *name = line->at + 7, *end = line->at + line->len, *blank;
	double value;

	if (line->len <= 8 || line->at[6] != ' ' || *name == ' ')
		return 0;
	blank = memchr(name, ' ', (size_t)(end - name));
	if (!blank || pose_set(pose, name, (size_t)(blank - name), NAN) == 0)
		return 0;
	if (blank_numbers(blank, (size_t)(end - blank), &value, 1) != 1)
		return bad_line(line, "not a number", err);
	return pose_set(pose, name, (size_t)(blank - name), value);
}

/* What AutoDock-GPU and AutoDock 4 say of a model (dock/dlg.h). */
static const struct {
	const char *text;
	size_t offset;
} terms[] = {
	{ "USER    Estimated Free Energy of Binding    =", offsetof(struct pose, affinity) },
	{ "USER    (1) Final Intermolecular Energy     =", offsetof(struct pose, inter) },
	{ "USER    (2) Final Total Internal Energy     =", offsetof(struct pose, intra) },
	{ "USER    (4) Unbound System's Energy         =", offsetof(struct pose, unbound) },
};

/* 1 the first of them, 0 another line of theirs, -1. */
static int
read_term(const struct line *line, struct pose *pose, struct err *err)
{
	for (size_t i = 0; i < sizeof(terms) / sizeof(*terms); i++) {
		double *to = (double *)((char *)pose + terms[i].offset);
		size_t skip = strlen(terms[i].text);

		if (!starts(line, terms[i].text))
			continue;
		if (blank_numbers(line->at + skip, line->len - skip, to, 1) != 1)
			return bad_line(line, "not a number", err);
		return i == 0;
	}
	return 0;
}

static int
read_remark(const struct line *line, struct pose *pose, struct err *err)
{
	static const char result[] = "REMARK VINA RESULT:", named[] = "REMARK  Name = ";
	size_t skip = sizeof(result) - 1;

	if (starts(line, result)) {
		double n[3];

		if (blank_numbers(line->at + skip, line->len - skip, n, 3) != 3)
			return bad_line(line, "not three numbers", err);
		pose->affinity = n[0];
		pose->rmsd_lb = n[1];
		pose->rmsd_ub = n[2];
		return 0;
	}
	for (size_t i = 0; i < sizeof(energies) / sizeof(*energies); i++) {
		double *to = (double *)((char *)pose + energies[i].offset);

		skip = strlen(energies[i].text);
		if (!starts(line, energies[i].text))
			continue;
		if (blank_numbers(line->at + skip, line->len - skip, to, 1) != 1)
			return bad_line(line, "not a number", err);
		return 0;
	}
	if (starts(line, named)) {
		if (!*pose->name)
			set_name(pose, line->at + strlen(named), line->len - strlen(named));
		return 0;
	}
	return read_score(line, pose, err) < 0 ? -1 : 0;
}

/* Where the reader stands in a model. */
struct model {
	struct pose pose;
	bool scored;  /* a result line was seen; it may say "nan" */
	bool residue; /* within a residue of the receptor, whose atoms are not the ligand's */
};

/* What stands between MODEL and ENDMDL. */
static int
read_body_line(const struct line *line, struct poses *out, struct model *m, struct err *err)
{
	if (is_atom(line)) {
		if (m->residue)
			return 0;
		m->pose.natoms++;
		return read_atom(line, out, err);
	}
	if (starts(line, "REMARK")) {
		m->scored |= starts(line, "REMARK VINA RESULT:") ||
		    starts(line, "REMARK minimizedAffinity ");
		return read_remark(line, &m->pose, err);
	}
	if (starts(line, "USER")) {
		int rc = read_term(line, &m->pose, err);

		m->scored |= rc > 0;
		return rc < 0 ? -1 : 0;
	}
	if (starts(line, "MODEL"))
		return bad_line(line, "the model before has no end", err);
	m->pose.roots += starts(line, "ROOT") && !m->residue;
	if (starts(line, "BEGIN_RES"))
		m->pose.flexible = m->residue = true;
	if (starts(line, "END_RES"))
		m->residue = false;
	return 0;
}

/* gnina leaves out of PDBQT files what is the product of two others; smina says -1 for none. */
static void
complete(struct pose *pose)
{
	if (pose->rmsd_start < 0)
		pose->rmsd_start = NAN;
	if (isnan(pose->cnn_vs))
		pose->cnn_vs = pose->cnn_score * pose->cnn_affinity;
}

static int
read_model(struct reader *r, const char *start, struct poses *out, struct err *err)
{
	struct model m = { .pose = pose_none() };
	size_t number = out->len + 1;

	m.pose.first = out->atoms.len;
	for (;;) {
		if (!next_line(r))
			return err_set(err, ERR_INPUT, "model %zu is cut off", number);
		if (starts(&r->line, "ENDMDL"))
			break;
		if (read_body_line(&r->line, out, &m, err) < 0)
			return -1;
	}
	if (!m.scored)
		return err_set(err, ERR_INPUT, "model %zu has no REMARK VINA RESULT", number);
	if (m.pose.natoms == 0)
		return err_set(err, ERR_INPUT, "model %zu has no atoms", number);
	m.pose.end = (size_t)(r->at - start);
	complete(&m.pose);
	vec_add(out, m.pose);
	return 0;
}

int
poses_read(const char *text, size_t len, struct poses *out, struct err *err)
{
	struct reader r = { .at = text, .end = text + len };

	while (next_line(&r)) {
		if (starts(&r.line, "MODEL ")) {
			if (read_model(&r, text, out, err) < 0)
				return -1;
		} else if (r.line.len > 0) {
			return bad_line(&r.line, "not a model", err);
		}
	}
	if (out->len == 0)
		return err_set(err, ERR_INPUT, "there is no model in it");
	return 0;
}

/* An atom of a V2000 block: coordinates in columns 1-30, the element in 32-34. */
static int
read_sdf_atom(const struct line *line, struct poses *out, struct err *err)
{
	struct pose_atom atom = { .type = "" };
	size_t n = 0;

	if (line->len < 34)
		return bad_line(line, "too short for an atom", err);
	for (size_t i = 0; i < 3; i++)
		if (field_number(line->at + 10 * i, 10, &atom.at[i]) < 0)
			return bad_line(line, "not a coordinate", err);
	for (size_t i = 31; i < 34 && n + 1 < sizeof(atom.type); i++)
		if (!isspace((unsigned char)line->at[i]))
			atom.type[n++] = line->at[i];
	vec_add(&out->atoms, atom);
	return 0;
}

/* The three lines above the counts, the counts and the atoms. The first line has been read. */
static int
read_sdf_atoms(struct reader *r, struct poses *out, struct pose *pose, struct err *err)
{
	double count = 0;

	for (int i = 0; i < 3; i++)
		if (!next_line(r))
			return err_set(err, ERR_INPUT, "record %zu is cut off", out->len + 1);
	if (r->line.len < 39 || memcmp(r->line.at + 34, "V2000", 5) != 0 ||
	    field_number(r->line.at, 3, &count) < 0 || !(count > 0))
		return bad_line(&r->line, "not the counts of atoms and bonds", err);
	for (; pose->natoms < (size_t)count; pose->natoms++) {
		if (!next_line(r))
			return err_set(err, ERR_INPUT, "record %zu is cut off", out->len + 1);
		if (read_sdf_atom(&r->line, out, err) < 0)
			return -1;
	}
	return 0;
}

/* "> <CNNscore>" or ">  <CNNscore>": a tag of ours has its number on the next line. *scored counts
 * affinities. */
static int
read_sdf_tag(struct reader *r, struct pose *pose, size_t *scored, struct err *err)
{
	const char *name = memchr(r->line.at, '<', r->line.len), *end;
	struct pose none = pose_none();
	double value;
	size_t len;

	if (!name)
		return 0;
	name++;
	end = memchr(name, '>', (size_t)(r->line.at + r->line.len - name));
	len = end ? (size_t)(end - name) : 0;
	if (pose_set(&none, name, len, 0) == 0)
		return 0;
	if (!next_line(r) || field_number(r->line.at, r->line.len, &value) < 0)
		return bad_line(&r->line, "not a number", err);
	*scored += !isnan(none.affinity);
	return pose_set(pose, name, len, value);
}

static int
read_record(struct reader *r, const char *start, struct poses *out, struct err *err)
{
	struct pose pose = pose_none();
	size_t number = out->len + 1, scored = 0;

	pose.first = out->atoms.len;
	set_name(&pose, r->line.at, r->line.len);
	if (read_sdf_atoms(r, out, &pose, err) < 0)
		return -1;
	do {
		if (!next_line(r))
			return err_set(err, ERR_INPUT, "record %zu is cut off", number);
		if (starts(&r->line, ">") && read_sdf_tag(r, &pose, &scored, err) < 0)
			return -1;
	} while (!starts(&r->line, "$$$$"));
	if (scored == 0)
		return err_set(err, ERR_INPUT, "record %zu has no minimizedAffinity", number);
	pose.roots = 1;
	pose.end = (size_t)(r->at - start);
	complete(&pose);
	vec_add(out, pose);
	return 0;
}

int
poses_read_sdf(const char *text, size_t len, struct poses *out, struct err *err)
{
	struct reader r = { .at = text, .end = text + len };

	while (next_line(&r))
		if (read_record(&r, text, out, err) < 0)
			return -1;
	if (out->len == 0)
		return err_set(err, ERR_INPUT, "there is no record in it");
	return 0;
}

/* How lines of standard output begin, and the score they tell. */
static const struct {
	const char *text;
	size_t offset;
} sayings[] = {
	{ "Affinity:", offsetof(struct pose, affinity) },
	{ "CNNscore:", offsetof(struct pose, cnn_score) },
	{ "CNNaffinity:", offsetof(struct pose, cnn_affinity) },
	{ "CNNvariance:", offsetof(struct pose, cnn_variance) },
	{ "RMSD:", offsetof(struct pose, rmsd_start) },
	{ "Estimated Free Energy of Binding   :", offsetof(struct pose, affinity) },
};

int
pose_said(const char *text, size_t len, struct pose *pose, struct err *err)
{
	struct reader r = { .at = text, .end = text + len };

	while (next_line(&r))
		for (size_t i = 0; i < sizeof(sayings) / sizeof(*sayings); i++) {
			double *to = (double *)((char *)pose + sayings[i].offset);
			size_t skip = strlen(sayings[i].text);

			if (starts(&r.line, sayings[i].text))
				blank_numbers(r.line.at + skip, r.line.len - skip, to, 1);
		}
	complete(pose);
	return isnan(pose->affinity) ? err_set(err, ERR_INPUT, "it says no affinity") : 0;
}

int
poses_read_bare(const char *text, size_t len, struct poses *out, struct err *err)
{
	struct reader r = { .at = text, .end = text + len };
	struct model m = { .pose = pose_none() };

	while (next_line(&r))
		if (read_body_line(&r.line, out, &m, err) < 0)
			return -1;
	if (m.pose.natoms == 0)
		return err_set(err, ERR_INPUT, "there are no atoms in it");
	m.pose.end = len;
	vec_add(out, m.pose);
	return 0;
}

void
poses_clear(struct poses *poses)
{
	vec_clear(&poses->atoms);
	vec_clear(poses);
}
