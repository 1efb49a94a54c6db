/* SPDX-License-Identifier: MIT */
/* cgroup: the control group we are in, and what it says. */
#include "exec/cgroup.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "exec/procfile.h"

enum { FILE_MAX = 1 << 20 };

static bool
has_file(const char *folder, const char *file)
{
	char *path = xasprintf("%s/%s", folder, file);
	bool has = access(path, R_OK) == 0;

	free(path);
	return has;
}

static int
count_parts(const char *path, size_t len)
{
	int parts = 0;

	for (size_t i = 1; i < len; i++)
		parts += path[i - 1] == '/' && path[i] != '/';
	return parts;
}

/* The group at `path` (up to the end of the line) below a mount, or the nearest above it that has
 * the file. */
static bool
try_group(struct cgroup *group, const char *mount, const char *path, int version, const char *file)
{
	size_t len = strcspn(path, "\n");

	while (len > 0 && path[len - 1] == '/')
		len--;
	group->version = version;
	group->depth = count_parts(path, len);
	group->folder = xasprintf("%s%.*s", mount, (int)len, path);
	if (access(group->folder, F_OK) < 0) {
		free(group->folder);
		group->folder = xstrdup(mount);
		group->depth = 0;
	}
	while (!has_file(group->folder, file)) {
		if (cgroup_up(group) == 0)
			continue;
		cgroup_clear(group);
		return false;
	}
	return true;
}

/* Is `controller` in the list "cpu,cpuacct"? */
static bool
is_listed(const char *list, const char *end, const char *controller)
{
	size_t len = strlen(controller);

	for (const char *at = list; at < end; at += strcspn(at, ",:") + 1)
		if (strncmp(at, controller, len) == 0 && strchr(",:", at[len]))
			return true;
	return false;
}

/* The path of the group in /proc/self/cgroup: "NUMBER:CONTROLLERS:PATH" a line; NULL: none. */
static const char *
find_path(const char *groups, const char *controller)
{
	for (const char *line = groups; line && *line; line += *line == '\n') {
		const char *list = strchr(line, ':'), *path = list ? strchr(list + 1, ':') : NULL;

		if (path &&
		    (*controller ? is_listed(list + 1, path, controller) : path == list + 1))
			return path + 1;
		line = strchr(line, '\n');
		if (!line)
			return NULL;
	}
	return NULL;
}

void
cgroup_find(struct cgroup *group, const char *root, const char *controller, const char *file2,
    const char *file1)
{
	char *list = xasprintf("%s/proc/self/cgroup", root);
	char *mount2 = xasprintf("%s/sys/fs/cgroup", root);
	char *mount1 = xasprintf("%s/%s", mount2, controller);
	struct buf groups = BUF_INIT;
	const char *path;

	*group = (struct cgroup){ 0 };
	file_read(list, FILE_MAX, &groups, NULL);
	path = find_path(buf_str(&groups), "");
	if (!path || !try_group(group, mount2, path, 2, file2)) {
		path = find_path(buf_str(&groups), controller);
		if (path)
			try_group(group, mount1, path, 1, file1);
	}
	buf_clear(&groups);
	free(list);
	free(mount1);
	free(mount2);
}

void
cgroup_clear(struct cgroup *group)
{
	free(group->folder);
	*group = (struct cgroup){ 0 };
}

int
cgroup_up(struct cgroup *group)
{
	if (!group->folder || group->depth <= 0)
		return -1;
	group->depth--;
	*strrchr(group->folder, '/') = '\0';
	return 0;
}

int64_t
cgroup_number(const struct cgroup *group, const char *file, const char *name)
{
	int64_t n;
	char *path;

	if (!group->folder)
		return -1;
	path = xasprintf("%s/%s", group->folder, file);
	n = procfile_number(path, name);
	free(path);
	return n;
}
