/* SPDX-License-Identifier: MIT */
/* studies: what tasksweep shows of studies: the best trials, all of them, what mattered, plots. */
#ifndef CLI_STUDIES_H
#define CLI_STUDIES_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/app.h"

struct studies_call {
	char *name;       /* of the study */
	const char *axis; /* plot: against this axis; NULL: in the order of the trials */
	int64_t number;   /* best: how many; 0: one */
	bool json;        /* records, on a terminal too */
};

/* The best trials; none that completed is exit status 1. */
int studies_best(struct app *app, const struct studies_call *call, struct err *err);

/* All trials. */
int studies_trials(struct app *app, const struct studies_call *call, struct err *err);

/* The weight of each axis; too few trials is exit status 1. */
int studies_importance(struct app *app, const struct studies_call *call, struct err *err);

/* A plot of the values for a terminal, or 80 columns wide. */
int studies_plot(struct app *app, const struct studies_call *call, struct err *err);

/* All studies. */
int studies_list(struct app *app, bool json, struct err *err);

/* Forget studies; one that is not there is ERR_USAGE, and nothing is forgotten. */
int studies_remove(struct app *app, char **names, struct err *err);

#endif
