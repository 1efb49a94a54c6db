/* SPDX-License-Identifier: MIT */
/*
 * dead: executions that failed for good, grouped by what they have in common (task/cause.h).
 *
 * Memory grows with the number of causes, not of executions.
 */
#ifndef TASK_DEAD_H
#define TASK_DEAD_H

#include <stddef.h>
#include <stdint.h>

#include "task/failure.h"

struct err;
struct selection;
struct store;

enum { DEAD_CAUSES = 10000 }; /* told apart; what is found later is of one cause, "" with id 0 */

struct dead_cause {
	uint32_t id; /* cause_id of class and cause */
	enum failure class;
	char *cause;
	int64_t count;
	int64_t example;     /* the execution that failed last of it */
	char *reason;        /* why, as it was told */
	int64_t first, last; /* when the first and the last ended */
};

struct dead_list {
	struct dead_cause *at;
	size_t len;
};

/* The failed and timed out executions of a selection (whose status and account are set to that; it
 * moves along): the causes, the most frequent first. -1: nothing to free. */
int dead_group(struct store *store, struct selection *sel, struct dead_list *list, struct err *err);
void dead_clear(struct dead_list *list);

/* Why one execution failed: 1 (*reason is the caller's to free), 0: it is gone, -1. */
int dead_reason(
    struct store *store, int64_t id, enum failure *class, char **reason, struct err *err);

#endif
