/* SPDX-License-Identifier: MIT */
/*
 * statistics: how long executions waited and ran, how fast they end, and what they used of what
 * their task asks for.
 *
 * Kept in histograms, so memory does not grow with the number of executions. Of
 * many executions every n-th is looked at; no snapshot is held for long.
 */
#ifndef TASK_STATISTICS_H
#define TASK_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/histogram.h"
#include "task/estimate.h"
#include "task/state.h"

struct err;
struct selection;
struct store;
struct task;

enum {
	STATISTICS_LOOKED = 50000, /* executions that are looked at, about */
	STATISTICS_TASKS = 1000,   /* tasks told apart; others are not told of */
	STATISTICS_LATELY = 300,   /* seconds */
};

/* Of the executions of one task. */
struct statistics_task {
	int64_t row; /* of the task */
	struct task *task;
	int64_t looked;        /* executions that were looked at */
	int64_t executions;    /* how many there are, */
	int64_t by[ACC_COUNT]; /* and where they stand: */
	bool exact;            /* counted, not estimated */
	struct histogram wait; /* seconds from submission to the first start */
	struct histogram run;  /* seconds that attempts took, however they ended */
	struct estimate done;  /* of attempts that completed */
	int64_t attempts;      /* in run */
	int64_t first, last;   /* start of the first and end of the last attempt; 0: none */
	int64_t ended,
	    ended_since; /* executions that ended lately, and since when counted; 0: none */
};

struct statistics {
	struct statistics_task *at; /* most executions first */
	size_t len;
	int64_t executions; /* of the selection */
	int64_t step;       /* every so manieth was looked at: 1, or a prime number */
};

/* Gather them of a selection that restricts org, job and task at most. -1: nothing to free. */
int statistics_gather(
    struct store *store, const struct selection *sel, struct statistics *s, struct err *err);
void statistics_clear(struct statistics *s);

/* Executions that end in a minute: lately, and from the first start to the last end. */
double statistics_lately(const struct statistics_task *t, int64_t now);
double statistics_overall(const struct statistics_task *t);

#endif
