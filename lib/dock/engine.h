/* SPDX-License-Identifier: MIT */
/*
 * engine: what Dockline knows about each docking program, as rows of a table.
 *
 * A row says how the program is found, which parameters it has from which
 * version on and by which flags, which scores it gives and which direction is
 * better, and what is known to be wrong. Code asks the row; adding an engine
 * is adding a row. Nothing here runs anything.
 */
#ifndef DOCK_ENGINE_H
#define DOCK_ENGINE_H

#include <stdbool.h>
#include <stddef.h>

struct err;

/* A version: as the program prints it ("1.2.3"), and as a number that compares (10203). */
struct engine_version {
	char text[64];
	int number;
};

enum { ENGINE_NEWEST = 999999 }; /* the number of a version that tells none */

enum engine_kind {
	ENGINE_INT,
	ENGINE_NUMBER,
	ENGINE_WORD, /* one of words[]; as a value, its index. The word "" is not given at all */
	ENGINE_FLAG, /* true: the flag alone is given */
	ENGINE_NAME, /* letters, digits, '_', '-' and '.'; not given unless asked for */
	ENGINE_FILE, /* a path, as ENGINE_NAME; its content is part of the request */
	ENGINE_MAPS, /* the beginning of the paths of grid maps, likewise: they replace receptor and
		      * box on the command line */
};

/* A parameter of a request: `name` is the member, `flag` what the program calls it, "" for one that
 * goes another way (the GPU: CUDA_VISIBLE_DEVICES). */
struct engine_param {
	const char *name, *flag;
	enum engine_kind kind;
	double preset, min, max;
	const char *const *words; /* ENGINE_WORD, ended by NULL */
	int since;                /* first version that has it; 0: all */
};

enum { ENGINE_PARAMS_MAX = 24 };

/* What is done with a ligand. The words of a request's `mode`. */
enum engine_mode {
	ENGINE_DOCK,
	ENGINE_LOCAL,    /* a local search from where it lies, by Monte Carlo or not at all */
	ENGINE_MINIMIZE, /* only down the gradient */
	ENGINE_SCORE,    /* it stays where it lies */
	ENGINE_MODES,
};
extern const char *const engine_modes[ENGINE_MODES];

/* A value of a parameter that came with a version. Values that match no row are for all. */
struct engine_value {
	const char *param;
	const char *part; /* what the value is or, with a '*' in front, what is in it */
	int since;
};

/* How many ligands are docked by one process: it reads a list of their files, a path on each line,
 * and writes a file of poses for each. Their names are given so that no two are equal, and have no
 * blanks. */
struct engine_batch {
	const char *list; /* the flag that names the list; NULL: it takes one ligand, by --ligand */
	const char *folder; /* the flag that names the folder of poses; NULL: beside the ligands */
	const char *poses;  /* what stands for ".pdbqt" in the names of poses: "_out.pdbqt". With
			     * ".dlg" they are logs (dock/dlg.h) */
	bool maps;          /* the list begins with the file that describes the maps */
	int most;           /* ligands at a time */
};

struct engine {
	const char *name;     /* "vina", in records and in the names of programs */
	const char *program;  /* what is looked for on PATH */
	const char *variable; /* environment variable that names another */
	const char *package;  /* Debian package */
	const char *banner;   /* what --version prints before the version; a "v" may follow */
	const char *ask;      /* instead of --version, or NULL */
	const struct engine_param *params; /* in the order of the command line */
	size_t nparams;
	const char *mode[ENGINE_MODES]; /* the flag of each mode, "" for none; NULL: not offered */
	const struct engine_value *values; /* ended by a NULL param; NULL: none */
	bool sdf;     /* ligands may be SDF, and poses are then; else PDBQT only */
	bool several; /* it docks every record of an SDF, each as it would alone */
	bool maps;    /* it cannot do without grid maps */
	struct engine_batch batch;
	bool networks; /* poses carry CNNscore and CNNaffinity, unless cnn_scoring is none */
	const char
	    *score; /* what tells whether a pose is believable, by its name in dock/score.h */
	int usual; /* MiB that the usual docking takes (of the newest version), as the shipped tasks
		    * have it; 0: not known */
	int together_since; /* first version that docks several ligands together; 0: none */
	int group_since;    /* first version whose --batch docks each as it would alone; 0: none */
	double least, most; /* a score outside is not believed */
	int unbound_since,
	    unbound_fixed; /* versions in [since, fixed) subtract a wrong unbound energy */
};

/* The row of an engine by name, or NULL. */
const struct engine *engine_find(const char *name);
/* The i-th row, NULL behind the last. */
const struct engine *engine_at(size_t i);

/* Read what `PROGRAM --version` printed. -1: this is no such engine. A version that we never saw,
 * and one that is no number (smina tells when it was built, gnina built from sources "N/A"), is
 * fine: it is taken to have what the newest known one has. */
int engine_version_read(
    const struct engine *engine, const char *text, struct engine_version *out, struct err *err);

/* The index in engine->params of a request's member, or -1. */
int engine_param_find(const struct engine *engine, const char *name);

/* Whether a version has a parameter. */
bool engine_has(const struct engine_param *param, const struct engine_version *version);

/* The engine that has a parameter which this one lacks, by the parameter's name; else NULL. */
const struct engine *engine_elsewhere(const struct engine *engine, const char *name);

/* The first version that knows a value of a parameter; 0: all do. */
int engine_value_since(const struct engine *engine, const char *param, const char *value);

/* Whether this version of the engine subtracts a wrong unbound energy (notes in dock/repair.h). */
bool engine_unbound_wrong(const struct engine *engine, const struct engine_version *version);

#endif
