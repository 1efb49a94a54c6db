/* SPDX-License-Identifier: MIT */
/*
 * sweep: what a sweep file says: which parameters are searched, how, and for what.
 *
 * The format is that of dockline-sweep(5). The same object, without `name`, is
 * what `optimize:` on a step of a pipeline holds.
 */
#ifndef PLAN_SWEEP_H
#define PLAN_SWEEP_H

#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "plan/axis.h"
#include "task/fault.h"

struct err;

enum sweep_method { SWEEP_GRID, SWEEP_RANDOM, SWEEP_LHS, SWEEP_BAYES, SWEEP_METHODS };

enum {
	SWEEP_AXES_MOST = 100,
	SWEEP_TRIALS = 100, /* by default; of a grid all points */
	SWEEP_TRIALS_MOST = 100000000,
	SWEEP_SEED = 42,
	SWEEP_NAME_MOST = 64,
};

/* When a trial is given up before its end; see plan/prune. */
struct sweep_pruner {
	bool on;
	int64_t startup; /* so many trials have completed first */
	int64_t warmup;  /* steps of a trial before which it is left alone */
};

struct sweep {
	char *name;
	enum sweep_method method;
	struct axes axes;
	json_t *params;     /* what every trial has besides, an object; borrowed */
	const char *metric; /* borrowed */
	bool maximize;
	int64_t max_trials; /* 0: no end (a grid) */
	double target;      /* good enough; NAN: nothing is */
	uint64_t seed;
	struct sweep_pruner pruner;
	json_t *definition; /* owns what is borrowed here */
};

extern const char *const sweep_method_names[SWEEP_METHODS];

/* The method of a word, or -1. */
int sweep_method_find(const char *word);

/* Check a definition: how many faults, all of them reported to fn (NULL: none). method overrides
 * that of the definition, -1: it does not. */
int sweep_lint(json_t *definition, int method, fault_fn *fn, void *ctx);

/* The sweep of a definition, of which it keeps a reference; name is for one that has none. NULL
 * with ERR_INPUT that names the first fault. */
struct sweep *sweep_parse(json_t *definition, const char *name, int method, struct err *err);
void sweep_free(struct sweep *sweep);

/* Read a YAML or JSON file ("-": standard input). Each fault goes to wrong as "file:line:column:
 * what". NULL when there was any, or the file cannot be read: then err says why; else it stays
 * empty. */
typedef void sweep_wrong_fn(const struct err *wrong, void *ctx);
struct sweep *sweep_read(
    const char *path, int method, sweep_wrong_fn *wrong, void *ctx, struct err *err);

/* Can this be the name of a study: up to 64 letters, digits, '_' and '-', beginning with a letter
 * or digit? What cannot is taken as a file. */
bool sweep_is_name(const char *text);

/* The member in which two definitions differ and which a study cannot change once it has begun, or
 * NULL: all but `description`, `max_trials`, `target` and `pruner`, and with lhs also
 * `max_trials`. */
const char *sweep_difference(const struct sweep *a, const struct sweep *b);

/* The params of a point: those of every trial, and the values of the axes. The caller owns it. */
json_t *sweep_params(const struct sweep *sweep, const double *point);

/* Is a better than b? NAN never is, and everything is better than NAN. */
bool sweep_is_better(const struct sweep *sweep, double a, double b);

#endif
