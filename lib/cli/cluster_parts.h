/* SPDX-License-Identifier: MIT */
/* cluster_parts: what the parts of cluster share. */
#ifndef CLI_CLUSTER_PARTS_H
#define CLI_CLUSTER_PARTS_H

#include "cli/cluster.h"
#include "cli/room.h"
#include "grid/batch.h"
#include "task/tally.h"

struct precedent;
struct work;

struct cluster {
	struct app *app;
	struct store *store;
	struct cluster_plan plan;
	struct batch *batch;
	char *folder;  /* spool/ */
	char *options; /* what plan says of elements, as JSON */
	struct config *config;
	json_t *told; /* what people know already: names of tasks without a node, words */
	struct precedent *precedent; /* NULL: nothing was looked for yet */
	int64_t worker;              /* our own row: who submits */
	int64_t out;                 /* elements of the profile that have not ended */
	int64_t beaten;              /* last heartbeat, by clock_boot */
	int64_t refused;     /* since when the cluster does not answer, by clock_boot; 0: it does */
	unsigned long noted; /* calls that stand in the state */
};

/* What executions take, and an element gets for them. */
struct cluster_need {
	struct room one;           /* each of them */
	double limit;              /* seconds that one may take */
	double slots;              /* so many at a time in an element */
	struct batch_need element; /* seconds: 0 where nobody ordered any */
};

/* That of an execution with what its tries before have shown: at most what there is. Of work only
 * the lane need be set. 1; 0: no node has room for it, err says what there is. */
int cluster_need(
    const struct cluster *c, const struct work *work, struct cluster_need *need, struct err *err);
/* Are executions of both alike? */
bool cluster_need_is(const struct cluster_need *a, const struct cluster_need *b);
/* The wall-time of an element that most likely takes so long, where nobody ordered any and the
 * cluster tells what there is. */
void cluster_need_time(const struct cluster *c, struct cluster_need *need, double longest);

/* What was taken for a new job. */
struct cluster_taken {
	int64_t job; /* its id */
	int elements;
	int64_t executions;
	int64_t cached; /* that were completed instead */
	struct batch_need need;
};

/* Take what is ready and alike for the elements of a new job, at most so many. What the cache has
 * is completed instead. In a transaction. 1; 0: nothing is ready; -1. */
int cluster_fill(struct cluster *c, const char name[BATCH_UUID], int elements,
    struct cluster_taken *taken, struct err *err);

/* How many elements more may be out, as the cluster and the files in spool/ allow. -1 on error. */
int cluster_room(struct cluster *c, struct err *err);

/* Say what the elements of a job run, in argv, which has room for six; the caller frees the first
 * and the third. -1: our own program is not there. */
int cluster_describe(struct cluster *c, struct batch_job *job, char *argv[6], struct err *err);

/* Write its package. 0 or -1. */
int cluster_pack(struct cluster *c, const char *name, int64_t job, struct err *err);

/* Tell that we live, and how often the cluster was called, when it is time to. 0 or -1. */
int cluster_beat(struct cluster *c, struct err *err);

/* Ask the cluster how its elements stand, if nobody else did lately. 0 or -1. */
int cluster_ask(struct cluster *c, struct err *err);

/* End what nobody wants any more. How many jobs were touched, or -1. */
int cluster_cancel_unwanted(struct cluster *c, struct err *err);

/* Have the cluster hold what rests and has not begun, and release what does no longer. 0 or -1. */
int cluster_hold_resting(struct cluster *c, struct err *err);

#endif
