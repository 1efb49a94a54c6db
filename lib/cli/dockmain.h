/* SPDX-License-Identifier: MIT */
/*
 * dockmain: what the dock-* programs that run an engine have in common.
 *
 * Requests in, docking records out, as each ends. A request that fails becomes
 * a record with `error`, and the stream goes on. Under taskrun (with
 * $DOCKLINE_EXECUTION) a failure is the bare object {"error":{...}} instead,
 * which decides what becomes of the execution.
 */
#ifndef CLI_DOCKMAIN_H
#define CLI_DOCKMAIN_H

struct app;
struct engine;
struct err;

/* An option that fills in what a request lacks: the member's name, and the option's text (NULL:
 * not given). Parameters of the engine are typed by its row; besides there are receptor, ligand,
 * box (a file), center and size (x,y,z), repair, keep_poses, replicas and timeout. */
struct dockmain_setting {
	const char *name;
	char **text;
};

/* The options that all of them have: a program has a static struct of them, and puts the rows into
 * its tables, where the alphabet has them. */
struct dockmain_common {
	char *box, *center, *cpu, *engine, *exhaustiveness, *image, *keep_poses, *min_rmsd,
	    *num_modes, *receptor, *replicas, *runtime, *seed, *size, *timeout;
	char **ligands;
	int jobs, lint, replay;
};

/* clang-format off */
#define DOCKMAIN_TEXT(c, name, field, help, argument) \
	{ name, 0, POPT_ARG_STRING, &(c).field, 0, help, argument }
#define DOCKMAIN_BOX(c) \
	DOCKMAIN_TEXT(c, "box", box, "search box, a record of dock-box", "FILE")
#define DOCKMAIN_CENTER(c) \
	DOCKMAIN_TEXT(c, "center", center, "middle of the box, in angstrom", "X,Y,Z")
#define DOCKMAIN_CPU(c) \
	DOCKMAIN_TEXT(c, "cpu", cpu, "threads of one docking (1)", "N")
#define DOCKMAIN_EXHAUSTIVENESS(c) \
	DOCKMAIN_TEXT(c, "exhaustiveness", exhaustiveness, "how long to search (8)", "N")
#define DOCKMAIN_IMAGE(c) \
	DOCKMAIN_TEXT(c, "image", image, "run the engine in this container image", "IMAGE")
#define DOCKMAIN_KEEP_POSES(c) \
	DOCKMAIN_TEXT(c, "keep-poses", keep_poses, "poses to keep, 0 for all (3)", "N")
#define DOCKMAIN_LIGAND(c) \
	{ "ligand", 0, POPT_ARG_ARGV, &(c).ligands, 0, "a prepared ligand", "FILE" }
#define DOCKMAIN_MIN_RMSD(c) \
	DOCKMAIN_TEXT(c, "min-rmsd", min_rmsd, "angstrom between poses (1)", "D")
#define DOCKMAIN_NUM_MODES(c) \
	DOCKMAIN_TEXT(c, "num-modes", num_modes, "poses at most (9)", "N")
#define DOCKMAIN_RECEPTOR(c) \
	DOCKMAIN_TEXT(c, "receptor", receptor, "a prepared receptor, PDBQT", "FILE")
#define DOCKMAIN_REPLICAS(c) \
	DOCKMAIN_TEXT(c, "replicas", replicas, "dockings of each, with other seeds (1)", "N")
#define DOCKMAIN_RUNTIME(c) \
	DOCKMAIN_TEXT( \
	    c, "runtime", runtime, "of --image: apptainer, podman or docker (the first there is)", \
	    "NAME")
#define DOCKMAIN_SEED(c) \
	DOCKMAIN_TEXT(c, "seed", seed, "random seed (42)", "N")
#define DOCKMAIN_SIZE(c) \
	DOCKMAIN_TEXT(c, "size", size, "sides of the box, in angstrom", "X,Y,Z")
#define DOCKMAIN_TIMEOUT(c) \
	DOCKMAIN_TEXT(c, "timeout", timeout, "end a docking that takes longer", "DURATION")
#define DOCKMAIN_ENGINE(c, name, variable) \
	DOCKMAIN_TEXT( \
	    c, "engine", engine, "the program to run ($" variable ", " name ")", "PROGRAM")
#define DOCKMAIN_JOBS(c) \
	{ "jobs", 'j', POPT_ARG_INT, &(c).jobs, 0, "dockings at a time (1)", "N" }
#define DOCKMAIN_LINT(c) \
	{ "lint", 0, POPT_ARG_NONE, &(c).lint, 0, "check requests, dock nothing", NULL }
#define DOCKMAIN_REPLAY(c) \
	{ "replay", 0, POPT_ARG_NONE, &(c).replay, 0, "dock records again and compare the bytes", \
	    NULL }

#define DOCKMAIN_SETTINGS(c) \
	{ "box", &(c).box }, { "center", &(c).center }, { "cpu", &(c).cpu }, \
	{ "exhaustiveness", &(c).exhaustiveness }, { "keep_poses", &(c).keep_poses }, \
	{ "min_rmsd", &(c).min_rmsd }, \
	{ "num_modes", &(c).num_modes }, { "receptor", &(c).receptor }, \
	{ "replicas", &(c).replicas }, { "seed", &(c).seed }, \
	{ "size", &(c).size }, { "timeout", &(c).timeout }
/* clang-format on */

struct dockmain {
	const char *engine;          /* the row's name, or */
	const struct engine *row;    /* one that is not in the table */
	const char *program;         /* --engine, or NULL */
	const char *image, *runtime; /* --image and --runtime, or NULL */
	char **ligands;              /* --ligand, ended by NULL; NULL: not given. Several are docked
				      * together */
	const struct dockmain_setting *settings; /* ended by a NULL name */
	int jobs;                                /* dockings at a time; 0: one */
	int lint;                                /* --lint: only judge the requests */
	int replay;                              /* --replay */
	int serve;                               /* --serve: as a coprocess of taskrun */
};

/* All of a program after app_start. 0, or -1 with err. */
int dockmain(struct app *app, const struct dockmain *main, struct err *err);

#endif
