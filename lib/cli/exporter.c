/* SPDX-License-Identifier: MIT */
/* exporter: results as files that other programs read, one after the other, in one format. */
#include "cli/exporter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "cli/docked.h"
#include "cli/outfile.h"
#include "cli/parcel.h"
#include "data/names.h"
#include "dock/again.h"
#include "dock/export.h"
#include "dock/score.h"

const char *const exporter_names[EXPORTER_BUNDLE] = {
	[EXPORTER_CSV] = "csv",
	[EXPORTER_PDBQT] = "pdbqt",
	[EXPORTER_REQUEST] = "request",
	[EXPORTER_SDF] = "sdf",
};

static void
note_bonds(struct exporter *e, const char *bonds)
{
	e->perceived += bonds && strcmp(bonds, "perceived") == 0;
}

static int
put_ligand(struct exporter *e, const struct docked *d, size_t i, struct buf *out, struct err *err)
{
	const char *bonds = docked_sdf(d, i, out, err);

	note_bonds(e, bonds);
	if (bonds)
		export_sd_tags(&d->x, bonds, out);
	return bonds ? 0 : -1;
}

/* The ligand, or each of several that were docked together, as a record. */
static int
put_sdf(struct exporter *e, struct docked *d, size_t i, struct buf *out, struct err *err)
{
	int rc = docked_parts(d) == 0 ? put_ligand(e, d, i, out, err) : 0;

	for (size_t k = 0; k < docked_parts(d) && rc == 0; k++) {
		docked_part(d, k);
		rc = put_ligand(e, d, i, out, err);
	}
	docked_all(d);
	return rc;
}

/* The pose as the ligand of another docking, with all its hydrogens. */
static int
put_request(struct exporter *e, const struct docked *d, size_t i, struct buf *out, struct err *err)
{
	struct buf ligand = BUF_INIT;
	const char *bonds;
	json_t *record;
	int rc = 0;

	if (docked_parts(d) > 0)
		return err_set(err, ERR_INPUT, "%zu ligands were docked together", docked_parts(d));
	if (e->pdbqt && d->sdf) {
		rc = err_set(err, ERR_INPUT, "its poses are sdf, not pdbqt");
	} else if (e->pdbqt) {
		docked_again(d, i, &ligand);
	} else {
		bonds = docked_whole_sdf(d, i, &ligand, err);
		note_bonds(e, bonds);
		buf_add_str(&ligand, "$$$$\n");
		rc = bonds ? 0 : -1;
	}
	if (rc == 0) {
		record = again_request(
		    &d->x, e->pdbqt ? "pdbqt" : "sdf", ligand.data, ligand.len, e->poses > 1);
		json_put(record, out);
		buf_add_char(out, '\n');
		json_decref(record);
	}
	buf_clear(&ligand);
	return rc;
}

/* DIR/00001-name-1.sdf: in the order of the records, and fit for any file system. */
static char *
pose_path(const struct exporter *e, const struct exported *x)
{
	struct buf name = BUF_INIT;
	char *path;

	buf_addf(&name, "%05zu-", x->place);
	names_clean(export_title(x), strlen(export_title(x)), &name);
	buf_addf(&name, "-%d.%s", x->pose, exporter_names[e->format]);
	path = path_join(e->dir, buf_str(&name));
	buf_clear(&name);
	return path;
}

/* To the one file, or to a file of its own. */
static int
put_out(struct exporter *e, const struct exported *x, const struct buf *text, struct err *err)
{
	struct outfile *out;
	char *path;
	int rc;

	if (e->out)
		return outfile_write(e->out, text->data, text->len, err);
	path = pose_path(e, x);
	out = outfile_open(path, e->force, err);
	rc = out ? outfile_write(out, text->data, text->len, err) : -1;
	if (outfile_close(out, rc == 0, rc == 0 ? err : NULL) < 0)
		rc = -1;
	free(path);
	return rc;
}

/* A pose of a bundle: into its SDF and its table. */
static int
put_parcel(struct exporter *e, struct docked *d, size_t i, struct err *err)
{
	struct buf sdf = BUF_INIT, csv = BUF_INIT;
	int rc = put_sdf(e, d, i, &sdf, err);

	export_csv(&d->x, e->columns, e->tags, &csv);
	if (rc == 0)
		rc = parcel_poses(e->parcel, &sdf, err);
	if (rc == 0)
		rc = parcel_table(e->parcel, &csv, err);
	buf_clear(&sdf);
	buf_clear(&csv);
	return rc;
}

static int
format_pose(struct exporter *e, struct docked *d, size_t i, struct buf *out, struct err *err)
{
	const char *text;
	size_t len;

	switch (e->format) {
	case EXPORTER_PDBQT:
		if (d->sdf)
			return err_set(err, ERR_INPUT, "its poses are sdf, not pdbqt");
		text = docked_model(d, i, &len);
		export_pdbqt(&d->x, text, len, out);
		return 0;
	case EXPORTER_REQUEST:
		return put_request(e, d, i, out, err);
	default:
		return put_sdf(e, d, i, out, err);
	}
}

static int
put_pose(struct exporter *e, struct docked *d, int pose, struct err *err)
{
	struct buf out = BUF_INIT;
	size_t i = (size_t)pose - 1;
	int rc = 0;

	d->x.pose = pose;
	if (e->format == EXPORTER_CSV)
		export_csv(&d->x, e->columns, e->tags, &out);
	else if (i >= d->poses.len)
		rc = err_set(err, ERR_INPUT,
		    "pose %d was not kept: its file has %zu (--keep-poses of the docking)", pose,
		    d->poses.len);
	else if (e->format == EXPORTER_BUNDLE)
		return put_parcel(e, d, i, err);
	else
		rc = format_pose(e, d, i, &out, err);
	if (rc == 0)
		rc = put_out(e, &d->x, &out, err);
	buf_clear(&out);
	return rc;
}

/* The best pose: the one that was chosen, else the best by the score. */
static int
put_best(struct exporter *e, struct docked *d, struct err *err)
{
	double value;
	int pose = score_pose(d->x.result, e->by);

	if (e->by && !score_get(e->by, d->x.result, &value, NULL))
		return err_set(err, ERR_INPUT, "no score '%s'", e->by->name);
	return put_pose(e, d, pose, err);
}

/* The best pose, or the first so many: of a file that was cut short, those it has. */
static int
put_result(struct app *app, struct exporter *e, struct docked *d, struct err *err)
{
	size_t n = json_array_size(json_object_get(d->x.result, "poses"));

	if (e->format != EXPORTER_CSV) {
		if (docked_read(app, d, err) < 0)
			return -1;
		n = n < d->poses.len ? n : d->poses.len;
	}
	if (e->poses == 1)
		return put_best(e, d, err);
	for (int pose = 1; pose <= e->poses && (size_t)pose <= n; pose++)
		if (put_pose(e, d, pose, err) < 0)
			return -1;
	return 0;
}

/* The folder, or the head of the table: not before it is known that there is something to read. */
int
exporter_begin(struct exporter *e, const json_t *first, struct err *err)
{
	struct buf head = BUF_INIT;
	int rc = 0;

	if (e->begun)
		return 0;
	e->begun = true;
	e->columns = export_columns(first);
	if (e->dir && mkdir(e->dir, 0777) < 0 && errno != EEXIST)
		return err_sys(err, "cannot make the folder '%s'", e->dir);
	export_csv_head(e->columns, e->tags, &head);
	if (e->format == EXPORTER_CSV)
		rc = outfile_write(e->out, head.data, head.len, err);
	if (e->format == EXPORTER_BUNDLE)
		rc = parcel_table(e->parcel, &head, err);
	buf_clear(&head);
	return rc;
}

int
exporter_put(
    struct exporter *e, struct app *app, const json_t *record, json_t *result, struct err *err)
{
	struct docked d = DOCKED_INIT;
	int rc;

	if (exporter_begin(e, result, err) < 0)
		return -1;
	d.x.result = result;
	d.x.place = ++e->place;
	d.x.key = json_string_value(json_object_get(record, "key"));
	if (!d.x.key)
		d.x.key = json_string_value(json_object_get(result, "key"));
	rc = put_result(app, e, &d, err);
	if (rc == 0 && e->parcel)
		rc = parcel_note(e->parcel, app, result, err);
	docked_clear(&d);
	if (rc < 0 && err->text[0])
		err_wrap(err, "'%s'", export_title(&d.x));
	return rc;
}
