/* SPDX-License-Identifier: MIT */
/* strays: what workers that died left: processes, folders, and executions that they held. */
#ifndef CLI_STRAYS_H
#define CLI_STRAYS_H

struct app;
struct err;
struct store;
struct tally;
struct vigil;

/* Kill the processes on this host. vigil: as in task/workers.h. 1; 0: no worker died that nobody
 * has taken notice of; -1. */
int strays_clear(struct store *store, struct vigil *vigil, struct err *err);

/* Take from dead workers what they held; none of their processes on this host is left when this
 * becomes durable, and no folder. The number of executions taken, or -1. In a transaction. */
int strays_reap(struct app *app, struct store *store, struct vigil *vigil, struct tally *tally,
    struct err *err);

#endif
