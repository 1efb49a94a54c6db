/* SPDX-License-Identifier: MIT */
/*
 * ferry: what a pipeline sends to a cluster goes there and comes home while it is gone through.
 *
 * Going through it is left to a child, which runs at home what has to, and sees
 * in the state what came home; we have rounds of the cluster meanwhile.  The two
 * share nothing but the state: whatever becomes of one of them, elements that are
 * out stay out, and whoever takes the run up again goes on with them.
 */
#ifndef CLI_FERRY_H
#define CLI_FERRY_H

#include <sys/types.h>

struct app;
struct cluster_plan;
struct err;

struct ferry {
	pid_t child; /* 0: we are the child */
	int fd;      /* ends when the child does */
};

/* Fork; nothing may be open that both would use. 0 or -1. */
int ferry_begin(struct ferry *ferry, struct err *err);

/* Of the parent: rounds for the job until the child has ended; a signal is passed on to it. Its
 * status is noted as ours. 0 or -1; *signal: what it died of, or was told to stop by; 0: nothing.
 */
int ferry_run(struct ferry *ferry, struct app *app, const char *job,
    const struct cluster_plan *plan, int *signal, struct err *err);

#endif
