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
#include "cli/throttle.h"
#include "task/task.h"

/* When a worker is done. */
enum worker_until {
	WORKER_ASKED,   /* everything this run asked for has ended */
	WORKER_ONCE,    /* nothing can be claimed now */
	WORKER_DRAINED, /* nor will anything: nothing waits for its time or for another, or runs */
	WORKER_TOLD,    /* never by itself */
};

struct worker_options {
	struct app *app;
	struct commit *commit;
	struct room capacity;          /* what its executions take together; no cpus: submit only */
	const char *scratch;           /* folder for the slots' files */
	const char *note;              /* the file that says what has begun; NULL: one there */
	const char *keep;              /* where work folders stay, NULL: they do not */
	const char *state;             /* its directory */
	int64_t log_cap;               /* bytes kept of what an execution wrote */
	double hook_limit;             /* seconds */
	bool shown;                    /* somebody else shows on the terminal how far it is */
	struct throttle_limits limits; /* beyond which nothing is begun */
	enum worker_until until;
	int64_t deadline;  /* by clock_boot: claim nothing from then on; 0: none */
	int64_t idle_exit; /* microseconds without work after which it ends; negative: never */
};

/* Block the signals that the loop reads. Call before any thread is started. */
void worker_block_signals(void);

/* Run until done, or told to stop: the first signal ends the children with 10 s of grace, the
 * second at once; what did not end is queued again. 0, or -1. *signal is what stopped it, 0:
 * nothing. */
int worker_run(const struct worker_options *options, int *signal, struct err *err);

#endif
