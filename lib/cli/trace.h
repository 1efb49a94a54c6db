/* SPDX-License-Identifier: MIT */
/*
 * trace: the timeline of a job as a Chrome trace, which Perfetto and chrome://tracing show.
 *
 * The JSON array form of the Trace Event Format: each worker is a process, its
 * slots are threads, each try is a complete event (ph X). Times are microseconds
 * since the first start.
 */
#ifndef CLI_TRACE_H
#define CLI_TRACE_H

#include "cli/app.h"

struct selection;
struct store;

/* Write the tries of a selection (which moves along) to a file that appears whole, or "-": standard
 * output. */
int trace_write(
    struct app *app, struct store *store, struct selection *sel, const char *path, struct err *err);

#endif
