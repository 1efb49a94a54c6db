/* SPDX-License-Identifier: MIT */
/* memory: what tasks use of it, and whether the kernel ended one for want of it. */
#include "exec/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/vec.h"
#include "exec/tree.h"

enum {
	FILE_MAX = 1 << 20,
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
	struct buf text = BUF_INIT;
	int64_t kib = -1;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)pid);
	if (file_read(path, FILE_MAX, &text, NULL) == 0)
		kib = memory_field(buf_str(&text), "Pss:");
	buf_clear(&text);
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

/* The rest of the line that starts with `name`, NULL: there is none. */
static const char *
find_line(const char *text, const char *name)
{
	size_t len = strlen(name);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, len) == 0)
			return line + len;
	}
	return NULL;
}

int64_t
memory_field(const char *text, const char *name)
{
	const char *rest = find_line(text, name);
	int64_t n;
	char *end;

	if (!rest)
		return -1;
	n = strtoll(rest, &end, 10);
	return end == rest ? -1 : n;
}

/* A number in a file of the control group. -1: no such file or line. */
static int64_t
read_count(const char *path)
{
	struct buf text = BUF_INIT;
	int64_t n = -1;

	if (file_read(path, FILE_MAX, &text, NULL) == 0)
		n = memory_field(buf_str(&text), "oom_kill ");
	buf_clear(&text);
	return n;
}

/* Our group in this hierarchy ("0::" or "N:memory:"), and its count. */
static int64_t
count_in_group(const char *root, const char *rest, const char *mount, const char *file)
{
	struct buf path = BUF_INIT;
	int64_t n;

	buf_addf(&path, "%s%s%.*s/%s", root, mount, (int)strcspn(rest, "\n"), rest, file);
	n = read_count(path.data);
	buf_clear(&path);
	return n;
}

/* Our group among those of version 1, NULL: memory has none. */
static const char *
find_version_1(const char *groups)
{
	const char *at = strstr(groups, ":memory:");

	return at ? at + strlen(":memory:") : NULL;
}

int64_t
memory_oom_kills(const char *root)
{
	struct buf path = BUF_INIT, groups = BUF_INIT;
	const char *rest;
	int64_t n = -1;

	buf_addf(&path, "%s/proc/self/cgroup", root);
	file_read(path.data, FILE_MAX, &groups, NULL);
	rest = find_line(buf_str(&groups), "0::");
	if (rest)
		n = count_in_group(root, rest, "/sys/fs/cgroup", "memory.events");
	rest = find_version_1(buf_str(&groups));
	if (n < 0 && rest)
		n = count_in_group(root, rest, "/sys/fs/cgroup/memory", "memory.oom_control");
	if (n < 0) {
		buf_reset(&path);
		buf_addf(&path, "%s/proc/vmstat", root);
		n = read_count(path.data);
	}
	buf_clear(&path);
	buf_clear(&groups);
	return n;
}
