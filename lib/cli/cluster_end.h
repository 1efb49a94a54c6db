/* SPDX-License-Identifier: MIT */
/*
 * cluster_end: a program that does not speak to clusters itself has their unwanted elements ended.
 *
 * taskwork does it: what knows profiles is not linked into every program.
 */
#ifndef CLI_CLUSTER_END_H
#define CLI_CLUSTER_END_H

struct app;
struct err;
struct store;

/* The full path of our own taskwork, beside whatever program we are; the caller frees. NULL on
 * error. */
char *cluster_program(struct err *err);

/* After orders were left for executions: those that are out obey at once, and elements that nothing
 * is left of are ended. 0 or -1. */
int cluster_settle(struct app *app, struct store *store, struct err *err);

#endif
