/* SPDX-License-Identifier: MIT */
/* dock-vina: docking requests in, docking records out, by AutoDock Vina. */
#include "cli/app.h"
#include "cli/dockmain.h"

static struct dockmain_common c;

static struct {
	char *energy_range, *flex, *maps, *max_evals, *mode, *repair, *scoring, *spacing;
	int serve;
} o;

static const struct poptOption options[] = {
	DOCKMAIN_BOX(c),
	DOCKMAIN_CENTER(c),
	DOCKMAIN_CPU(c),
	{ "energy-range", 0, POPT_ARG_STRING, &o.energy_range, 0,
	    "poses within so many kcal/mol of the best (3)", "E" },
	DOCKMAIN_ENGINE(c, "vina", "DOCKLINE_VINA"),
	DOCKMAIN_EXHAUSTIVENESS(c),
	{ "flex", 0, POPT_ARG_STRING, &o.flex, 0, "residues of the receptor that move, PDBQT",
	    "FILE" },
	DOCKMAIN_IMAGE(c),
	DOCKMAIN_JOBS(c),
	DOCKMAIN_KEEP_POSES(c),
	DOCKMAIN_LIGAND(c),
	DOCKMAIN_LINT(c),
	{ "maps", 0, POPT_ARG_STRING, &o.maps, 0, "grid maps, by the beginning of their paths",
	    "PREFIX" },
	{ "max-evals", 0, POPT_ARG_STRING, &o.max_evals, 0,
	    "evaluations in each search, 0 for Vina's own rule (0)", "N" },
	DOCKMAIN_MIN_RMSD(c),
	{ "mode", 0, POPT_ARG_STRING, &o.mode, 0, "dock, local_only or score_only (dock)", "MODE" },
	DOCKMAIN_NUM_MODES(c),
	DOCKMAIN_RECEPTOR(c),
	{ "repair", 0, POPT_ARG_STRING, &o.repair, 0,
	    "unbound energy of Vina before 1.2.4: yes, raw, refuse (yes)", "HOW" },
	DOCKMAIN_REPLAY(c),
	DOCKMAIN_REPLICAS(c),
	DOCKMAIN_RUNTIME(c),
	{ "scoring", 0, POPT_ARG_STRING, &o.scoring, 0, "vina, vinardo or ad4 (vina)", "NAME" },
	DOCKMAIN_SEED(c),
	{ "serve", 0, POPT_ARG_NONE, &o.serve, 0, "answer taskrun as a coprocess", NULL },
	DOCKMAIN_SIZE(c),
	{ "spacing", 0, POPT_ARG_STRING, &o.spacing, 0, "angstrom between grid points (0.375)",
	    "D" },
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
	{ "max_evals", &o.max_evals },
	{ "mode", &o.mode },
	{ "repair", &o.repair },
	{ "scoring", &o.scoring },
	{ "spacing", &o.spacing },
	{ NULL, NULL },
};

int
main(int argc, char **argv)
{
	struct err err = { 0 };
	struct app *app = app_start("dock-vina", "[FILE ...]", options, argc, argv);
	struct dockmain m = { .engine = "vina",
		.program = c.engine,
		.image = c.image,
		.runtime = c.runtime,
		.ligands = c.ligands,
		.settings = settings,
		.jobs = c.jobs,
		.lint = c.lint,
		.replay = c.replay,
		.serve = o.serve };

	return app_finish(app, dockmain(app, &m, &err), &err);
}
