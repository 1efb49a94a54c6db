/* SPDX-License-Identifier: MIT */
/* pidstat: what /proc/PID/stat says of a process (proc(5)). */
#ifndef BASE_PIDSTAT_H
#define BASE_PIDSTAT_H

#include <dirent.h>
#include <stdint.h>
#include <sys/types.h>

struct pidstat {
	char state; /* 'R', 'S', ...; 'Z' and 'X': the thread it began with has ended */
	int threads;
	pid_t parent, group, session;
	int64_t user, system; /* clock ticks of all its threads, without its children */
	int64_t start; /* clock ticks since boot: with the pid, it names a process of this boot */
	int64_t rss;   /* pages */
};

/* 0, or -1: there is no such process. */
int pidstat_read(pid_t pid, struct pidstat *out);

/* As pidstat_read, of the text of that file. -1 when it is something else. */
int pidstat_parse(const char *text, struct pidstat *out);

/* Start time of a process that has not ended, 0: there is none. */
int64_t pidstat_start(pid_t pid);

/* The next process of an open /proc, 0 at its end. *inode (NULL: not wanted) differs between
 * processes that had one pid after another. */
pid_t pidstat_next(DIR *proc, ino_t *inode);

#endif
