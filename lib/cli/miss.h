/* SPDX-License-Identifier: MIT */
/*
 * miss: why an execution is not in the cache.
 *
 * It is held against the newest thousand of its task that are there, and the
 * one that differs in the fewest places shows what is different.
 */
#ifndef CLI_MISS_H
#define CLI_MISS_H

struct app;
struct err;
struct line;
struct miss;
struct store;
struct task;

struct miss *miss_new(struct app *app, const struct task *task);
void miss_free(struct miss *miss);

/* Say on standard error why the cache has no result for a line. What ends in this run is not
 * looked at. store is that of the thread. 0 or -1. */
int miss_tell(struct miss *miss, struct store *store, const struct line *line, struct err *err);

#endif
