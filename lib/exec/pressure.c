/* SPDX-License-Identifier: MIT */
/* pressure: how busy this host is, and how much of it is ours. */
#include "exec/pressure.h"

#include <dirent.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/num.h"
#include "exec/cgroup.h"
#include "exec/procfile.h"

enum {
	FILE_MAX = 65536,
	CPUS_MAX = 1 << 16,
};

/* The number behind `name` in a file, -1: not there. */
static double
read_double(const char *root, const char *file, const char *name)
{
	char *path = xasprintf("%s%s", root, file), *at;
	struct buf text = BUF_INIT;
	double x = -1;

	if (file_read(path, FILE_MAX, &text, NULL) == 0 && text.len) {
		at = strstr(text.data, name);
		if (at) {
			at += strlen(name);
			at[strcspn(at, " \n")] = '\0';
			if (num_double(at, &x, NULL) < 0)
				x = -1;
		}
	}
	buf_clear(&text);
	free(path);
	return x;
}

void
pressure_read(struct pressure *out, const char *root)
{
	out->load = read_double(root, "/proc/loadavg", "");
	out->free_memory = host_free_memory(root);
	out->cpu = read_double(root, "/proc/pressure/cpu", "some avg10=");
	out->memory = read_double(root, "/proc/pressure/memory", "some avg10=");
	out->io = read_double(root, "/proc/pressure/io", "some avg10=");
}

/* What a group may still take, -1: no limit. Cached files that nobody uses make room. */
static int64_t
free_in_group(const struct cgroup *group)
{
	bool v2 = group->version == 2;
	int64_t limit = v2 ? cgroup_number(group, "memory.max", "")
			   : cgroup_number(group, "memory.limit_in_bytes", "");
	int64_t used = v2 ? cgroup_number(group, "memory.current", "")
			  : cgroup_number(group, "memory.usage_in_bytes", "");
	int64_t cached = cgroup_number(
	    group, "memory.stat", v2 ? "inactive_file " : "total_inactive_file ");

	if (limit < 0 || used < 0)
		return -1;
	if (cached > 0)
		used -= cached < used ? cached : used;
	return used < limit ? limit - used : 0;
}

int64_t
host_free_memory(const char *root)
{
	char *meminfo = xasprintf("%s/proc/meminfo", root);
	int64_t available = procfile_number(meminfo, "MemAvailable:"), here;
	struct cgroup group;

	if (available > 0)
		available *= 1024;
	cgroup_find(&group, root, "memory", "memory.current", "memory.usage_in_bytes");
	do {
		here = free_in_group(&group);
		if (here >= 0 && (available < 0 || here < available))
			available = here;
	} while (cgroup_up(&group) == 0);
	cgroup_clear(&group);
	free(meminfo);
	return available;
}

static int
allotted_cpus(void)
{
	static const char *const names[] = { "SLURM_CPUS_PER_TASK", "SLURM_CPUS_ON_NODE", "NSLOTS",
		"PBS_NP" };
	int64_t n;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *text = getenv(names[i]);

		if (text && num_int(text, 1, CPUS_MAX, &n, NULL) == 0)
			return (int)n;
	}
	return 0;
}

static int
affinity_cpus(void)
{
	for (int room = 1024; room <= CPUS_MAX; room *= 2) {
		cpu_set_t *set = CPU_ALLOC((size_t)room);
		size_t size = CPU_ALLOC_SIZE((size_t)room);
		int n = 0;

		if (set && sched_getaffinity(0, size, set) == 0)
			n = CPU_COUNT_S(size, set);
		CPU_FREE(set);
		if (n > 0)
			return n;
	}
	return 1;
}

/* Processors that the quota of one group comes to, 0: no quota. */
static int64_t
quota_of_group(const struct cgroup *group)
{
	int64_t quota, period;
	char text[32];

	if (group->version == 1) {
		quota = cgroup_number(group, "cpu.cfs_quota_us", "");
		period = cgroup_number(group, "cpu.cfs_period_us", "");
	} else { /* "QUOTA PERIOD" */
		quota = cgroup_number(group, "cpu.max", "");
		snprintf(text, sizeof(text), "%lld ", (long long)quota);
		period = cgroup_number(group, "cpu.max", text);
	}
	return quota > 0 && period > 0 ? (quota + period - 1) / period : 0;
}

/* The least of our group and those above it, 0: none. */
static int64_t
quota_cpus(const char *root)
{
	struct cgroup group;
	int64_t least = 0;

	cgroup_find(&group, root, "cpu", "cpu.max", "cpu.cfs_quota_us");
	do {
		int64_t cpus = quota_of_group(&group);

		if (cpus > 0 && (least == 0 || cpus < least))
			least = cpus;
	} while (cgroup_up(&group) == 0);
	cgroup_clear(&group);
	return least;
}

int
host_cpus(const char *root, bool *allotted)
{
	int cpus = allotted_cpus();
	int64_t quota;

	*allotted = cpus > 0;
	if (cpus > 0)
		return cpus;
	cpus = affinity_cpus();
	quota = quota_cpus(root);
	return quota > 0 && quota < cpus ? (int)quota : cpus;
}

/* The next name of a list with commas and its length; the first that names no device ends the
 * list. NULL: the end. */
static const char *
next_gpu(const char **list, size_t *len)
{
	const char *name = *list + strspn(*list, " ");

	*len = strcspn(name, ", ");
	if (*len == 0 || *name == '-' || strncmp(name, "NoDevFiles", *len) == 0)
		return NULL;
	*list = name + *len;
	*list += strspn(*list, " ");
	*list += **list == ',';
	return name;
}

int
host_gpus(const char *root)
{
	const char *list = getenv("CUDA_VISIBLE_DEVICES");
	struct dirent *entry;
	size_t len;
	int n = 0;
	char *path;
	DIR *dir;

	if (list) {
		while (next_gpu(&list, &len))
			n++;
		return n;
	}
	path = xasprintf("%s/proc/driver/nvidia/gpus", root);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		n += *entry->d_name != '.';
	if (dir)
		closedir(dir);
	free(path);
	return n;
}

char *
host_gpu_name(int index)
{
	const char *list = getenv("CUDA_VISIBLE_DEVICES"), *name;
	size_t len;

	for (int i = 0; list && (name = next_gpu(&list, &len)); i++)
		if (i == index)
			return xstrndup(name, len);
	return xasprintf("%d", index);
}
