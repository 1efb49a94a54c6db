/* SPDX-License-Identifier: MIT */
/*
 * remote: a batch system that is spoken to through the programs of its profile.
 *
 * Options are those of grid/order.h ("partition=long", "walltime=4h"), over the
 * defaults of the profile. What the elements of a job print goes to NAME.out in
 * the folder of the job, one file for all of them.
 */
#ifndef GRID_REMOTE_H
#define GRID_REMOTE_H

#include <jansson.h>

struct batch;
struct err;

enum { REMOTE_WARNING = 120 }; /* seconds before its end that an element is told */

/* NULL: no such profile (ERR_USAGE), a mistake in it (ERR_INPUT), or its scheduler is not here or
 * does not answer (ERR_SYSTEM). */
struct batch *remote_open(const char *profile, const char *state, const json_t *order,
    char *const *options, struct err *err);

/* Which clusters are here, for dock-doctor: for each profile whose scheduler is found, whether it
 * answers or not, {"profile", "description", "tested", "cluster", "array", "jobs", "submit",
 * "elements", "chunk", "calls"}, or "error" in place of what follows tested. An array, the
 * caller's. state NULL: nothing is written down. */
json_t *remote_survey(const char *state);

#endif
