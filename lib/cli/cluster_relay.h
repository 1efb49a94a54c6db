/* SPDX-License-Identifier: MIT */
/*
 * cluster_relay: rounds of clusters, had by programs that do not speak to clusters themselves.
 *
 * taskwork does it: what knows profiles is not linked into every program.
 */
#ifndef CLI_CLUSTER_RELAY_H
#define CLI_CLUSTER_RELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "task/job.h"

struct app;
struct err;
struct store;

/* Of one who waits; zero-initialised. */
struct cluster_relay {
	int64_t next;    /* when a round is due, by clock_boot; 0: there is no cluster */
	int64_t earlier; /* that what comes home may have it, by clock_boot */
	int64_t out;     /* elements that had not ended after the last one */
	bool failed;     /* one did, and it was said */
};

/* A job that somebody waits for, and one of its executions. */
struct cluster_wanted {
	struct job job;
	int64_t execution;
};

/* The full path of our own taskwork, beside whatever program we are; the caller frees. NULL on
 * error. */
char *cluster_program(struct err *err);

/* A round with only these arguments (NULL-terminated) of a profile: 1, 0: it failed, and what it
 * said is warned of unless quiet; -1: it could not be started. */
int cluster_relay_round(struct app *app, struct store *store, const char *profile,
    char *const *arguments, bool quiet, struct err *err);

/* Where jobs that somebody waits for were given to a cluster: what is ready of them goes there in
 * the same way, and clusters are asked for all that is out. A round is due when one has not been
 * for as long as lies between two questions, and when an element has ended since; after one that
 * failed only the former. 0 or -1. */
int cluster_relay(struct cluster_relay *relay, struct app *app, struct store *store,
    const struct cluster_wanted *jobs, size_t n, struct err *err);

#endif
