/* SPDX-License-Identifier: MIT */
/* pidstat: what /proc/PID/stat says of a process (proc(5)). */
#include "base/pidstat.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	FIELD_PARENT = 4, /* as proc(5) counts */
	FIELD_GROUP,
	FIELD_SESSION,
	FIELD_USER = 14,
	FIELD_SYSTEM,
	FIELD_THREADS = 20,
	FIELD_START = 22,
	FIELD_RSS = 24,
};

int
pidstat_parse(const char *text, struct pidstat *out)
{
	const char *p = strrchr(text, ')'); /* the name before it may hold anything */
	int64_t field[FIELD_RSS + 1] = { 0 };
	int n = 3;

	if (!p || p[1] != ' ' || p[2] == '\0' || p[3] != ' ')
		return -1;
	out->state = p[2];
	for (p += 3; *p && n < FIELD_RSS; n++) {
		char *end;

		field[n + 1] = strtoll(p, &end, 10);
		if (end == p)
			return -1;
		p = end;
	}
	if (n < FIELD_RSS)
		return -1;
	out->parent = (pid_t)field[FIELD_PARENT];
	out->group = (pid_t)field[FIELD_GROUP];
	out->session = (pid_t)field[FIELD_SESSION];
	out->user = field[FIELD_USER];
	out->system = field[FIELD_SYSTEM];
	out->threads = (int)field[FIELD_THREADS];
	out->start = field[FIELD_START];
	out->rss = field[FIELD_RSS];
	return 0;
}

int
pidstat_read(pid_t pid, struct pidstat *out)
{
	char path[64], text[1024];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (len <= 0)
		return -1;
	text[len] = '\0';
	return pidstat_parse(text, out);
}

int64_t
pidstat_start(pid_t pid)
{
	struct pidstat stat;

	if (pidstat_read(pid, &stat) < 0 || stat.state == 'X')
		return 0;
	if (stat.state == 'Z' && stat.threads <= 1)
		return 0;
	return stat.start;
}

pid_t
pidstat_next(DIR *proc, ino_t *inode)
{
	struct dirent *entry;

	while ((entry = readdir(proc))) {
		long pid = strtol(entry->d_name, NULL, 10);

		if (pid <= 0)
			continue;
		if (inode)
			*inode = entry->d_ino;
		return (pid_t)pid;
	}
	return 0;
}
