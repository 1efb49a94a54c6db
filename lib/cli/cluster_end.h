/* SPDX-License-Identifier: MIT */
/*
 * cluster_end: a program that does not speak to clusters itself has their unwanted elements ended.
 */
#ifndef CLI_CLUSTER_END_H
#define CLI_CLUSTER_END_H

struct app;
struct err;
struct store;

/* After orders were left for executions: those that are out obey at once, and elements that nothing
 * is left of are ended. 0 or -1. */
int cluster_settle(struct app *app, struct store *store, struct err *err);

#endif
