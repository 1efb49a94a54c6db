/* SPDX-License-Identifier: MIT */
/* dock-export: results as files that other programs read. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/path.h"
#include "base/strtab.h"
#include "cli/app.h"
#include "cli/carton.h"
#include "cli/docked.h"
#include "cli/leftout.h"
#include "cli/outfile.h"
#include "cli/parcel.h"
#include "cli/records.h"
#include "data/names.h"
#include "dock/again.h"
#include "dock/export.h"

enum format {
	FORMAT_CSV,
	FORMAT_PDBQT,
	FORMAT_REQUEST,
	FORMAT_SDF,
	FORMAT_BUNDLE, /* by --bundle only */
};

static struct {
	int force, poses;
	char *archive, *bundle, *dir, *format, *import, *job, *ligand, *output, *tags;
} o = { .poses = 1 };

static const struct poptOption options[] = {
	{ "archive", 0, POPT_ARG_STRING, &o.archive, 0,
	    "the records and every file they name, as tar.zst", "FILE" },
	{ "bundle", 0, POPT_ARG_STRING, &o.bundle, 0, "everything a colleague needs, in one zip",
	    "FILE" },
	{ "dir", 0, POPT_ARG_STRING, &o.dir, 0, "a file for each pose, in this folder", "DIR" },
	{ "force", 0, POPT_ARG_NONE, &o.force, 0, "replace files that exist", NULL },
	{ "format", 0, POPT_ARG_STRING, &o.format, 0, "csv, pdbqt, request or sdf", "FORMAT" },
	{ "import", 0, POPT_ARG_STRING, &o.import, 0, "an archive into the state directory",
	    "FILE" },
	{ "job", 0, POPT_ARG_STRING, &o.job, 0, "take the records of this job", "NAME" },
	{ "ligand", 0, POPT_ARG_STRING, &o.ligand, 0, "of requests: sdf or pdbqt (sdf)", "FORMAT" },
	{ "output", 'o', POPT_ARG_STRING, &o.output, 0, "write this file, not stdout", "FILE" },
	{ "poses", 0, POPT_ARG_INT, &o.poses, 0, "so many poses of each (default: the best)", "N" },
	{ "tags", 0, POPT_ARG_STRING, &o.tags, 0, "tags of molecules as CSV columns", "NAME,..." },
	APP_RECORD_OPTIONS,
	APP_STATE_OPTIONS,
	APP_COMMON_OPTIONS,
	POPT_TABLEEND,
};

struct work {
	enum format format;
	json_t *tags;
	struct outfile *out;   /* NULL: --dir or --bundle */
	struct parcel *parcel; /* of --bundle */
	bool begun;
	unsigned columns; /* of the table */
	struct leftout left;
	size_t place;
	size_t perceived; /* poses whose bond orders were guessed */
};

static const char *const format_names[] = { "csv", "pdbqt", "request", "sdf" };

enum { FORMATS = sizeof(format_names) / sizeof(*format_names) };

static void
note_bonds(struct work *work, const char *bonds)
{
	work->perceived += bonds && strcmp(bonds, "perceived") == 0;
}

static int
put_ligand(struct work *work, const struct docked *d, size_t i, struct buf *out, struct err *err)
{
	const char *bonds = docked_sdf(d, i, out, err);

	note_bonds(work, bonds);
	if (bonds)
		export_sd_tags(&d->x, bonds, out);
	return bonds ? 0 : -1;
}

/* The ligand, or each of several that were docked together, as a record. */
static int
put_sdf(struct work *work, struct docked *d, size_t i, struct buf *out, struct err *err)
{
	int rc = docked_parts(d) == 0 ? put_ligand(work, d, i, out, err) : 0;

	for (size_t k = 0; k < docked_parts(d) && rc == 0; k++) {
		docked_part(d, k);
		rc = put_ligand(work, d, i, out, err);
	}
	docked_all(d);
	return rc;
}

/* The pose as the ligand of another docking, with all its hydrogens. */
static int
put_request(struct work *work, const struct docked *d, size_t i, struct buf *out, struct err *err)
{
	bool pdbqt = o.ligand && strcmp(o.ligand, "pdbqt") == 0;
	struct buf ligand = BUF_INIT;
	const char *bonds;
	json_t *record;
	int rc = 0;

	if (docked_parts(d) > 0)
		return err_set(err, ERR_INPUT, "%zu ligands were docked together", docked_parts(d));
	if (pdbqt && d->sdf) {
		rc = err_set(err, ERR_INPUT, "its poses are sdf, not pdbqt");
	} else if (pdbqt) {
		docked_again(d, i, &ligand);
	} else {
		bonds = docked_whole_sdf(d, i, &ligand, err);
		note_bonds(work, bonds);
		buf_add_str(&ligand, "$$$$\n");
		rc = bonds ? 0 : -1;
	}
	if (rc == 0) {
		record = again_request(
		    &d->x, pdbqt ? "pdbqt" : "sdf", ligand.data, ligand.len, o.poses > 1);
		json_put(record, out);
		buf_add_char(out, '\n');
		json_decref(record);
	}
	buf_clear(&ligand);
	return rc;
}

/* DIR/00001-name-1.sdf: in the order of the records, and fit for any file system. */
static char *
pose_path(const struct work *work, const struct exported *x)
{
	struct buf name = BUF_INIT;
	char *path;

	buf_addf(&name, "%05zu-", x->place);
	names_clean(export_title(x), strlen(export_title(x)), &name);
	buf_addf(&name, "-%d.%s", x->pose, format_names[work->format]);
	path = path_join(o.dir, buf_str(&name));
	buf_clear(&name);
	return path;
}

/* To the one file, or to a file of its own. */
static int
put_out(struct work *work, const struct exported *x, const struct buf *text, struct err *err)
{
	struct outfile *out;
	char *path;
	int rc;

	if (work->out)
		return outfile_write(work->out, text->data, text->len, err);
	path = pose_path(work, x);
	out = outfile_open(path, o.force, err);
	rc = out ? outfile_write(out, text->data, text->len, err) : -1;
	if (outfile_close(out, rc == 0, rc == 0 ? err : NULL) < 0)
		rc = -1;
	free(path);
	return rc;
}

/* A pose of a bundle: into its SDF and its table. */
static int
put_parcel(struct work *work, struct docked *d, size_t i, struct err *err)
{
	struct buf sdf = BUF_INIT, csv = BUF_INIT;
	int rc = put_sdf(work, d, i, &sdf, err);

	export_csv(&d->x, work->columns, work->tags, &csv);
	if (rc == 0)
		rc = parcel_poses(work->parcel, &sdf, err);
	if (rc == 0)
		rc = parcel_table(work->parcel, &csv, err);
	buf_clear(&sdf);
	buf_clear(&csv);
	return rc;
}

static int
format_pose(struct work *work, struct docked *d, size_t i, struct buf *out, struct err *err)
{
	const char *text;
	size_t len;

	switch (work->format) {
	case FORMAT_PDBQT:
		if (d->sdf)
			return err_set(err, ERR_INPUT, "its poses are sdf, not pdbqt");
		text = docked_model(d, i, &len);
		export_pdbqt(&d->x, text, len, out);
		return 0;
	case FORMAT_REQUEST:
		return put_request(work, d, i, out, err);
	default:
		return put_sdf(work, d, i, out, err);
	}
}

static int
put_pose(struct work *work, struct docked *d, int pose, struct err *err)
{
	struct buf out = BUF_INIT;
	size_t i = (size_t)pose - 1;
	int rc = 0;

	d->x.pose = pose;
	if (work->format == FORMAT_CSV)
		export_csv(&d->x, work->columns, work->tags, &out);
	else if (i >= d->poses.len)
		rc = err_set(err, ERR_INPUT,
		    "pose %d was not kept: its file has %zu (--keep-poses of the docking)", pose,
		    d->poses.len);
	else if (work->format == FORMAT_BUNDLE)
		return put_parcel(work, d, i, err);
	else
		rc = format_pose(work, d, i, &out, err);
	if (rc == 0)
		rc = put_out(work, &d->x, &out, err);
	buf_clear(&out);
	return rc;
}

/* The best pose, or the first so many: of a file that was cut short, those it has. */
static int
put_result(struct app *app, struct work *work, struct docked *d, struct err *err)
{
	size_t n = json_array_size(json_object_get(d->x.result, "poses"));

	if (work->format != FORMAT_CSV) {
		if (docked_read(app, d, err) < 0)
			return -1;
		n = n < d->poses.len ? n : d->poses.len;
	}
	if (o.poses == 1)
		return put_pose(work, d, export_best(d->x.result), err);
	for (int pose = 1; pose <= o.poses && (size_t)pose <= n; pose++)
		if (put_pose(work, d, pose, err) < 0)
			return -1;
	return 0;
}

/* The folder, or the head of the table: not before it is known that there is something to read. */
static int
begin(struct work *work, const json_t *first, struct err *err)
{
	struct buf head = BUF_INIT;
	int rc = 0;

	if (work->begun)
		return 0;
	work->begun = true;
	work->columns = export_columns(first);
	if (o.dir && mkdir(o.dir, 0777) < 0 && errno != EEXIST)
		return err_sys(err, "cannot make the folder '%s'", o.dir);
	export_csv_head(work->columns, work->tags, &head);
	if (work->format == FORMAT_CSV)
		rc = outfile_write(work->out, head.data, head.len, err);
	if (work->format == FORMAT_BUNDLE)
		rc = parcel_table(work->parcel, &head, err);
	buf_clear(&head);
	return rc;
}

static int
take(struct app *app, json_t *record, void *ctx, struct err *err)
{
	struct work *work = ctx;
	json_t *result = leftout_result(app, record, &work->left);
	struct docked d = DOCKED_INIT;
	int rc;

	if (!result)
		return 0;
	if (begin(work, result, err) < 0)
		return -1;
	d.x.result = result;
	d.x.place = ++work->place;
	d.x.key = json_string_value(json_object_get(record, "key"));
	if (!d.x.key)
		d.x.key = json_string_value(json_object_get(result, "key"));
	rc = put_result(app, work, &d, err);
	if (rc == 0 && work->parcel)
		rc = parcel_note(work->parcel, app, result, err);
	docked_clear(&d);
	if (rc < 0 && err->text[0])
		err_wrap(err, "'%s'", export_title(&d.x));
	if (rc < 0 && err->kind == ERR_INPUT && !app->strict) {
		app_report(app, err);
		rc = 0;
	}
	return rc;
}

static enum format
parse_format(struct app *app)
{
	int i = o.format ? strtab_find(format_names, FORMATS, o.format) : -1;

	if (o.bundle && o.format)
		app_usage(app, "--bundle and --format exclude each other");
	if (o.bundle)
		return FORMAT_BUNDLE;
	if (i >= 0)
		return (enum format)i;
	if (o.format)
		app_usage(app, "--format is csv, pdbqt, request or sdf, not '%s'", o.format);
	app_usage(app, "--format csv, pdbqt, request or sdf is needed");
}

static void
check_options(struct app *app, enum format format)
{
	if (o.poses < 1)
		app_usage(app, "--poses takes a count from 1");
	if (o.dir && o.output)
		app_usage(app, "--dir and --output exclude each other");
	if (o.bundle && (o.dir || o.output))
		app_usage(app, "--bundle names its file itself");
	if (o.dir && (format == FORMAT_CSV || format == FORMAT_REQUEST))
		app_usage(app, "a table or requests are one file: --dir is for poses");
	if (o.tags && format != FORMAT_CSV && format != FORMAT_BUNDLE)
		app_usage(app, "--tags is for csv: an SDF has all tags of its molecule");
	if (o.ligand && format != FORMAT_REQUEST)
		app_usage(app, "--ligand is for --format request");
	if (o.ligand && strcmp(o.ligand, "sdf") != 0 && strcmp(o.ligand, "pdbqt") != 0)
		app_usage(app, "--ligand is sdf or pdbqt, not '%s'", o.ligand);
	if (o.job && app->nargs > 0)
		app_usage(app, "records come from --job or from files, not from both");
}

static int
open_output(struct work *work, struct err *err)
{
	if (o.bundle)
		return (work->parcel = parcel_open(o.bundle, o.force, err)) ? 0 : -1;
	if (o.dir)
		return 0;
	return (work->out = outfile_open(o.output, o.force, err)) ? 0 : -1;
}

static int
run(struct app *app, struct work *work, struct err *err)
{
	int rc;

	if (open_output(work, err) < 0)
		return -1;
	rc = records_each(app, o.job, app->args, take, work, err);
	if (rc == 0)
		rc = begin(work, NULL, err);
	if (outfile_close(work->out, rc == 0, rc == 0 ? err : NULL) < 0)
		rc = -1;
	if (parcel_close(work->parcel, app, rc == 0, rc == 0 ? err : NULL) < 0)
		rc = -1;
	leftout_say(app, &work->left);
	if (work->perceived > 0)
		app_warn(app,
		    "bond orders of %zu poses were perceived by Open Babel, for want of the "
		    "molecules they were made from",
		    work->perceived);
	return rc;
}

/* --archive and --import are something else altogether. */
static int
move_campaign(struct app *app, struct err *err)
{
	if (o.format || o.bundle || o.dir || o.tags || o.ligand || (o.archive && o.import) ||
	    (o.archive && o.output) || o.poses != 1)
		app_usage(app, "--archive and --import go with no other form of output");
	if (o.import && app->nargs > 0)
		app_usage(app, "--import reads nothing but its archive");
	if (o.archive)
		return carton_write(app, o.job, o.archive, o.force, err);
	return carton_read(app, o.job, o.import, o.output, o.force, err);
}

static int
export_all(struct app *app, struct err *err)
{
	struct work work = { .format = parse_format(app) };
	int rc;

	check_options(app, work.format);
	work.tags = export_tags(o.tags ? o.tags : "");
	rc = run(app, &work, err);
	json_decref(work.tags);
	return rc;
}

int
main(int argc, char **argv)
{
	struct err err = { 0 };
	struct app *app = app_start(
	    "dock-export", "--format FORMAT|--bundle ZIP [FILE ...]", options, argc, argv);
	int rc;

	rc = o.archive || o.import ? move_campaign(app, &err) : export_all(app, &err);
	return app_finish(app, rc, &err);
}
