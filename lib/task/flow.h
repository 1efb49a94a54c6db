/* SPDX-License-Identifier: MIT */
/*
 * flow: what rests: nobody claims from it until it is woken. What was claimed goes on.
 *
 * All functions are called within a transaction; what they do is noted in the
 * journal as a pause or resume of the job, or of more than a job.
 */
#ifndef TASK_FLOW_H
#define TASK_FLOW_H

struct err;
struct store;
struct tally;

enum flow { FLOW_ALL, FLOW_QUEUE, FLOW_JOB, FLOW_TASK, FLOW_COUNT };

/* "all", "queue", "job", "task". */
const char *flow_name(enum flow flow);

/* Let it rest, or wake it; name is NULL with FLOW_ALL. tally->who is who does it. 1 done, 0 it was
 * so, -1. */
int flow_pause(struct store *store, const char *org, enum flow flow, const char *name,
    struct tally *tally, struct err *err);
int flow_wake(struct store *store, const char *org, enum flow flow, const char *name,
    struct tally *tally, struct err *err);

#endif
