/* SPDX-License-Identifier: MIT */
/*
 * handover: a result that one execution got becomes that of an equal one.
 *
 * Where the task has a jq program for it (`cache.result`, task/caching.h), that
 * sees {"params", "labels", "result", "execution", "was": {"params", "labels"}}:
 * what is asked for now, the result, the execution that has it, and what was
 * asked for then. Labels are the parameters that the task does not declare.
 */
#ifndef TASK_HANDOVER_H
#define TASK_HANDOVER_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;
struct handover;
struct store;
struct task;

/* Of one thread. The programs of tasks are compiled when they are needed first. */
struct handover *handover_new(void);
void handover_free(struct handover *h);

/* The task of a row of the state, kept. NULL on error. */
const struct task *handover_task(
    struct handover *h, struct store *store, int64_t row, struct err *err);

/* Fill result (reset before) with that of an execution, for one of this task with these parameters;
 * params NULL: those of the execution `to`. 1; 0: it cannot be handed over, and err says why; -1.
 */
int handover_make(struct handover *h, struct store *store, const struct task *task, int64_t from,
    const char *params, size_t len, int64_t to, struct buf *result, struct err *err);

#endif
