/* SPDX-License-Identifier: MIT */
/*
 * fork: our own functions at work in several processes at a time.
 *
 * For work that itself runs a child to its end (proc_run): a task is handed to
 * `work` in a forked copy of this program, what it appends to its buf comes
 * back, and `done` gets it here. One at a time is done in this process.
 * A worker must not use what may not be shared over fork (the state directory)
 * nor write to standard output. Order is that of the ends.
 */
#ifndef EXEC_FORK_H
#define EXEC_FORK_H

struct buf;
struct forkpool;

/* Both get the task and ctx; done owns the task. An empty out: work gave nothing, or its process
 * died, or we were interrupted (proc_caught). */
typedef void forkpool_work(void *task, void *ctx, struct buf *out);
typedef void forkpool_done(void *task, void *ctx, const struct buf *out);

/* At most `jobs` at a time (at least one). Use it after proc_catch. */
struct forkpool *forkpool_new(int jobs, forkpool_work *work, forkpool_done *done, void *ctx);

/* Hand over a task; waits for a place. */
void forkpool_add(struct forkpool *pool, void *task);

/* When all others have ended, in this process. */
void forkpool_alone(struct forkpool *pool, void *task);

/* Wait for all, then free. Accepts NULL. */
void forkpool_free(struct forkpool *pool);

#endif
