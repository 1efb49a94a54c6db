/* SPDX-License-Identifier: MIT */
/* dockserve: a dock-* program as a coprocess of taskrun (dockline-task(5)), which docks what it has
 * in hand by as few processes of the engine as give the same bytes (cli/dockgroup.h). */
#ifndef CLI_DOCKSERVE_H
#define CLI_DOCKSERVE_H

#include <jansson.h>

struct app;
struct dockrun;
struct err;

/* Answer the requests of standard input until it ends, with `fills` for what they lack. Without an
 * engine (run NULL), all are rejected with the reason that err tells. 0, or -1 with err. */
int dockserve(struct app *app, struct dockrun *run, const json_t *fills, struct err *err);

#endif
