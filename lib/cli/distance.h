/* SPDX-License-Identifier: MIT */
/*
 * distance: how far the elements are that are out on clusters.
 *
 * Each tells in its note in spool/ (task/begun.h) how many of its executions
 * have ended; they count as running at home until they come home. Nobody is
 * asked, and an element that runs again begins to count anew.
 */
#ifndef CLI_DISTANCE_H
#define CLI_DISTANCE_H

#include <stdint.h>

#include "task/begun.h"

struct err;
struct job;
struct store;

enum { DISTANCE_PAUSE = 10000000 }; /* microseconds between two looks, of one who waits */

/* Of one element that was given so many executions; zeroes where it does not tell. */
struct begun_count distance_of(struct store *store, const char *name, int element, int64_t given);

/* Of all elements of the org with executions of a job alone (id 0: of any). 0 or -1. */
int distance_of_job(struct store *store, const char *org, const struct job *job,
    struct begun_count *sum, struct err *err);

#endif
