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

enum engine_kind {
	ENGINE_INT,
	ENGINE_NUMBER,
	ENGINE_WORD, /* one of words[]; as a value, its index */
};

/* A parameter of a request: `name` is the member, `flag` what the program calls it. */
struct engine_param {
	const char *name, *flag;
	enum engine_kind kind;
	double preset, min, max;
	const char *const *words; /* ENGINE_WORD, ended by NULL */
	int since;                /* first version that has it; 0: all */
};

enum { ENGINE_PARAMS_MAX = 16 };

struct engine {
	const char *name;     /* "vina", in records and in the names of programs */
	const char *program;  /* what is looked for on PATH */
	const char *variable; /* environment variable that names another */
	const char *package;  /* Debian package */
	const char *banner;   /* what --version prints before the version; a "v" may follow */
	const struct engine_param *params; /* in the order of the command line */
	size_t nparams;
	const char *score;  /* what its poses are ordered by, by its name in dock/score.h */
	double least, most; /* a score outside is not believed */
	int unbound_since,
	    unbound_fixed; /* versions in [since, fixed) subtract a wrong unbound energy */
};

/* The row of an engine by name, or NULL. */
const struct engine *engine_find(const char *name);

/* Read what `PROGRAM --version` printed. -1: this is no such engine. A version that we never saw
 * is fine: it is taken to have what the newest known one has. */
int engine_version_read(
    const struct engine *engine, const char *text, struct engine_version *out, struct err *err);

/* The index in engine->params of a request's member, or -1. */
int engine_param_find(const struct engine *engine, const char *name);

/* Whether a version has a parameter. */
bool engine_has(const struct engine_param *param, const struct engine_version *version);

/* Whether this version of the engine subtracts a wrong unbound energy (notes in dock/repair.h). */
bool engine_unbound_wrong(const struct engine *engine, const struct engine_version *version);

#endif
