/* SPDX-License-Identifier: MIT */
/*
 * room: what a worker has to give to the executions it runs: cores, memory, GPUs, named limits.
 *
 * The same struct is a capacity, what is free of it, and what a task takes.
 */
#ifndef CLI_ROOM_H
#define CLI_ROOM_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct err;
struct task;

enum { ROOM_LIMITS = 16 };

struct room {
	double cpus, gpus;
	int64_t memory; /* bytes */
	int nlimits;
	struct room_limit {
		const char *name; /* borrowed */
		double amount;
	} limits[ROOM_LIMITS];
};

/* What one execution of a task takes; memory: instead of the task's, 0: the task's. */
void room_of_task(const struct task *task, int64_t memory, struct room *room);

/* How many of `one` fit into what is free, at most `most`. Of a limit that the worker was not given
 * nothing is there. */
int room_fits(const struct room *free, const struct room *one, int most);

/* How much there is of a named limit, 0: none. */
double room_limit(const struct room *room, const char *name);

/* Take `count` times one out of what is free; give it back. */
void room_take(struct room *free, const struct room *one, int count);
void room_give(struct room *free, const struct room *one, int count);

/* Read "NAME=NUMBER" options into the limits of a capacity. */
int room_parse_limits(char *const *options, struct room *room, struct err *err);

/* As JSON: {"cpus", "memory", "gpus", "limits"}. The caller owns it. */
json_t *room_json(const struct room *room);

/* Read such JSON back; what is not there is 0. The names of limits are borrowed from it. */
void room_read(const json_t *json, struct room *room);

#endif
