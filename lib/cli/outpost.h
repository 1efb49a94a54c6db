/* SPDX-License-Identifier: MIT */
/*
 * outpost: an element of an array job on a compute node.
 *
 * The executions of the element are taken out of the package into a state of our
 * own in node-local scratch, which nobody else sees and which is not synced; an
 * ordinary worker runs them there; what became of them goes into one file beside
 * the package. Nothing else of the folders of whoever submitted it is read.
 */
#ifndef CLI_OUTPOST_H
#define CLI_OUTPOST_H

#include "cli/shift.h"

struct outpost {
	const char *chunk; /* the package */
	int element;
	struct shift shift; /* as it was asked for; seconds: the wall-time that is left, 0: ask the
			     * batch system */
};

/* 0 or -1. A signal, or the end of the wall-time, is no error: what is done was handed back. */
int outpost_run(struct app *app, const struct outpost *o, struct err *err);

#endif
