/* SPDX-License-Identifier: MIT */
/* session: the state directory as a program uses it. */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include <stdbool.h>

#include "cli/app.h"

struct store;

/* Open the state that --state and the environment name; create: make it when there is none. NULL
 * on error. */
struct store *session_open(struct app *app, bool create, struct err *err);

/* The same for looking: 0 with *store NULL when there is no state yet. 0 or -1. */
int session_open_if_any(struct app *app, struct store **store, struct err *err);

/* Take from dead workers what they held, and remove their folders. */
int session_reap(struct app *app, struct store *store, struct err *err);

#endif
