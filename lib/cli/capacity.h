/* SPDX-License-Identifier: MIT */
/* capacity: what this host, or what was allotted of it, has to give. */
#ifndef CLI_CAPACITY_H
#define CLI_CAPACITY_H

#include "cli/room.h"

struct app;
struct config;
struct demands;
struct err;
struct task;

/* jobs cores (0: what a scheduler allotted, else all, at most 20), the memory that is free, and
 * the GPUs. */
void capacity_find(int jobs, struct room *capacity);

/* So many GPUs instead, for --gpus. -1: CUDA_VISIBLE_DEVICES allots fewer. */
int capacity_gpus(double asked, struct room *capacity, struct err *err);

/* All that this host has, used or not. */
void capacity_of_host(struct room *capacity);

/* Say where memory holds fewer executions of a task at once than the cores would. */
void capacity_say_memory(struct app *app, const struct task *task, const struct room *capacity);

/* At least one execution of the task fits, however little there is; named limits stay. */
void capacity_hold(const struct task *task, struct room *capacity);

/* What a run of these tasks has here: that of capacity_find (jobs 0: as config says), but at least
 * one execution of each fits. -1 with ERR_USAGE: what one needs to be started is not there. */
int capacity_meet(struct app *app, const struct config *config, int jobs,
    const struct demands *demands, struct room *capacity, struct err *err);

#endif
