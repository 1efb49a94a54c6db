/* SPDX-License-Identifier: MIT */
/* watch: live jobs, workers and failures, drawn anew as they change. */
#ifndef CLI_WATCH_H
#define CLI_WATCH_H

#include "cli/app.h"

struct job;
struct store;

/* Until q or Control-C on a terminal; elsewhere a line each `seconds`, until a signal. Of one job
 * (name may be NULL), or of all (id 0). */
int watch_run(struct app *app, struct store *store, const struct job *job, const char *name,
    double seconds, struct err *err);

#endif
