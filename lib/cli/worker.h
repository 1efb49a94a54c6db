/* SPDX-License-Identifier: MIT */
/*
 * worker: the loop that joins executions to processes.
 *
 * Runs on the main thread: starts children in slots, reaps them, enforces
 * their limits, and hands everything that concerns the state to the writer
 * thread (commit). A slot is refilled from work that was claimed ahead, so
 * short tasks never wait for the disk.
 */
#ifndef CLI_WORKER_H
#define CLI_WORKER_H

#include "cli/app.h"
#include "cli/commit.h"
#include "task/task.h"

struct worker_options {
	struct app *app;
	struct commit *commit;
	const struct task *task;
	const char *job;     /* name, NULL: none */
	int slots;           /* 0: submit only, run nothing */
	const char *scratch; /* folder for the slots' files; NULL with slots 0 */
};

/* Block the signals that the loop reads. Call before any thread is started. */
void worker_block_signals(void);

/* How many slots: jobs (0: cores, or what the scheduler allotted, at most 20), less where the
 * memory that is there does not hold so many; says so. At least 1. */
int worker_slots(struct app *app, const struct task *task, int jobs);

/* The path of a folder in $TMPDIR or /tmp that nobody else will think of; the caller enters the
 * worker with it and then makes it, so that it is known wherever the worker is killed. To free. */
char *worker_scratch(struct err *err);

/* Run until everything asked for has ended, or the program is told to stop: the first signal ends
 * the children with 10 s of grace, the second at once; what did not end is queued again. 0, or
 * -1. *signal is what stopped it, 0: nothing. */
int worker_run(const struct worker_options *options, int *signal, struct err *err);

#endif
