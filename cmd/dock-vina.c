/* SPDX-License-Identifier: MIT */
/* dock-vina: docking requests in, docking records out, by AutoDock Vina. */
#include "cli/app.h"
#include "cli/dockmain.h"

static struct {
	char *box, *center, *cpu, *energy_range, *engine, *exhaustiveness, *flex, *keep_poses,
	    *ligand, *maps, *max_evals, *min_rmsd, *mode, *num_modes, *receptor, *repair, *scoring,
	    *seed, *size, *spacing, *timeout;
	int jobs, lint, replay;
} o;

static const struct poptOption options[] = { { "box", 0, POPT_ARG_STRING, &o.box, 0,
						 "search box, a record of dock-box", "FILE" },
	{ "center", 0, POPT_ARG_STRING, &o.center, 0, "middle of the box, in angstrom", "X,Y,Z" },
	{ "cpu", 0, POPT_ARG_STRING, &o.cpu, 0, "threads of one docking (1)", "N" },
	{ "energy-range", 0, POPT_ARG_STRING, &o.energy_range, 0,
	    "poses within so many kcal/mol of the best (3)", "E" },
	{ "engine", 0, POPT_ARG_STRING, &o.engine, 0, "the program to run ($DOCKLINE_VINA, vina)",
	    "PROGRAM" },
	{ "exhaustiveness", 0, POPT_ARG_STRING, &o.exhaustiveness, 0, "how long to search (8)",
	    "N" },
	{ "flex", 0, POPT_ARG_STRING, &o.flex, 0, "residues of the receptor that move, PDBQT",
	    "FILE" },
	{ "jobs", 'j', POPT_ARG_INT, &o.jobs, 0, "dockings at a time (1)", "N" },
	{ "keep-poses", 0, POPT_ARG_STRING, &o.keep_poses, 0, "poses to keep, 0 for all (3)", "N" },
	{ "ligand", 0, POPT_ARG_STRING, &o.ligand, 0, "a prepared ligand, PDBQT", "FILE" },
	{ "lint", 0, POPT_ARG_NONE, &o.lint, 0, "check requests, dock nothing", NULL },
	{ "maps", 0, POPT_ARG_STRING, &o.maps, 0, "grid maps, by the beginning of their paths",
	    "PREFIX" },
	{ "max-evals", 0, POPT_ARG_STRING, &o.max_evals, 0,
	    "evaluations in each search, 0 for Vina's own rule (0)", "N" },
	{ "min-rmsd", 0, POPT_ARG_STRING, &o.min_rmsd, 0, "angstrom between poses (1)", "D" },
	{ "mode", 0, POPT_ARG_STRING, &o.mode, 0, "dock, local_only or score_only (dock)", "MODE" },
	{ "num-modes", 0, POPT_ARG_STRING, &o.num_modes, 0, "poses at most (9)", "N" },
	{ "receptor", 0, POPT_ARG_STRING, &o.receptor, 0, "a prepared receptor, PDBQT", "FILE" },
	{ "repair", 0, POPT_ARG_STRING, &o.repair, 0,
	    "unbound energy of Vina before 1.2.4: yes, raw, refuse (yes)", "HOW" },
	{ "replay", 0, POPT_ARG_NONE, &o.replay, 0, "dock records again and compare the bytes",
	    NULL },
	{ "scoring", 0, POPT_ARG_STRING, &o.scoring, 0, "vina, vinardo or ad4 (vina)", "NAME" },
	{ "seed", 0, POPT_ARG_STRING, &o.seed, 0, "random seed (42)", "N" },
	{ "size", 0, POPT_ARG_STRING, &o.size, 0, "sides of the box, in angstrom", "X,Y,Z" },
	{ "spacing", 0, POPT_ARG_STRING, &o.spacing, 0, "angstrom between grid points (0.375)",
	    "D" },
	{ "timeout", 0, POPT_ARG_STRING, &o.timeout, 0, "end a docking that takes longer",
	    "DURATION" },
	APP_RECORD_OPTIONS, APP_STATE_OPTIONS, APP_COMMON_OPTIONS, POPT_TABLEEND };

static const struct dockmain_setting settings[] = {
	{ "box", &o.box },
	{ "center", &o.center },
	{ "cpu", &o.cpu },
	{ "energy_range", &o.energy_range },
	{ "exhaustiveness", &o.exhaustiveness },
	{ "flex", &o.flex },
	{ "keep_poses", &o.keep_poses },
	{ "ligand", &o.ligand },
	{ "maps", &o.maps },
	{ "max_evals", &o.max_evals },
	{ "min_rmsd", &o.min_rmsd },
	{ "mode", &o.mode },
	{ "num_modes", &o.num_modes },
	{ "receptor", &o.receptor },
	{ "repair", &o.repair },
	{ "scoring", &o.scoring },
	{ "seed", &o.seed },
	{ "size", &o.size },
	{ "spacing", &o.spacing },
	{ "timeout", &o.timeout },
	{ NULL, NULL },
};

int
main(int argc, char **argv)
{
	struct err err = { 0 };
	struct app *app = app_start("dock-vina", "[FILE ...]", options, argc, argv);
	struct dockmain m = { .engine = "vina",
		.program = o.engine,
		.settings = settings,
		.jobs = o.jobs,
		.lint = o.lint,
		.replay = o.replay };

	return app_finish(app, dockmain(app, &m, &err), &err);
}
