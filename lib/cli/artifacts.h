/* SPDX-License-Identifier: MIT */
/* artifacts: the files of an execution, listed and streamed out. */
#ifndef CLI_ARTIFACTS_H
#define CLI_ARTIFACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/app.h"

struct store;

/* A record, or a row of a table, for each object of an execution: what its result named, what its
 * parameters name, what its attempts wrote. 1, 0 when there is no such execution, -1. */
int artifacts_show(
    struct app *app, struct store *store, int64_t execution, bool as_table, struct err *err);

/* Write one to standard output, its hash checked. The name is that of an output, log or input, in
 * this order, or KIND/NAME. 1; 0 when it is not there, which is told; -1. */
int artifacts_stream(
    struct app *app, struct store *store, int64_t execution, const char *name, struct err *err);

#endif
