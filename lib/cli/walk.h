/* SPDX-License-Identifier: MIT */
/* walk: pipeline run and resume: a run is made, or taken up again, and gone through to its end. */
#ifndef CLI_WALK_H
#define CLI_WALK_H

#include "cli/app.h"
#include "cli/cluster.h"

struct walk_options {
	char **params;   /* "k=v", "k=@file", NULL-terminated; NULL: none */
	const char *job; /* name of a new run's job, NULL: made from that of the pipeline */
	int jobs;        /* 0: default */
	struct cluster_plan plan; /* what can is run there; profile NULL: all here */
	int detach, dry_run, why;
};

/* Run a pipeline (a name or a file). One whose job stands already is taken up again when its
 * parameters are the same. *signal as in campaign_run. */
int walk_run(
    struct app *app, const char *name, const struct walk_options *o, int *signal, struct err *err);

/* Take a run up again, by its number or job. */
int walk_resume(
    struct app *app, const char *name, const struct walk_options *o, int *signal, struct err *err);

#endif
