/* SPDX-License-Identifier: MIT */
/*
 * whereabouts: where on clusters executions are, as far as was last heard.
 *
 * Nobody is asked: what stands in the state is what the last answer of the
 * cluster said (task/cluster.h), and when it said it.
 */
#ifndef TASK_WHEREABOUTS_H
#define TASK_WHEREABOUTS_H

#include <jansson.h>
#include <stdint.h>

struct buf;
struct err;
struct job;
struct store;

/* The element of an array job that a worker stands for, while it has not ended: 1 and {"profile",
 * "name", "job", "element", "id", "state", "node", "reason", "told"}, the caller's, in
 * which what is not known is left out; 0: it is no such worker; -1. name is that of the array job
 * and of its files, job and id are what the cluster calls the job and the element, state is a word
 * of grid/batch.h, or packing, submitting or submitted before it was heard of, told is when that
 * was (RFC 3339). */
int whereabouts_of(struct store *store, int64_t worker, json_t **place, struct err *err);

/* Append what people read of it: "slurm 12_3 on n1", "slurm 12_3 queued: Priority". */
void whereabouts_text(const json_t *place, struct buf *text);

/* A place as above (borrowed) with how many executions the element was given and holds still. */
typedef int whereabouts_fn(const json_t *place, int64_t given, int64_t held, void *ctx);

/* All elements of the org that have not ended, the oldest job first, until fn returns other than
 * 0: what it returned, or 0, or -1. */
int whereabouts_each(
    struct store *store, const char *org, whereabouts_fn *fn, void *ctx, struct err *err);

/* An element that has not ended, of the array job of this name (borrowed), and how many executions
 * it was given. */
typedef int whereabouts_element_fn(const char *name, int element, int64_t given, void *ctx);

/* Those of the org with executions of a job alone (id 0: of any), until fn returns other than 0:
 * what it returned, or 0, or -1. */
int whereabouts_of_job(struct store *store, const char *org, const struct job *job,
    whereabouts_element_fn *fn, void *ctx, struct err *err);

/* {"profile", "jobs", "elements", "executions", "calls", "asked"} for each profile that was ever
 * used from this state: what is out of the org, how often programs of the scheduler were called for
 * this state, and when it was last asked (null: never). An array, the caller's; NULL: err. */
json_t *whereabouts_sums(struct store *store, const char *org, struct err *err);

#endif
