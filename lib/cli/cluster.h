/* SPDX-License-Identifier: MIT */
/*
 * cluster: executions go to a batch system as array jobs, and come home.
 *
 * What is ready is taken in chunks, one for each element of an array job: by
 * count, or so many that an element most likely takes chunk_seconds; of a task
 * that nobody ever ran a pilot of 50 goes first.  The package of a job is one file.
 * No process has to stay: each round goes on where the last one stopped, whoever
 * does it.  So that the state directory never holds many files, what is out at a
 * time is limited.
 */
#ifndef CLI_CLUSTER_H
#define CLI_CLUSTER_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "task/job.h"

struct app;
struct err;
struct store;
struct task;

enum {
	CLUSTER_PILOT = 50,   /* executions of a task that nobody knows */
	CLUSTER_CHUNK = 5000, /* executions of an element, at most */
	CLUSTER_FILES = 400,  /* that what is out may take in spool/ */
};

#define CLUSTER_SECONDS 1800.0 /* that an element is to take */

/* What goes there. Zero-initialised members mean: as usual. */
struct cluster_plan {
	const char *profile;
	char **settings;      /* "KEY=VALUE" over the profile, NULL-terminated; NULL: none */
	struct job job;       /* id 0: any of the org */
	char *const *queues;  /* NULL: any */
	int chunk;            /* executions of an element; 0: by time */
	double chunk_seconds; /* 0: CLUSTER_SECONDS */
	/* popt writes ints */
	int no_submit; /* only take home, and end what nobody wants */
	int dry_run;   /* say what would be submitted, and change nothing */
};

/* Check what the options of a program say, which ends with its usage where they are wrong;
 * chunk_time NULL: not said. */
void cluster_plan_read(struct app *app, struct cluster_plan *plan, const char *chunk_time);

struct cluster;

/* NULL: there is no such profile, or no such cluster here. store NULL: there is no state; only with
 * dry_run, and for cluster_foresee. */
struct cluster *cluster_open(
    struct app *app, struct store *store, const struct cluster_plan *plan, struct err *err);

/* Is it there, and what the plan says of it right? For asking before anything is noted; without a
 * profile there is nothing to ask. 0 or -1. */
int cluster_check(
    struct app *app, struct store *store, const struct cluster_plan *plan, struct err *err);

/* One round: take home what came, ask the cluster where it is time to, end what nobody wants any
 * more, submit what is ready. 0 or -1. */
int cluster_round(struct cluster *c, struct err *err);

/* With dry_run, in place of rounds: print what would be submitted now, as lines of shell; nothing
 * is kept of it. within: in a transaction of the caller, who rolls it back. 0 or -1. */
int cluster_show(struct cluster *c, bool within, struct err *err);

/* What would be submitted first of so many executions of a task (0: not known how many), each as
 * the task says: {"elements", "executions", "script"}, the caller's. NULL: no node has room for it.
 */
json_t *cluster_foresee(
    struct cluster *c, const struct task *task, int64_t executions, struct err *err);
/* The name of its profile. */
const char *cluster_profile(const struct cluster *c);

/* After a round: elements that have not ended, of this profile. */
int64_t cluster_out(const struct cluster *c);

/* What waits in the scope has nothing that a round would submit, now or when something ended. 1, 0,
 * -1. */
int cluster_is_drained(struct cluster *c, struct err *err);

/* How often the programs of the cluster were called since it was opened. */
unsigned long cluster_calls(const struct cluster *c);

/* From now on nothing more is submitted. NULL is fine. */
void cluster_leave_rest(struct cluster *c);

/* Seconds until it is worth to have another round. */
double cluster_pause(const struct cluster *c);

/* Leave; what is out stays out. NULL is fine. */
void cluster_close(struct cluster *c);

#endif
