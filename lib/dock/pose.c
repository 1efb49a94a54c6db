/* SPDX-License-Identifier: MIT */
/* pose: docked poses, read from the PDBQT file that Vina and its relatives write. */
#include "dock/pose.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "base/err.h"
#include "dock/pose_parts.h"

/* PDBQT is columns: coordinates in 31-54, the AutoDock type from 78 on. */
static int
read_atom(const struct line *line, struct poses *out, struct err *err)
{
	struct pose_atom atom = { .type = "" };
	size_t n = 0;

	if (line->len < 54)
		return line_bad(line, "too short for an atom", err);
	for (size_t i = 0; i < 3; i++)
		if (field_number(line->at + 30 + 8 * i, 8, &atom.at[i]) < 0)
			return line_bad(line, "not a coordinate", err);
	for (size_t i = 77; i < line->len && n + 1 < sizeof(atom.type); i++)
		if (!isspace((unsigned char)line->at[i]))
			atom.type[n++] = line->at[i];
	vec_add(&out->atoms, atom);
	return 0;
}

static bool
is_atom(const struct line *line)
{
	return line_starts(line, "ATOM  ") || line_starts(line, "HETATM");
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
		return line_bad(line, "not a number", err);
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

		if (!line_starts(line, terms[i].text))
			continue;
		if (blank_numbers(line->at + skip, line->len - skip, to, 1) != 1)
			return line_bad(line, "not a number", err);
		return i == 0;
	}
	return 0;
}

static int
read_remark(const struct line *line, struct pose *pose, struct err *err)
{
	static const char result[] = "REMARK VINA RESULT:", named[] = "REMARK  Name = ";
	size_t skip = sizeof(result) - 1;

	if (line_starts(line, result)) {
		double n[3];

		if (blank_numbers(line->at + skip, line->len - skip, n, 3) != 3)
			return line_bad(line, "not three numbers", err);
		pose->affinity = n[0];
		pose->rmsd_lb = n[1];
		pose->rmsd_ub = n[2];
		return 0;
	}
	for (size_t i = 0; i < sizeof(energies) / sizeof(*energies); i++) {
		double *to = (double *)((char *)pose + energies[i].offset);

		skip = strlen(energies[i].text);
		if (!line_starts(line, energies[i].text))
			continue;
		if (blank_numbers(line->at + skip, line->len - skip, to, 1) != 1)
			return line_bad(line, "not a number", err);
		return 0;
	}
	if (line_starts(line, named)) {
		if (!*pose->name)
			pose_name(pose, line->at + strlen(named), line->len - strlen(named));
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
	if (line_starts(line, "REMARK")) {
		m->scored |= line_starts(line, "REMARK VINA RESULT:") ||
		    line_starts(line, "REMARK minimizedAffinity ");
		return read_remark(line, &m->pose, err);
	}
	if (line_starts(line, "USER")) {
		int rc = read_term(line, &m->pose, err);

		m->scored |= rc > 0;
		return rc < 0 ? -1 : 0;
	}
	if (line_starts(line, "MODEL"))
		return line_bad(line, "the model before has no end", err);
	m->pose.roots += line_starts(line, "ROOT") && !m->residue;
	if (line_starts(line, "BEGIN_RES"))
		m->pose.flexible = m->residue = true;
	if (line_starts(line, "END_RES"))
		m->residue = false;
	return 0;
}

static int
read_model(struct reader *r, const char *start, struct poses *out, struct err *err)
{
	struct model m = { .pose = pose_none() };
	size_t number = out->len + 1;

	m.pose.first = out->atoms.len;
	for (;;) {
		if (!reader_next(r))
			return err_set(err, ERR_INPUT, "model %zu is cut off", number);
		if (line_starts(&r->line, "ENDMDL"))
			break;
		if (read_body_line(&r->line, out, &m, err) < 0)
			return -1;
	}
	if (!m.scored)
		return err_set(err, ERR_INPUT, "model %zu has no REMARK VINA RESULT", number);
	if (m.pose.natoms == 0)
		return err_set(err, ERR_INPUT, "model %zu has no atoms", number);
	m.pose.end = (size_t)(r->at - start);
	pose_complete(&m.pose);
	vec_add(out, m.pose);
	return 0;
}

int
poses_read(const char *text, size_t len, struct poses *out, struct err *err)
{
	struct reader r = { .at = text, .end = text + len };

	while (reader_next(&r)) {
		if (line_starts(&r.line, "MODEL ")) {
			if (read_model(&r, text, out, err) < 0)
				return -1;
		} else if (r.line.len > 0) {
			return line_bad(&r.line, "not a model", err);
		}
	}
	if (out->len == 0)
		return err_set(err, ERR_INPUT, "there is no model in it");
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

	while (reader_next(&r))
		for (size_t i = 0; i < sizeof(sayings) / sizeof(*sayings); i++) {
			double *to = (double *)((char *)pose + sayings[i].offset);
			size_t skip = strlen(sayings[i].text);

			if (line_starts(&r.line, sayings[i].text))
				blank_numbers(r.line.at + skip, r.line.len - skip, to, 1);
		}
	pose_complete(pose);
	return isnan(pose->affinity) ? err_set(err, ERR_INPUT, "it says no affinity") : 0;
}

int
poses_read_bare(const char *text, size_t len, struct poses *out, struct err *err)
{
	struct reader r = { .at = text, .end = text + len };
	struct model m = { .pose = pose_none() };

	while (reader_next(&r))
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
