/* SPDX-License-Identifier: MIT */
/*
 * alerts: thresholds of config.yaml (alerts.*), and a hook that hears when one is crossed.
 *
 *	queue_stuck	executions are queued, none of them rests, the oldest was submitted so
 *			long ago, and nothing was begun since then
 *	failure_rate	of the last 100 that ended within an hour (at least 10) so many failed
 *	memory		less is available on this host
 *	disk		less is free where the state is
 *
 * The hook gets the record of an alert as a line on standard input.
 */
#ifndef CLI_ALERTS_H
#define CLI_ALERTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct alerts;
struct app;
struct config;
struct err;
struct store;

/* Microseconds between looks of a worker; and while an alert lasts, between runs of the hook. */
#define ALERTS_EVERY INT64_C(30000000)
#define ALERTS_AGAIN INT64_C(3600000000)

/* Read the thresholds; a worker looks first after `wait` microseconds. config, org and store are
 * borrowed for its life. NULL: none is set. */
struct alerts *alerts_new(
    const struct config *config, const char *org, struct store *store, int64_t wait);
void alerts_free(struct alerts *alerts);

/* Look once: an array of records of type alert, empty when all is well. The caller owns it; NULL on
 * error. */
json_t *alerts_check(struct alerts *alerts, struct err *err);

/* Run the hook, if there is one, with a record on standard input, to its end, at most a minute. -1
 * when it failed. */
int alerts_hook(struct alerts *alerts, const json_t *record, struct err *err);

/* What taskstat --alerts does: look once, print what fires (a line, or a record), run the hook and
 * wait for it, and note exit status 1. That nothing is set is ERR_USAGE. */
int alerts_show(struct app *app, struct store *store, bool as_text, struct err *err);

/* For a worker, as often as it likes: when 30 s have passed, look, and say each alert that is new
 * or an hour old to fn, which borrows it. Of several workers the oldest that lives does it. 0 or
 * -1. */
typedef void alerts_fn(const json_t *record, void *ctx);
int alerts_tick(struct alerts *alerts, int64_t worker, alerts_fn *fn, void *ctx, struct err *err);

#endif
