/* SPDX-License-Identifier: MIT */
/*
 * submit: a job script is submitted once, however often that is tried.
 *
 * The name of the job carries a UUID that whoever submits has written down
 * before. A call that timed out may have submitted all the same, so before it is
 * submitted again the scheduler is asked for jobs of that name.
 */
#ifndef GRID_SUBMIT_H
#define GRID_SUBMIT_H

#include <stdbool.h>

struct buf;
struct err;
struct scheduler;

enum submit_outcome {
	SUBMIT_DONE,    /* *job is its id */
	SUBMIT_REFUSED, /* the scheduler does not take it, and says why; nothing was submitted */
	SUBMIT_LATER,   /* nobody knows whether it was: try again later, under the same name */
};

enum { SUBMIT_TRIES = 4 }; /* with pauses between them that begin at a second and double */

/* Submit the script, in whose options the name (a UUID) stands. again: it may have been submitted
 * before, so look first. What fails as the profile says under `retry` is tried SUBMIT_TRIES times.
 * *job is the caller's, the texts of err say why it was not SUBMIT_DONE. */
enum submit_outcome submit_script(struct scheduler *scheduler, const char *name,
    const struct buf *script, bool again, char **job, struct err *err);

/* The job of that name: 1 with *job (the caller's), 0: there is none, -1: nobody knows. */
int submit_find(struct scheduler *scheduler, const char *name, char **job, struct err *err);

#endif
