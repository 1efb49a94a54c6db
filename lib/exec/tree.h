/* SPDX-License-Identifier: MIT */
/*
 * tree: everything that descends from our children, found and ended.
 *
 * A task may leave its process group (setsid) and its parent (a double fork). We are the
 * subreaper, so what loses its parent becomes our own child: a child that we did not start. Whose
 * it is says its tag. One whose task has ended is a stray and is killed, with all that descends
 * from it; one whose task still runs is left alone. One without a tag (its environment was
 * cleared) belongs to nobody once every task that runs was started after it.
 *
 * A look costs a microsecond per process of the host, and looks never take more than half a
 * percent of the time; without anything ended since there is nothing to look for.
 *
 * All children of the process are seen: every function needs those that the caller started. Ended
 * ones that we did not start are reaped by tree_clear. What a daemon starts for a task (dockerd) is
 * not its descendant.
 */
#ifndef EXEC_TREE_H
#define EXEC_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct err;
struct tree;

/* A child that we started and have not reaped. */
struct tree_task {
	pid_t pid;         /* it leads its group */
	int64_t execution; /* 0: a coprocess */
	int attempt;       /* or which coprocess */
};

/* Become the parent of orphans, for good. NULL when the kernel refuses. */
struct tree *tree_new(struct err *err);
/* NULL is fine. */
void tree_free(struct tree *tree);

/* A task has been reaped: something of it may be left. */
void tree_ended(struct tree *tree);

/* When tree_clear has something to do, by clock_boot; INT64_MAX: nothing. */
int64_t tree_next_check(const struct tree *tree);

/* Kill strays if it is time to look, or `now` whatever the time, as when a task is to be run again.
 * The number killed: they are gone when a later look finds none. */
int tree_clear(struct tree *tree, const struct tree_task *running, size_t count, bool now);

/* Kill all strays and wait for their end, at most so many seconds. The number left. */
int tree_finish(struct tree *tree, const struct tree_task *running, size_t count, double seconds);

/* Every process of the running tasks, their children and escapees: `task` is the index in
 * running, rss in bytes. Reads /proc/PID/stat of each and of every process that is new on this
 * host. -1 without a /proc. */
typedef void tree_visit(pid_t pid, size_t task, int64_t rss, void *ctx);
int tree_each(
    struct tree *tree, const struct tree_task *running, size_t count, tree_visit *visit, void *ctx);

/* Send a signal to every process of running[which]; STOP and KILL reach those born meanwhile, too,
 * TERM wakes those that are stopped. The number of
 * processes. */
int tree_signal(
    struct tree *tree, const struct tree_task *running, size_t count, size_t which, int signal);

/* The same to those that are not in the group of running[which], for which proc_signal does.
 * which < 0: of all tasks. */
int tree_signal_escaped(
    struct tree *tree, const struct tree_task *running, size_t count, int which, int signal);

/* For any program, of this user, at any time: kill what is left of workers of this host that have
 * ended, but not ourselves or what we descend from, and nothing inside another job of a batch
 * system. Reads the environment of every process of this user. One without a tag is known by its
 * descriptors 1, 2 or 3: a file for writing in one of these folders, of workers that have ended.
 * The number killed. */
int tree_sweep(char *const *folders, size_t count);

#endif
