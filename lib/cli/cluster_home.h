/* SPDX-License-Identifier: MIT */
/*
 * cluster_home: what compute nodes handed back comes home.
 *
 * Whoever opens the state does it, no cluster is asked: files in spool/ are read
 * into the state once each, fenced by the element and the attempt; then elements
 * of which nothing more will come are closed, and what they hold still is given
 * back, or lost. A file that is damaged is put aside under the name FILE.bad.
 */
#ifndef CLI_CLUSTER_HOME_H
#define CLI_CLUSTER_HOME_H

struct app;
struct err;
struct store;

/* Costs next to nothing when nothing is out. Where another host writes now it is left to that. 0 or
 * -1. */
int cluster_collect(struct app *app, struct store *store, struct err *err);

#endif
