/* SPDX-License-Identifier: MIT */
/*
 * prometheus: the state as metrics in the text format of Prometheus (version 0.0.4), for the
 * textfile collector of its node exporter.
 */
#ifndef CLI_PROMETHEUS_H
#define CLI_PROMETHEUS_H

#include "cli/app.h"

struct buf;
struct store;

/* Append the metrics of the org. */
int prometheus_put(struct app *app, struct store *store, struct buf *out, struct err *err);

/* The same to a file that appears whole, or "-": standard output. */
int prometheus_write(struct app *app, struct store *store, const char *path, struct err *err);

#endif
