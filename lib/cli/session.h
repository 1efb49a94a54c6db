/* SPDX-License-Identifier: MIT */
/* session: the state directory as a program uses it. */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include <stdbool.h>

#include "cli/app.h"

struct job;
struct store;
struct task;
struct vigil;

/* Open the state that --state and the environment name; create: make it when there is none. What
 * workers that died left running on this host is killed, what came home from clusters is taken in.
 * NULL on error. */
struct store *session_open(struct app *app, bool create, struct err *err);

/* The same for looking: 0 with *store NULL when there is no state yet. 0 or -1. */
int session_open_if_any(struct app *app, struct store **store, struct err *err);

/* For programs, which do not see the store. NULL is allowed. */
void session_close(struct store *store);

/* The job that --job names; generation 0 is the newest. No such job or generation is ERR_USAGE. */
int session_job(struct app *app, struct store *store, const char *name, int generation,
    struct job *job, struct err *err);

/* The task of this name, or name@version, to submit executions of. One that is inactive is
 * ERR_USAGE; of one that is deprecated people are told. The caller frees; NULL on error. */
struct task *session_task(struct app *app, struct store *store, const char *name, struct err *err);

/* Take from dead workers what they held, and remove their folders. vigil: of a program that comes
 * again and again (task/vigil.h); NULL: once. */
int session_reap(struct app *app, struct store *store, struct vigil *vigil, struct err *err);

#endif
