/* SPDX-License-Identifier: MIT */
/*
 * bundle: lines that are submitted together, all of them or none, and what waits for what among
 * them.
 *
 * It is gathered in memory: lines, the names by which they know each other, and
 * what each waits for, which may come later. Then it is closed: every name must
 * be known, and nothing may wait for itself. Then it is submitted in the
 * transaction of its owner, each behind all it waits for.
 */
#ifndef CLI_BUNDLE_H
#define CLI_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "task/dependency.h"
#include "task/job.h"

struct app;
struct bundle;
struct err;
struct line;
struct store;
struct tally;
struct task;
struct terms;

struct bundle *bundle_new(struct app *app);
void bundle_free(struct bundle *b);

/* Add a line, which is the bundle's from now on, of a task, which is borrowed. It waits for what
 * the terms say. name: by which others know it, NULL: none do. -1: the name is taken,
 * or there are too many lines (2^31). */
int bundle_add(struct bundle *b, struct line *line, struct task *task, const struct terms *terms,
    const char *name, struct err *err);

/* The line that was added last waits for another one, or for an execution. -1: it does already. */
int bundle_after(struct bundle *b, const char *name, enum rule rule, struct err *err);
int bundle_after_execution(struct bundle *b, int64_t id, enum rule rule, struct err *err);

/* Everything was added. -1: a name is unknown, or there is a cycle; each was told before err. */
int bundle_close(struct bundle *b, struct err *err);

/* How many lines, and each task they are of: the next one while *at counts up from 0; NULL: there
 * are no more. */
size_t bundle_count(const struct bundle *b);
struct task *bundle_task(const struct bundle *b, size_t *at);

/* The same for the queues that they go into; one may come several times. */
const char *bundle_queue(const struct bundle *b, size_t *at);

/* Where it goes. */
struct bundle_into {
	struct store *store;
	struct tally *tally;
	struct job job;
	const char *job_name; /* NULL: none */
	bool no_cache;        /* run all, whatever the cache has */
	struct miss *miss;    /* NULL: nobody asked */
};

/* Submit all, within a transaction to be rolled back when this fails. The tasks are kept in the
 * state. What stands already under its key stays as it is. -1; what was refused was told before
 * err. */
int bundle_submit(struct bundle *b, const struct bundle_into *into, struct err *err);

/* After the commit: print the records as they were submitted. 0 or -1. */
int bundle_print(struct bundle *b, struct store *store, const struct job *job, struct err *err);

/* The ids of all, as they were given; the caller frees. */
int64_t *bundle_ids(const struct bundle *b);

#endif
