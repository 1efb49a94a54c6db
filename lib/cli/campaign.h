/* SPDX-License-Identifier: MIT */
/* campaign: everything taskrun does: a task, lines of params, a job, and work until all is done. */
#ifndef CLI_CAMPAIGN_H
#define CLI_CAMPAIGN_H

#include "cli/app.h"
#include "cli/cluster.h"
#include "cli/terms.h"

struct campaign {
	const char
	    *task;    /* name, or name@version; NULL: the program in argv, or none of all lines */
	char **argv;  /* an ad-hoc program, NULL: a registered task */
	char **files; /* of params, NULL: standard input */
	char **set, **force;
	const char *job; /* NULL: none */
	const char *map;
	char *keep; /* where work folders stay, NULL: they do not */
	struct terms_options terms;
	struct cluster_plan plan; /* where it is run; profile NULL: here */
	int jobs;                 /* 0: default */
	/* 0 or 1: popt writes ints */
	int atomic, detach, explain_miss, graph, inputs, lines, no_cache, once, new_inputs,
	    retry_failed, work;
};

/* Run it. 0 or -1; what failed is counted with app_count. *signal: what it was told to
 * stop by, 0: nothing; the program should die of it. */
int campaign_run(struct app *app, const struct campaign *c, int *signal, struct err *err);

#endif
