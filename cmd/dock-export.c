/* SPDX-License-Identifier: MIT */
/* dock-export: results as files that other programs read. */
#include <string.h>

#include "base/strtab.h"
#include "cli/app.h"
#include "cli/carton.h"
#include "cli/exporter.h"
#include "cli/leftout.h"
#include "cli/outfile.h"
#include "cli/parcel.h"
#include "cli/records.h"
#include "dock/export.h"
#include "dock/score.h"

static struct {
	int force, poses;
	char *archive, *bundle, *by, *dir, *format, *import, *job, *ligand, *output, *tags;
} o = { .poses = 1 };

static const struct poptOption options[] = {
	{ "archive", 0, POPT_ARG_STRING, &o.archive, 0,
	    "the records and every file they name, as tar.zst", "FILE" },
	{ "bundle", 0, POPT_ARG_STRING, &o.bundle, 0, "everything a colleague needs, in one zip",
	    "FILE" },
	{ "by", 0, POPT_ARG_STRING, &o.by, 0, "the pose that is best by this score", "SCORE" },
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
	struct exporter exporter;
	struct leftout left;
};

static int
take(struct app *app, json_t *record, void *ctx, struct err *err)
{
	struct work *work = ctx;
	json_t *result = leftout_result(app, record, &work->left);

	if (!result || exporter_put(&work->exporter, app, record, result, err) == 0)
		return 0;
	if (err->kind != ERR_INPUT || app->strict)
		return -1;
	app_report(app, err);
	return 0;
}

static enum exporter_format
parse_format(struct app *app)
{
	int i = o.format ? strtab_find(exporter_names, EXPORTER_BUNDLE, o.format) : -1;

	if (o.bundle && o.format)
		app_usage(app, "--bundle and --format exclude each other");
	if (o.bundle)
		return EXPORTER_BUNDLE;
	if (i >= 0)
		return (enum exporter_format)i;
	if (o.format)
		app_usage(app, "--format is csv, pdbqt, request or sdf, not '%s'", o.format);
	app_usage(app, "--format csv, pdbqt, request or sdf is needed");
}

/* What poses are judged by chooses none: dock-rank --any-pose does. */
static const struct score *
parse_score(struct app *app)
{
	const struct score *by = o.by ? score_find(o.by) : NULL;

	if (o.by && (!by || by->judged))
		app_usage(app,
		    "--by takes a score of an engine, such as affinity or cnn_vs, not '%s'", o.by);
	return by;
}

static void
check_options(struct app *app, enum exporter_format format)
{
	if (o.poses < 1)
		app_usage(app, "--poses takes a count from 1");
	if (o.by && o.poses > 1)
		app_usage(app, "--by chooses one pose, --poses are the first ones");
	if (o.dir && o.output)
		app_usage(app, "--dir and --output exclude each other");
	if (o.bundle && (o.dir || o.output))
		app_usage(app, "--bundle names its file itself");
	if (o.dir && (format == EXPORTER_CSV || format == EXPORTER_REQUEST))
		app_usage(app, "a table or requests are one file: --dir is for poses");
	if (o.tags && format != EXPORTER_CSV && format != EXPORTER_BUNDLE)
		app_usage(app, "--tags is for csv: an SDF has all tags of its molecule");
	if (o.ligand && format != EXPORTER_REQUEST)
		app_usage(app, "--ligand is for --format request");
	if (o.ligand && strcmp(o.ligand, "sdf") != 0 && strcmp(o.ligand, "pdbqt") != 0)
		app_usage(app, "--ligand is sdf or pdbqt, not '%s'", o.ligand);
	if (o.job && app->nargs > 0)
		app_usage(app, "records come from --job or from files, not from both");
}

static int
open_output(struct exporter *e, struct err *err)
{
	if (o.bundle)
		return (e->parcel = parcel_open(o.bundle, o.force, err)) ? 0 : -1;
	if (o.dir)
		return 0;
	return (e->out = outfile_open(o.output, o.force, err)) ? 0 : -1;
}

static int
run(struct app *app, struct work *work, struct err *err)
{
	struct exporter *e = &work->exporter;
	int rc;

	if (open_output(e, err) < 0)
		return -1;
	rc = records_each(app, o.job, app->args, take, work, err);
	if (rc == 0)
		rc = exporter_begin(e, NULL, err);
	if (outfile_close(e->out, rc == 0, rc == 0 ? err : NULL) < 0)
		rc = -1;
	if (parcel_close(e->parcel, app, rc == 0, rc == 0 ? err : NULL) < 0)
		rc = -1;
	leftout_say(app, &work->left);
	if (e->perceived > 0)
		app_warn(app,
		    "bond orders of %zu poses were perceived by Open Babel, for want of the "
		    "molecules they were made from",
		    e->perceived);
	return rc;
}

/* --archive and --import are something else altogether. */
static int
move_campaign(struct app *app, struct err *err)
{
	if (o.format || o.bundle || o.dir || o.tags || o.ligand || o.by ||
	    (o.archive && o.import) || (o.archive && o.output) || o.poses != 1)
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
	struct work work = { .exporter = { .format = parse_format(app),
				 .by = parse_score(app),
				 .poses = o.poses,
				 .pdbqt = o.ligand && strcmp(o.ligand, "pdbqt") == 0,
				 .force = o.force != 0,
				 .dir = o.dir } };
	json_t *tags = export_tags(o.tags ? o.tags : "");
	int rc;

	check_options(app, work.exporter.format);
	work.exporter.tags = tags;
	rc = run(app, &work, err);
	json_decref(tags);
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
