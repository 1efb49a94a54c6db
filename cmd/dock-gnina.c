/* SPDX-License-Identifier: MIT */
/* dock-gnina: docking requests in, docking records out, by gnina and its networks. */
#include "cli/app.h"
#include "cli/dockmain.h"

static struct dockmain_common c;

static struct {
	char *addh, *approximation, *cnn, *cnn_model, *cnn_rotation, *cnn_scoring, *custom_atoms,
	    *custom_scoring, *device, *minimize_iters, *mode, *pose_sort_order, *scoring;
	int serve, accurate_line, no_gpu;
} o;

static const struct poptOption options[] = {
	{ "accurate-line", 0, POPT_ARG_NONE, &o.accurate_line, 0, "search lines accurately", NULL },
	{ "add-h", 0, POPT_ARG_STRING, &o.addh, 0, "hydrogens of SDF ligands: on, off (on)",
	    "HOW" },
	{ "approximation", 0, POPT_ARG_STRING, &o.approximation, 0, "linear, spline or exact",
	    "NAME" },
	DOCKMAIN_BOX(c),
	DOCKMAIN_CENTER(c),
	{ "cnn", 0, POPT_ARG_STRING, &o.cnn, 0, "a network that gnina has (its own choice)",
	    "NAME" },
	{ "cnn-model", 0, POPT_ARG_STRING, &o.cnn_model, 0, "a network of your own", "FILE" },
	{ "cnn-rotation", 0, POPT_ARG_STRING, &o.cnn_rotation, 0,
	    "turn each pose so often, at most 24 (0)", "N" },
	{ "cnn-scoring", 0, POPT_ARG_STRING, &o.cnn_scoring, 0,
	    "what networks are used for (rescore)", "HOW" },
	DOCKMAIN_CPU(c),
	{ "custom-atoms", 0, POPT_ARG_STRING, &o.custom_atoms, 0, "parameters of atom types",
	    "FILE" },
	{ "custom-scoring", 0, POPT_ARG_STRING, &o.custom_scoring, 0, "a scoring function of terms",
	    "FILE" },
	{ "device", 0, POPT_ARG_STRING, &o.device, 0, "the GPU to use", "N" },
	DOCKMAIN_ENGINE(c, "gnina", "DOCKLINE_GNINA"),
	DOCKMAIN_EXHAUSTIVENESS(c),
	DOCKMAIN_IMAGE(c),
	DOCKMAIN_JOBS(c),
	DOCKMAIN_KEEP_POSES(c),
	DOCKMAIN_LIGAND(c),
	DOCKMAIN_LINT(c),
	DOCKMAIN_MIN_RMSD(c),
	{ "minimize-iters", 0, POPT_ARG_STRING, &o.minimize_iters, 0,
	    "steps of minimisation, 0 for gnina's own rule (0)", "N" },
	{ "mode", 0, POPT_ARG_STRING, &o.mode, 0, "dock, local_only, minimize or score_only (dock)",
	    "MODE" },
	{ "no-gpu", 0, POPT_ARG_NONE, &o.no_gpu, 0, "use no GPU", NULL },
	DOCKMAIN_NUM_MODES(c),
	{ "pose-sort-order", 0, POPT_ARG_STRING, &o.pose_sort_order, 0,
	    "CNNscore, CNNaffinity or Energy (CNNscore)", "NAME" },
	DOCKMAIN_RECEPTOR(c),
	DOCKMAIN_REPLAY(c),
	DOCKMAIN_REPLICAS(c),
	DOCKMAIN_RUNTIME(c),
	{ "scoring", 0, POPT_ARG_STRING, &o.scoring, 0, "empirical scoring function (default)",
	    "NAME" },
	DOCKMAIN_SEED(c),
	{ "serve", 0, POPT_ARG_NONE, &o.serve, 0, "answer taskrun as a coprocess", NULL },
	DOCKMAIN_SIZE(c),
	DOCKMAIN_TIMEOUT(c),
	APP_RECORD_OPTIONS,
	APP_STATE_OPTIONS,
	APP_COMMON_OPTIONS,
	POPT_TABLEEND,
};

static char *accurate_line, *no_gpu;

static const struct dockmain_setting settings[] = {
	DOCKMAIN_SETTINGS(c),
	{ "accurate_line", &accurate_line },
	{ "addH", &o.addh },
	{ "approximation", &o.approximation },
	{ "cnn", &o.cnn },
	{ "cnn_model", &o.cnn_model },
	{ "cnn_rotation", &o.cnn_rotation },
	{ "cnn_scoring", &o.cnn_scoring },
	{ "custom_atoms", &o.custom_atoms },
	{ "custom_scoring", &o.custom_scoring },
	{ "device", &o.device },
	{ "minimize_iters", &o.minimize_iters },
	{ "mode", &o.mode },
	{ "no_gpu", &no_gpu },
	{ "pose_sort_order", &o.pose_sort_order },
	{ "scoring", &o.scoring },
	{ NULL, NULL },
};

int
main(int argc, char **argv)
{
	static char yes[] = "yes";
	struct err err = { 0 };
	struct app *app = app_start("dock-gnina", "[FILE ...]", options, argc, argv);
	struct dockmain m = { .engine = "gnina",
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
	no_gpu = o.no_gpu ? yes : NULL;
	return app_finish(app, dockmain(app, &m, &err), &err);
}
