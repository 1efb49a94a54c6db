/* SPDX-License-Identifier: MIT */
/* runs: runs of pipelines looked at, foreseen, started in the background and cancelled. */
#ifndef CLI_RUNS_H
#define CLI_RUNS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "cli/pipelines.h"

struct app;
struct blueprint;
struct cluster_plan;
struct err;
struct run;
struct store;

/* A run by its job or number, to be cleared. -1: there is none, or no state (store NULL). */
int runs_find(
    struct app *app, struct store *store, const char *name, struct run *run, struct err *err);

/* Print the record of a run. */
int runs_print(struct app *app, struct store *store, const char *name, struct err *err);

/* How runs are: of one (name NULL: a list of all, at most 100 on a terminal), as a table on a
 * terminal unless json, else records. */
int runs_status(struct app *app, const char *name, bool json, struct err *err);

/* A table of the steps of a run; width as of table_print. */
int runs_put_steps(
    struct store *store, const struct run *run, FILE *out, size_t width, struct err *err);

/* A run drawn as pipelines_show draws its pipeline, with what became of its steps. 0, -1; 1: there
 * is no such run. */
int runs_show(struct app *app, const char *name, enum pipelines_form form, struct err *err);

/* Cancel runs: who conducts one is asked to, else it is done here. */
int runs_cancel(struct app *app, char **names, struct err *err);

/* Say what a run would do: a record for each step, with its items and the parameters of the first
 * where they can be known; and what would be submitted of it where the plan names a profile. store
 * NULL: there is none yet. */
int runs_foresee(struct app *app, struct store *store, const struct cluster_plan *plan,
    const struct blueprint *blueprint, json_t *params, struct err *err);

/* A process that takes a run up in the background. */
struct runs_driver {
	const char *state, *org, *run;
	const char *log;                 /* where what it says goes */
	int jobs;                        /* 0: default */
	const struct cluster_plan *plan; /* where what can is run; profile NULL: here */
	int why;
};

int runs_start(struct app *app, const struct runs_driver *driver, struct err *err);

#endif
