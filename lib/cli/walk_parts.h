/* SPDX-License-Identifier: MIT */
/* walk_parts: what the files of walk share and nobody else sees. */
#ifndef CLI_WALK_PARTS_H
#define CLI_WALK_PARTS_H

#include "cli/blueprint.h"
#include "cli/capacity.h"
#include "cli/station.h"
#include "cli/terms.h"
#include "cli/walk.h"
#include "plan/run.h"

/* What lives while it runs. */
struct walk {
	struct app *app;
	const struct walk_options *o;
	struct store *store;
	struct config *config;
	struct blueprint blueprint;
	struct run run;
	bool same; /* it stood already, with the same parameters */
	struct task *carrier;
	struct conduct *conduct;
	struct room capacity;
	struct station station;
	struct terms terms;
};

/* What the job of a pipeline belongs to; it also stands for approvals. NULL: err says why. */
struct task *walk_carrier(const struct pipeline *p, struct err *err);

/* Note w->run, which has its parameters, and its job. 0; WALK_OVERTAKEN: somebody began a run under
 * that name since we looked, and w->run is that one; -1. */
#define WALK_OVERTAKEN 2
int walk_make(struct walk *w, struct err *err);

/* Does nobody conduct it? 0, or -1. */
int walk_is_free(struct walk *w, struct err *err);

/* Go through the run, which stands in the state, to its end or until a signal comes (*signal).
 * Beside a cluster a child does it. */
int walk_go(struct walk *w, int *signal, struct err *err);

#endif
