/* SPDX-License-Identifier: MIT */
/*
 * cgroup: the control group we are in, and what it says.
 *
 * Read only: nothing here needs more rights than a batch job has. root is "" or a folder that
 * holds proc/ and sys/ (for tests).
 */
#ifndef EXEC_CGROUP_H
#define EXEC_CGROUP_H

#include <stdint.h>

struct cgroup {
	char *folder; /* NULL: no such group */
	int version;  /* 1 or 2 */
	int depth;    /* of folder below the mount */
};

/* Our group of a controller ("memory", "cpu"), or the nearest above it, that has the file `file2`
 * in version 2 or `file1` in version 1. Where our path does not exist (a container shows that of
 * the host), the mount itself. */
void cgroup_find(struct cgroup *group, const char *root, const char *controller, const char *file2,
    const char *file1);
void cgroup_clear(struct cgroup *group);

/* Go to the group above. -1: this was the highest. */
int cgroup_up(struct cgroup *group);

/* The number behind `name` at the start of a line of a file ("": in the first line). -1: no such
 * file, line or number ("max"). */
int64_t cgroup_number(const struct cgroup *group, const char *file, const char *name);

#endif
