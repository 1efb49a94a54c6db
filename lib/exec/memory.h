/* SPDX-License-Identifier: MIT */
/*
 * memory: what tasks use of it, and whether the kernel ended one for want of it.
 *
 * There is no RLIMIT_AS: programs reserve far more address space than they use. A limit is kept
 * by looking at what is resident, often enough for the distance to the limit.
 */
#ifndef EXEC_MEMORY_H
#define EXEC_MEMORY_H

#include <stddef.h>
#include <stdint.h>

struct tree;
struct tree_task;

/* A task's limit and use, in bytes; in the order of the running tasks. */
struct memory_use {
	int64_t limit; /* 0: none */
	int64_t now;   /* out */
};

/* Memory resident now in all processes of each task. What processes share is counted for each of
 * them at first; only where that is above the limit it is shared out (Pss in
 * /proc/PID/smaps_rollup, which the kernel has to count page by page). 0, or -1 without a /proc. */
int memory_look(
    struct tree *tree, const struct tree_task *running, size_t count, struct memory_use *use);

/* Microseconds until a task may have come to its limit: 0.2 to 1 s. */
int64_t memory_pause(const struct memory_use *use);

/* Processes that the kernel has killed for want of memory, counted for our control group (version
 * 2, else 1), else for the whole host; -1: not known. A child killed by a SIGKILL that we did not
 * send, and a number that has grown since it was started: class memory. root: "" or the folder
 * that holds proc/ and sys/. */
int64_t memory_oom_kills(const char *root);

#endif
