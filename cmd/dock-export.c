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
#include "cli/app.h"
#include "cli/leftout.h"
#include "cli/outfile.h"
#include "cli/perceive.h"
#include "cli/records.h"
#include "data/names.h"
#include "dock/export.h"
#include "dock/placed.h"
#include "dock/pose.h"

enum format {
	FORMAT_CSV,
	FORMAT_PDBQT,
	FORMAT_SDF,
};

static struct {
	int force, poses;
	char *dir, *format, *job, *output, *tags;
} o = { .poses = 1 };

static const struct poptOption options[] = {
	{ "dir", 0, POPT_ARG_STRING, &o.dir, 0, "a file for each pose, in this folder", "DIR" },
	{ "force", 0, POPT_ARG_NONE, &o.force, 0, "replace files that exist", NULL },
	{ "format", 0, POPT_ARG_STRING, &o.format, 0, "csv, pdbqt or sdf", "FORMAT" },
	{ "job", 0, POPT_ARG_STRING, &o.job, 0, "take the records of this job", "NAME" },
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
	struct outfile *out; /* NULL: --dir */
	bool begun;
	struct leftout left;
	size_t place;
	size_t perceived; /* poses whose bond orders were guessed */
};

static const char *const format_names[] = { "csv", "pdbqt", "sdf" };

/* A result with its poses read. */
struct docked {
	struct exported x;
	struct buf text;
	struct poses poses;
};

static int
read_poses(struct app *app, struct docked *d, struct err *err)
{
	json_t *entry = json_object_get(json_object_get(d->x.result, "files"), "poses");
	const char *format = json_string_value(json_object_get(entry, "format"));

	if (!entry)
		return err_set(err, ERR_INPUT, "no file of poses");
	if (format && strcmp(format, "pdbqt") != 0)
		return err_set(err, ERR_INPUT, "its poses are %s, not pdbqt", format);
	if (records_file(app, entry, &d->text, err) < 0)
		return -1;
	return poses_read(d->text.data, d->text.len, &d->poses, err);
}

/* The bytes of the i-th model. */
static const char *
model(const struct docked *d, size_t i, size_t *len)
{
	size_t from = i > 0 ? d->poses.at[i - 1].end : 0;

	*len = d->poses.at[i].end - from;
	return d->text.data + from;
}

static const char *
title(const struct exported *x)
{
	const json_t *ligand = json_object_get(x->result, "ligand");
	const char *name = json_string_value(json_object_get(ligand, "original_name"));

	if (!name)
		name = json_string_value(json_object_get(ligand, "name"));
	return name ? name : x->key ? x->key : "";
}

/* The molecule of the record at the places of the pose; without one what Open Babel makes of it. */
static int
put_sdf(struct work *work, const struct docked *d, size_t i, struct buf *out, struct err *err)
{
	const json_t *input = json_object_get(d->x.result, "input");
	const char *sdf = json_string_value(json_object_get(input, "text"));
	const json_t *atoms = json_object_get(input, "atoms");
	const struct pose *pose = &d->poses.at[i];
	char *name = xstrndup(title(&d->x), strcspn(title(&d->x), "\r\n"));
	const char *bonds = "input", *text;
	size_t len;
	int rc;

	if (sdf && atoms) {
		rc = placed_sdf(
		    sdf, atoms, d->poses.atoms.at + pose->first, pose->natoms, name, out, err);
	} else {
		bonds = "perceived";
		work->perceived++;
		text = model(d, i, &len);
		rc = perceive_sdf(text, len, name, out, err);
	}
	if (rc == 0)
		export_sd_tags(&d->x, bonds, out);
	free(name);
	return rc;
}

/* DIR/00001-name-1.sdf: in the order of the records, and fit for any file system. */
static char *
pose_path(const struct work *work, const struct exported *x)
{
	struct buf name = BUF_INIT;
	char *path;

	buf_addf(&name, "%05zu-", x->place);
	names_clean(title(x), strlen(title(x)), &name);
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

static int
put_pose(struct work *work, struct docked *d, int pose, struct err *err)
{
	struct buf out = BUF_INIT;
	size_t i = (size_t)pose - 1, len;
	const char *text;
	int rc = 0;

	d->x.pose = pose;
	if (work->format == FORMAT_CSV) {
		export_csv(&d->x, work->tags, &out);
	} else if (i >= d->poses.len) {
		rc = err_set(
		    err, ERR_INPUT, "pose %d is not in its file of %zu", pose, d->poses.len);
	} else if (work->format == FORMAT_PDBQT) {
		text = model(d, i, &len);
		export_pdbqt(&d->x, text, len, &out);
	} else {
		rc = put_sdf(work, d, i, &out, err);
	}
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
		if (read_poses(app, d, err) < 0)
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
begin(struct work *work, struct err *err)
{
	struct buf head = BUF_INIT;
	int rc = 0;

	if (work->begun)
		return 0;
	work->begun = true;
	if (o.dir && mkdir(o.dir, 0777) < 0 && errno != EEXIST)
		return err_sys(err, "cannot make the folder '%s'", o.dir);
	if (work->format == FORMAT_CSV) {
		export_csv_head(work->tags, &head);
		rc = outfile_write(work->out, head.data, head.len, err);
	}
	buf_clear(&head);
	return rc;
}

static int
take(struct app *app, json_t *record, void *ctx, struct err *err)
{
	struct work *work = ctx;
	json_t *result = leftout_result(app, record, &work->left);
	struct docked d = { .poses = POSES_INIT };
	int rc;

	if (!result)
		return 0;
	if (begin(work, err) < 0)
		return -1;
	d.x.result = result;
	d.x.place = ++work->place;
	d.x.key = json_string_value(json_object_get(record, "key"));
	if (!d.x.key)
		d.x.key = json_string_value(json_object_get(result, "key"));
	rc = put_result(app, work, &d, err);
	poses_clear(&d.poses);
	buf_clear(&d.text);
	if (rc < 0 && err->text[0])
		err_wrap(err, "'%s'", title(&d.x));
	if (rc < 0 && err->kind == ERR_INPUT && !app->strict) {
		app_report(app, err);
		rc = 0;
	}
	return rc;
}

static enum format
parse_format(struct app *app)
{
	for (size_t i = 0; o.format && i < sizeof(format_names) / sizeof(*format_names); i++)
		if (strcmp(o.format, format_names[i]) == 0)
			return (enum format)i;
	if (o.format)
		app_usage(app, "--format is csv, pdbqt or sdf, not '%s'", o.format);
	app_usage(app, "--format csv, pdbqt or sdf is needed");
}

static void
check_options(struct app *app, enum format format)
{
	if (o.poses < 1)
		app_usage(app, "--poses takes a count from 1");
	if (o.dir && o.output)
		app_usage(app, "--dir and --output exclude each other");
	if (o.dir && format == FORMAT_CSV)
		app_usage(app, "a table is one file: --dir is for poses");
	if (o.tags && format != FORMAT_CSV)
		app_usage(app, "--tags is for csv: an SDF has all tags of its molecule");
	if (o.job && app->nargs > 0)
		app_usage(app, "records come from --job or from files, not from both");
}

static int
run(struct app *app, struct work *work, struct err *err)
{
	int rc;

	if (!o.dir && !(work->out = outfile_open(o.output, o.force, err)))
		return -1;
	rc = records_each(app, o.job, app->args, take, work, err);
	if (rc == 0)
		rc = begin(work, err);
	if (outfile_close(work->out, rc == 0, rc == 0 ? err : NULL) < 0)
		rc = -1;
	leftout_say(app, &work->left);
	if (work->perceived > 0)
		app_warn(app,
		    "bond orders of %zu poses were perceived by Open Babel, for want of the "
		    "molecules they were made from",
		    work->perceived);
	return rc;
}

int
main(int argc, char **argv)
{
	struct err err = { 0 };
	struct app *app = app_start(
	    "dock-export", "--format FORMAT [FILE ...]", options, argc, argv);
	struct work work = { .format = parse_format(app) };
	int rc;

	check_options(app, work.format);
	work.tags = export_tags(o.tags ? o.tags : "");
	rc = run(app, &work, &err);
	json_decref(work.tags);
	return app_finish(app, rc, &err);
}
