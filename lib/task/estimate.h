/* SPDX-License-Identifier: MIT */
/*
 * estimate: what executions of a task have taken, and so what the next ones will take.
 *
 * Kept per task from the attempts that completed; small enough for a column.
 * Zero-initialised it knows nothing.
 */
#ifndef TASK_ESTIMATE_H
#define TASK_ESTIMATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/histogram.h"

struct err;

struct estimate {
	struct histogram elapsed; /* seconds */
	struct histogram cpu;     /* seconds, user and system */
	struct histogram memory;  /* bytes, the largest process; of those attempts that told */
};

/* What to ask for next time; 0: not known. */
struct estimate_room {
	double cpus;    /* cores busy on average, up to the next tenth */
	int64_t memory; /* bytes: the most there was and an eighth more, in whole 16 MiB */
	double timeout; /* seconds: twice the longest, in whole minutes */
};

/* One attempt that completed. cpu NAN and memory 0: not known. */
void estimate_add(struct estimate *e, double elapsed, double cpu, int64_t memory);
void estimate_merge(struct estimate *e, const struct estimate *other);

/* Will an execution most likely end within so many seconds: did 95 % of them? True when nothing is
 * known. */
bool estimate_fits(const struct estimate *e, double seconds);

/* Seconds until so many executions have ended, with so many at once; -1 when nothing is known. */
double estimate_left(const struct estimate *e, int64_t executions, double at_once);

void estimate_suggest(const struct estimate *e, struct estimate_room *room);

/* {"elapsed", "cpu", "memory"}, each a histogram (base/histogram.h); the caller owns it. NULL and
 * null are read as nothing known; -1 with ERR_INPUT that names the key. */
json_t *estimate_json(const struct estimate *e);
int estimate_parse(const json_t *json, struct estimate *e, struct err *err);

#endif
