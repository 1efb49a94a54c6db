/* SPDX-License-Identifier: MIT */
/* memory: what tasks use of it, and whether the kernel ended one for want of it. */
#include "exec/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>

#include "base/vec.h"
#include "exec/cgroup.h"
#include "exec/procfile.h"
#include "exec/tree.h"

enum {
	PAUSE_MIN = 200000, /* microseconds */
	PAUSE_MAX = 1000000,
	GROWTH = 1074, /* bytes a microsecond: 1 GiB/s, what a core can fill with pages */
};

struct part {
	pid_t pid;
	size_t task;
	int64_t rss;
};

struct look {
	struct memory_use *use;
	VEC(struct part) parts;
};

static void
add_resident(pid_t pid, size_t task, int64_t rss, void *ctx)
{
	struct look *look = ctx;

	look->use[task].now += rss;
	if (look->use[task].limit)
		vec_add(&look->parts, ((struct part){ pid, task, rss }));
}

/* Bytes, with shared pages in proportion; otherwise where the kernel does not tell. */
static int64_t
proportional(pid_t pid, int64_t otherwise)
{
	char path[64];
	int64_t kib;

	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)pid);
	kib = procfile_number(path, "Pss:");
	return kib < 0 ? otherwise : kib * 1024;
}

int
memory_look(
    struct tree *tree, const struct tree_task *running, size_t count, struct memory_use *use)
{
	struct look look = { .use = use };
	int rc;

	for (size_t i = 0; i < count; i++)
		use[i].now = 0;
	rc = tree_each(tree, running, count, add_resident, &look);
	for (size_t i = 0; i < look.parts.len; i++) {
		const struct part *part = &look.parts.at[i];
		struct memory_use *its = &use[part->task];

		/* processes that the sum is already low enough without need no closer look */
		if (its->now > its->limit)
			its->now += proportional(part->pid, part->rss) - part->rss;
	}
	vec_clear(&look.parts);
	return rc;
}

int64_t
memory_pause(const struct memory_use *use)
{
	int64_t pause = (use->limit - use->now) / GROWTH;

	if (use->limit == 0 || pause > PAUSE_MAX)
		return PAUSE_MAX;
	return pause < PAUSE_MIN ? PAUSE_MIN : pause;
}

int64_t
memory_oom_kills(const char *root)
{
	struct cgroup group;
	char *vmstat;
	int64_t n;

	cgroup_find(&group, root, "memory", "memory.events", "memory.oom_control");
	n = cgroup_number(
	    &group, group.version == 2 ? "memory.events" : "memory.oom_control", "oom_kill ");
	cgroup_clear(&group);
	if (n >= 0)
		return n;
	vmstat = xasprintf("%s/proc/vmstat", root);
	n = procfile_number(vmstat, "oom_kill ");
	free(vmstat);
	return n;
}
