/* SPDX-License-Identifier: MIT */
/* demand: is there what a task needs to be started at all? */
#ifndef CLI_DEMAND_H
#define CLI_DEMAND_H

#include <stddef.h>

struct err;
struct task;

/* The tasks that executions will be of: next gives them one after the other while *at counts up
 * from 0, then NULL. of is what it takes them from. */
struct demands {
	struct task *(*next)(const void *of, size_t *at);
	const void *of;
};

/* Are the program of the task, or the runtime of its container, on this host? What parameters
 * decide is taken for good. 0, or -1 with ERR_USAGE that says what is missing. */
int demand_check(const struct task *task, struct err *err);

#endif
