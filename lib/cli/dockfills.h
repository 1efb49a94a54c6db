/* SPDX-License-Identifier: MIT */
/* dockfills: what the options of a dock-* program say, as members of a request. */
#ifndef CLI_DOCKFILLS_H
#define CLI_DOCKFILLS_H

#include <jansson.h>

struct app;
struct dockmain;
struct engine;
struct err;

/* The caller's. Wrong usage ends the program. NULL: the file of --box cannot be read. */
json_t *dockfills_read(
    struct app *app, const struct engine *engine, const struct dockmain *m, struct err *err);

#endif
