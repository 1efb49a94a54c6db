/* SPDX-License-Identifier: MIT */
/* dock-smina: docking requests in, docking records out, by smina. */
#include "cli/app.h"
#include "cli/dockmain.h"

static struct dockmain_common c;

static struct {
	char *addh, *approximation, *custom_atoms, *custom_scoring, *energy_range, *minimize_iters,
	    *mode, *scoring;
	int serve, accurate_line;
} o;

static const struct poptOption options[] = {
	{ "accurate-line", 0, POPT_ARG_NONE, &o.accurate_line, 0, "search lines accurately", NULL },
	{ "add-h", 0, POPT_ARG_STRING, &o.addh, 0, "hydrogens of SDF ligands: on, off (on)",
	    "HOW" },
	{ "approximation", 0, POPT_ARG_STRING, &o.approximation, 0, "linear, spline or exact",
	    "NAME" },
	DOCKMAIN_BOX(c),
	DOCKMAIN_CENTER(c),
	DOCKMAIN_CPU(c),
	{ "custom-atoms", 0, POPT_ARG_STRING, &o.custom_atoms, 0, "parameters of atom types",
	    "FILE" },
	{ "custom-scoring", 0, POPT_ARG_STRING, &o.custom_scoring, 0, "a scoring function of terms",
	    "FILE" },
	{ "energy-range", 0, POPT_ARG_STRING, &o.energy_range, 0,
	    "poses within so many kcal/mol of the best (3)", "E" },
	DOCKMAIN_ENGINE(c, "smina", "DOCKLINE_SMINA"),
	DOCKMAIN_EXHAUSTIVENESS(c),
	DOCKMAIN_IMAGE(c),
	DOCKMAIN_JOBS(c),
	DOCKMAIN_KEEP_POSES(c),
	DOCKMAIN_LIGAND(c),
	DOCKMAIN_LINT(c),
	DOCKMAIN_MIN_RMSD(c),
	{ "minimize-iters", 0, POPT_ARG_STRING, &o.minimize_iters, 0,
	    "steps of minimisation, 0 for smina's own rule (0)", "N" },
	{ "mode", 0, POPT_ARG_STRING, &o.mode, 0, "dock, local_only, minimize or score_only (dock)",
	    "MODE" },
	DOCKMAIN_NUM_MODES(c),
	DOCKMAIN_RECEPTOR(c),
	DOCKMAIN_REPLAY(c),
	DOCKMAIN_REPLICAS(c),
	DOCKMAIN_RUNTIME(c),
	{ "scoring", 0, POPT_ARG_STRING, &o.scoring, 0, "scoring function (default)", "NAME" },
	DOCKMAIN_SEED(c),
	{ "serve", 0, POPT_ARG_NONE, &o.serve, 0, "answer taskrun as a coprocess", NULL },
	DOCKMAIN_SIZE(c),
	DOCKMAIN_TIMEOUT(c),
	APP_RECORD_OPTIONS,
	APP_STATE_OPTIONS,
	APP_COMMON_OPTIONS,
	POPT_TABLEEND,
};

static char *accurate_line;

static const struct dockmain_setting settings[] = {
	DOCKMAIN_SETTINGS(c),
	{ "accurate_line", &accurate_line },
	{ "addH", &o.addh },
	{ "approximation", &o.approximation },
	{ "custom_atoms", &o.custom_atoms },
	{ "custom_scoring", &o.custom_scoring },
	{ "energy_range", &o.energy_range },
	{ "minimize_iters", &o.minimize_iters },
	{ "mode", &o.mode },
	{ "scoring", &o.scoring },
	{ NULL, NULL },
};

int
main(int argc, char **argv)
{
	static char yes[] = "yes";
	struct err err = { 0 };
	struct app *app = app_start("dock-smina", "[FILE ...]", options, argc, argv);
	struct dockmain m = { .engine = "smina",
		.program = c.engine,
		.image = c.image,
		.runtime = c.runtime,
		.ligands = c.ligands,
		.settings = settings,
		.jobs = c.jobs,
		.lint = c.lint,
		.serve = o.serve,
		.replay = c.replay };

	accurate_line = o.accurate_line ? yes : NULL;
	return app_finish(app, dockmain(app, &m, &err), &err);
}
