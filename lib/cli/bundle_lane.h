/* SPDX-License-Identifier: MIT */
/* bundle_lane: the lanes that the lines of a bundle need, each kept once. */
#ifndef CLI_BUNDLE_LANE_H
#define CLI_BUNDLE_LANE_H

#include <stdint.h>

struct bundle;
struct err;
struct job;
struct store;
struct task;
struct terms;

/* The index in b->lanes of what lines of a task on these terms need; task is added to b->tasks. */
uint32_t bundle_lane(struct bundle *b, struct task *task, const struct terms *terms);

/* Open all of them, and keep their tasks, within a transaction. */
int bundle_lanes_open(
    struct bundle *b, struct store *store, const struct job *job, struct err *err);

/* The task and the row of one that was opened. */
int64_t bundle_lane_task(const struct bundle *b, uint32_t lane);
int64_t bundle_lane_row(const struct bundle *b, uint32_t lane);

void bundle_lanes_clear(struct bundle *b);

#endif
