/* SPDX-License-Identifier: MIT */
/* dock-engine: docking requests in, docking records out, by an engine that a file describes. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"
#include "cli/app.h"
#include "cli/dockmain.h"
#include "dock/enginefile.h"

static struct dockmain_common c;

static struct {
	char *energy_range, *flex, *maps, *mode, *scoring;
} o;

static const struct poptOption options[] = {
	DOCKMAIN_BOX(c),
	DOCKMAIN_CENTER(c),
	DOCKMAIN_CPU(c),
	{ "energy-range", 0, POPT_ARG_STRING, &o.energy_range, 0,
	    "poses within so many kcal/mol of the best", "E" },
	DOCKMAIN_TEXT(c, "engine", engine, "the program to run, whatever the file says", "PROGRAM"),
	DOCKMAIN_EXHAUSTIVENESS(c),
	{ "flex", 0, POPT_ARG_STRING, &o.flex, 0, "residues of the receptor that move", "FILE" },
	DOCKMAIN_IMAGE(c),
	DOCKMAIN_JOBS(c),
	DOCKMAIN_KEEP_POSES(c),
	DOCKMAIN_LIGAND(c),
	DOCKMAIN_LINT(c),
	{ "maps", 0, POPT_ARG_STRING, &o.maps, 0, "grid maps, by the beginning of their paths",
	    "PREFIX" },
	DOCKMAIN_MIN_RMSD(c),
	{ "mode", 0, POPT_ARG_STRING, &o.mode, 0, "what is done with a ligand (dock)", "MODE" },
	DOCKMAIN_NUM_MODES(c),
	DOCKMAIN_RECEPTOR(c),
	DOCKMAIN_REPLAY(c),
	DOCKMAIN_REPLICAS(c),
	DOCKMAIN_RUNTIME(c),
	{ "scoring", 0, POPT_ARG_STRING, &o.scoring, 0, "scoring function", "NAME" },
	DOCKMAIN_SEED(c),
	DOCKMAIN_SIZE(c),
	DOCKMAIN_TIMEOUT(c),
	APP_RECORD_OPTIONS,
	APP_STATE_OPTIONS,
	APP_COMMON_OPTIONS,
	POPT_TABLEEND,
};

static const struct dockmain_setting settings[] = {
	DOCKMAIN_SETTINGS(c),
	{ "energy_range", &o.energy_range },
	{ "flex", &o.flex },
	{ "maps", &o.maps },
	{ "mode", &o.mode },
	{ "scoring", &o.scoring },
	{ NULL, NULL },
};

/* A path, or the name of a file in share/engines. The caller frees. */
static char *
engine_path(struct app *app, const char *name)
{
	char *file, *path;

	if (strchr(name, '/') || strchr(name, '.'))
		return xstrdup(name);
	file = xasprintf("engines/%s.yaml", name);
	path = path_share(file);
	free(file);
	if (!path)
		app_usage(app, "there is no engine '%s' in share/engines", name);
	return path;
}

int
main(int argc, char **argv)
{
	struct err err = { 0 };
	struct app *app = app_start("dock-engine", "ENGINE [FILE ...]", options, argc, argv);
	struct dockmain m = { .program = c.engine,
		.image = c.image,
		.runtime = c.runtime,
		.ligands = c.ligands,
		.settings = settings,
		.jobs = c.jobs,
		.lint = c.lint,
		.replay = c.replay };
	struct engine *row;
	char *path;
	int rc = -1;

	if (app->nargs == 0)
		app_usage(app, "which engine? A name in share/engines, or a file");
	path = engine_path(app, app->args[0]);
	app->args++;
	app->nargs--;
	row = enginefile_read(path, &err);
	m.row = row;
	if (row)
		rc = dockmain(app, &m, &err);
	app->args--;
	enginefile_free(row);
	free(path);
	return app_finish(app, rc, &err);
}
