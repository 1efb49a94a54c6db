/* SPDX-License-Identifier: MIT */
/* away: taskrun --on: what was submitted is run by a cluster, and printed as it comes home. */
#ifndef CLI_AWAY_H
#define CLI_AWAY_H

struct app;
struct campaign;
struct err;
struct job;
struct store;

/* After all lines of the job were submitted: one round with --detach, else until all has ended. A
 * signal only detaches. 0 or -1; *signal: by what it was told to stop, 0: nothing. */
int away_run(struct app *app, struct store *store, const struct job *job, const struct campaign *c,
    int *signal, struct err *err);

#endif
