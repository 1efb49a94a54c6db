/* SPDX-License-Identifier: MIT */
/*
 * history: what executions of tasks have taken, learned by a worker and kept in the state.
 *
 * Attempts are collected in memory and merged into the state now and then, so
 * that learning costs no transaction of its own; a worker that is killed forgets
 * a few seconds.
 */
#ifndef TASK_HISTORY_H
#define TASK_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "task/estimate.h"

struct err;
struct history;
struct store;

struct history *history_new(void);
/* NULL is fine. */
void history_free(struct history *h);

/* An attempt of this task (its row) completed: seconds, seconds of processor time (NAN: not
 * known), bytes (0: not known). */
void history_add(struct history *h, int64_t task, double elapsed, double cpu, int64_t memory);

/* All that is known of a task, with what is not written yet; borrowed. NULL on error. */
const struct estimate *history_of(
    struct history *h, struct store *store, int64_t task, struct err *err);

/* Is something to be written, and was nothing for some seconds (clock_boot)? */
bool history_is_due(const struct history *h, int64_t now);

/* Merge it into the state. In a transaction. 0 or -1. */
int history_write(struct history *h, struct store *store, int64_t now, struct err *err);

/* What another state knows of a task is all that this one knows. In a transaction. 0 or -1. */
int history_put(struct store *store, int64_t task, const struct estimate *known, struct err *err);

#endif
