/* SPDX-License-Identifier: MIT */
/* docked: a result with the file of its poses read, and a pose as a molecule. */
#include "cli/docked.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "cli/perceive.h"
#include "cli/records.h"
#include "dock/meeko.h"
#include "dock/placed.h"
#include "dock/together.h"

int
docked_read(struct app *app, struct docked *d, struct err *err)
{
	json_t *entry = json_object_get(json_object_get(d->x.result, "files"), "poses");
	const char *format = json_string_value(json_object_get(entry, "format"));

	if (!entry)
		return err_set(err, ERR_INPUT, "no file of poses");
	d->sdf = format && strcmp(format, "sdf") == 0;
	if (format && !d->sdf && strcmp(format, "pdbqt") != 0)
		return err_set(err, ERR_INPUT, "its poses are %s, not pdbqt or sdf", format);
	if (records_file(app, entry, &d->text, err) < 0)
		return -1;
	if (d->sdf)
		return poses_read_sdf(d->text.data, d->text.len, &d->poses, err);
	if (d->text.len >= 6 && memcmp(d->text.data, "MODEL ", 6) == 0)
		return poses_read(d->text.data, d->text.len, &d->poses, err);
	return poses_read_bare(buf_str(&d->text), d->text.len, &d->poses, err);
}

void
docked_clear(struct docked *d)
{
	poses_clear(&d->poses);
	buf_clear(&d->text);
}

const char *
docked_model(const struct docked *d, size_t i, size_t *len)
{
	size_t from = i > 0 ? d->poses.at[i - 1].end : 0;

	*len = d->poses.at[i].end - from;
	return d->text.data + from;
}

void
docked_ligand(const struct docked *d, size_t i, struct buf *out)
{
	size_t len;
	const char *text = docked_model(d, i, &len), *end = text + len;
	bool residue = false;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((newline ? newline + 1 : end) - text);

		residue |= n > 9 && memcmp(text, "BEGIN_RES", 9) == 0;
		if (!residue)
			buf_add(out, text, n);
		residue &= !(n > 7 && memcmp(text, "END_RES", 7) == 0);
		text += n;
	}
}

/* A model without its MODEL and ENDMDL, which no engine takes from a ligand, nor the scores. */
static void
add_bare(const char *text, size_t len, struct buf *out)
{
	const char *end = text + len;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((newline ? newline + 1 : end) - text);
		bool ours = strncmp(text, "MODEL", 5) == 0 || strncmp(text, "ENDMDL", 6) == 0 ||
		    strncmp(text, "REMARK VINA", 11) == 0 || strncmp(text, "REMARK INT", 10) == 0 ||
		    strncmp(text, "REMARK UNB", 10) == 0 || strncmp(text, "REMARK min", 10) == 0 ||
		    strncmp(text, "REMARK CNN", 10) == 0;

		if (!ours)
			buf_add(out, text, n);
		text += n;
	}
}

void
docked_again(const struct docked *d, size_t i, struct buf *out)
{
	struct buf model = BUF_INIT, bare = BUF_INIT;

	docked_ligand(d, i, &model);
	add_bare(buf_str(&model), model.len, &bare);
	export_named(&d->x, buf_str(&bare), bare.len, out);
	buf_clear(&model);
	buf_clear(&bare);
}

/* The block of a record of SDF, under our title. */
static int
engine_block(const char *text, size_t len, const char *name, struct buf *out, struct err *err)
{
	const char *body = memchr(text, '\n', len);
	const char *end = body ? memmem(body, len - (size_t)(body - text), "\nM  END", 7) : NULL;

	if (!end)
		return err_set(err, ERR_INPUT, "the pose has no M  END");
	buf_addf(out, "%s", name);
	buf_add(out, body, (size_t)(end - body));
	buf_add_str(out, "\nM  END\n");
	return 0;
}

size_t
docked_parts(const struct docked *d)
{
	return json_array_size(json_object_get(d->x.result, "ligands"));
}

void
docked_part(struct docked *d, size_t i)
{
	d->x.part = json_array_get(json_object_get(d->x.result, "ligands"), i);
	d->x.number = i + 1;
}

void
docked_all(struct docked *d)
{
	d->x.part = NULL;
	d->x.number = 0;
}

/* A ligand of a PDBQT pose: its lines and its atoms. */
struct slice {
	struct buf text;
	const struct pose_atom *atoms;
	size_t natoms;
};

/* Cut out of several the one that is meant. */
static int
cut(const struct docked *d, struct slice *slice, struct err *err)
{
	struct together_span spans[TOGETHER_MOST];
	size_t i, n = docked_parts(d), number = d->x.number;
	struct buf one = BUF_INIT;

	if (number == 0)
		return err_set(err, ERR_INPUT, "%zu ligands were docked together", n);
	if (together_split(buf_str(&slice->text), slice->text.len, spans, TOGETHER_MOST) != n)
		return err_set(err, ERR_INPUT, "its poses do not hold %zu ligands", n);
	for (i = 0; i + 1 < number; i++)
		slice->atoms += spans[i].atoms;
	slice->natoms = spans[i].atoms;
	buf_add(&one, slice->text.data + spans[i].from, spans[i].len);
	buf_clear(&slice->text);
	slice->text = one;
	return 0;
}

/* The molecule of a PDBQT pose that the record does not have: that of Meeko's remarks, else what
 * Open Babel makes of it. */
static int
told_sdf(const struct slice *slice, const char *name, const char **bonds, struct buf *out,
    struct err *err)
{
	const char *text = slice->text.data;
	struct buf sdf = BUF_INIT;
	struct meeko meeko = MEEKO_INIT;
	int rc;

	if (meeko_read(&meeko, text, slice->text.len)) {
		*bonds = "meeko";
		rc = perceive_smiles(buf_str(&meeko.smiles), &sdf, err);
		if (rc == 0)
			rc = meeko_sdf(
			    &meeko, buf_str(&sdf), slice->atoms, slice->natoms, name, out, err);
	} else {
		*bonds = "perceived";
		rc = perceive_sdf(text, slice->text.len, name, out, err);
	}
	meeko_clear(&meeko);
	buf_clear(&sdf);
	return rc;
}

/* The block of a PDBQT pose. */
static int
ligand_sdf(const struct docked *d, size_t i, const char *name, const char **bonds, struct buf *out,
    struct err *err)
{
	const json_t *input = json_object_get(d->x.part ? d->x.part : d->x.result, "input");
	const char *sdf = json_string_value(json_object_get(input, "text"));
	const json_t *placed = json_object_get(input, "atoms");
	const struct pose *pose = &d->poses.at[i];
	struct slice slice = { BUF_INIT, d->poses.atoms.at + pose->first, pose->natoms };
	int rc = 0;

	docked_ligand(d, i, &slice.text);
	if (docked_parts(d) > 0)
		rc = cut(d, &slice, err);
	if (rc == 0 && sdf && placed) {
		*bonds = "input";
		rc = placed_sdf(sdf, placed, slice.atoms, slice.natoms, name, out, err);
	} else if (rc == 0) {
		rc = told_sdf(&slice, name, bonds, out, err);
	}
	buf_clear(&slice.text);
	return rc;
}

const char *
docked_sdf(const struct docked *d, size_t i, struct buf *out, struct err *err)
{
	const char *title = export_title(&d->x), *text, *bonds = "engine";
	char *name = xstrndup(title, strcspn(title, "\r\n"));
	size_t len;
	int rc;

	text = docked_model(d, i, &len);
	if (d->sdf)
		rc = engine_block(text, len, name, out, err);
	else
		rc = ligand_sdf(d, i, name, &bonds, out, err);
	free(name);
	return rc < 0 ? NULL : bonds;
}

const char *
docked_whole_sdf(const struct docked *d, size_t i, struct buf *out, struct err *err)
{
	struct buf bare = BUF_INIT;
	const char *bonds = docked_sdf(d, i, &bare, err);

	if (bonds) {
		buf_add_str(&bare, "$$$$\n");
		if (perceive_hydrogens(bare.data, bare.len, out, err) < 0)
			bonds = NULL;
	}
	buf_clear(&bare);
	return bonds;
}
