/* SPDX-License-Identifier: MIT */
/* cluster_parts: what the parts of cluster share. */
#ifndef CLI_CLUSTER_PARTS_H
#define CLI_CLUSTER_PARTS_H

#include "cli/cluster.h"
#include "grid/batch.h"
#include "task/tally.h"

struct cluster {
	struct app *app;
	struct store *store;
	struct cluster_plan plan;
	struct batch *batch;
	char *folder;       /* spool/ */
	char *options;      /* what plan says of elements, as JSON */
	int64_t worker;     /* our own row: who submits */
	int64_t out;        /* elements of the profile that have not ended */
	int64_t beaten;     /* last heartbeat, by clock_boot */
	int64_t refused;    /* since when the cluster does not answer, by clock_boot; 0: it does */
	unsigned long told; /* calls that stand in the state */
};

/* Take what is ready for the elements of a new job: within a transaction of its own. The job's id,
 * 0: nothing is ready, -1. elements: at most so many. */
int64_t cluster_take(
    struct cluster *c, const char name[BATCH_UUID], int elements, int *count, struct err *err);

/* Write its package. 0 or -1. */
int cluster_pack(struct cluster *c, const char *name, int64_t job, struct err *err);

/* Ask the cluster how its elements stand, if nobody else did lately. 0 or -1. */
int cluster_ask(struct cluster *c, struct err *err);

/* End what nobody wants any more. How many jobs were touched, or -1. */
int cluster_cancel_unwanted(struct cluster *c, struct err *err);

#endif
