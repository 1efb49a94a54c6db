/* SPDX-License-Identifier: MIT */
/* bind: the steps of a pipeline held against the tasks there are. */
#ifndef PLAN_BIND_H
#define PLAN_BIND_H

#include "task/fault.h"

struct pipeline;
struct store;
struct task;

/* Find the task of each step that names one: tasks[] (room for all steps, zeroed) gets them, the
 * caller frees each. A fault for each that is not there or takes no executions, for parameters that
 * the task must have and the step does not give, and for values that its schema refuses. store may
 * be NULL: shipped tasks only. The number of faults. */
int bind_tasks(const struct pipeline *p, struct store *store, const char *org, struct task **tasks,
    fault_fn *fn, void *ctx);

#endif
