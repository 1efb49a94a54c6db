/* SPDX-License-Identifier: MIT */
/*
 * family: our descendants and whose they are, as /proc shows them at one moment.
 *
 * A process once seen not to descend from us never will, so a look reads what is new on this host
 * and what is ours.
 */
#ifndef EXEC_FAMILY_H
#define EXEC_FAMILY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct family;
struct tree_task;

enum {
	FAMILY_NONE = -1,  /* nobody's: not ours, or adopted and perhaps of a task that runs */
	FAMILY_STRAY = -2, /* left by a task that has ended */
};

struct relative {
	pid_t pid, parent, group;
	int64_t start; /* pidstat */
	int64_t rss;   /* pages */
	int owner;     /* index of the running task, or FAMILY_* */
};

struct family *family_new(void);
/* NULL is fine. */
void family_free(struct family *family);

/* Look. running: the children we started. 0, or -1 without a /proc. */
int family_look(struct family *family, const struct tree_task *running, size_t count);

/* What the last look found, ordered by pid; borrowed until the next. */
const struct relative *family_get(const struct family *family, size_t *count);

#endif
