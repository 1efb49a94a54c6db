/* SPDX-License-Identifier: MIT */
/*
 * cluster_relay: rounds of clusters, had by programs that do not speak to clusters themselves.
 *
 * taskwork does it: what knows profiles is not linked into every program.
 */
#ifndef CLI_CLUSTER_RELAY_H
#define CLI_CLUSTER_RELAY_H

#include <stdbool.h>
#include <stdint.h>

struct app;
struct err;
struct job;
struct store;

/* Of one who waits; zero-initialised. */
struct cluster_relay {
	int64_t next;  /* round while something is out, by clock_boot; 0: there is no cluster */
	int64_t quiet; /* none before that: the last one failed */
	bool failed;   /* and it was said */
};

/* The full path of our own taskwork, beside whatever program we are; the caller frees. NULL on
 * error. */
char *cluster_program(struct err *err);

/* A round with only these arguments (NULL-terminated) of a profile: 1, 0: it failed, and what it
 * said is warned of unless quiet; -1: it could not be started. */
int cluster_relay_round(struct app *app, struct store *store, const char *profile,
    char *const *arguments, bool quiet, struct err *err);

/* Where the job that somebody waits for was given to a cluster: what is ready of it goes there in
 * the same way, and the cluster is asked, as soon as that is due. What others have out is asked
 * for, too. 0 or -1. */
int cluster_relay(struct cluster_relay *relay, struct app *app, struct store *store,
    const struct job *job, struct err *err);

#endif
