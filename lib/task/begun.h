/* SPDX-License-Identifier: MIT */
/*
 * begun: what each slot of a worker really runs, for whoever finds the worker dead.
 *
 * A worker holds more executions than it runs: some are claimed ahead, some
 * have ended and are not written yet. Only those that ran when it died may
 * have killed it. The note is a small file in the worker's folder, mapped into
 * memory, so that it costs no system call and outlives a kill -9. On a compute
 * node it lies in the folder of whoever submitted, who reads from it how far
 * the element is; what the node wrote shows there half a minute later at most.
 */
#ifndef TASK_BEGUN_H
#define TASK_BEGUN_H

#include <stdbool.h>
#include <stdint.h>

struct begun;
struct err;

/* Make the note for so many slots in a folder, or as this file; all are empty. NULL on error. */
struct begun *begun_new(const char *folder, int slots, struct err *err);
struct begun *begun_new_at(const char *path, int slots, struct err *err);
void begun_free(struct begun *begun);

/* A slot runs this execution from now on; 0: none. */
void begun_set(struct begun *begun, int slot, int64_t execution);

/* So many executions it has brought to their end, and so many of them not well. */
struct begun_count {
	int64_t ended, failed;
};
/* begun NULL: told nobody. */
void begun_tell(struct begun *begun, struct begun_count count);
struct begun_count begun_told(const struct begun *begun);

/* The note of a worker that died, or lives; NULL: there is none. */
struct begun *begun_open(const char *folder);
struct begun *begun_open_at(const char *path);
bool begun_has(const struct begun *begun, int64_t execution);

/* The slot that runs it now, -1: none. Of a worker that lives, read anew with each call. */
int begun_slot(const struct begun *begun, int64_t execution);

#endif
