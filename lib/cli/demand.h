/* SPDX-License-Identifier: MIT */
/* demand: is there what a task needs to be started at all? */
#ifndef CLI_DEMAND_H
#define CLI_DEMAND_H

struct err;
struct task;

/* Are the program of the task, or the runtime of its container, on this host? What parameters
 * decide is taken for good. 0, or -1 with ERR_USAGE that says what is missing. */
int demand_check(const struct task *task, struct err *err);

#endif
