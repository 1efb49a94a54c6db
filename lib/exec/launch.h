/* SPDX-License-Identifier: MIT */
/*
 * launch: from a process of ours to one of another program.
 *
 * vfork: the child shares our memory until it executes, so what failed comes
 * back through a variable, and starting costs the same whatever our size. The
 * child makes system calls only. All signals are blocked meanwhile, so that no
 * handler of ours ever runs in the child.
 *
 * Exec closes what the child must not have one by one: of hundreds of open files
 * that is a fifth of what a child costs. So where there are many the child begins
 * with our table of files, as a thread would, and takes a copy of its first few
 * only, in which those it is to have were put before.
 */
#ifndef EXEC_LAUNCH_H
#define EXEC_LAUNCH_H

#include <stdbool.h>
#include <sys/types.h>

struct rlimit;

/* Everything the child needs, worked out before. */
struct launch {
	const char *program; /* its path */
	char *const *argv;
	char *const *env;
	const char *cwd; /* NULL: ours */
	int fds[3];      /* 0 to 2 of the child: our own 0 to 2, or numbers above 2 */
	int three;       /* its 3; 0: none */
	const int *pass; /* to keep under their numbers, ended by -1; NULL: none */
	bool detached;   /* in a session of its own, and it outlives us */
	pid_t parent;    /* us */

	/* afterwards */
	volatile int failed;  /* errno of the step that failed, 0: none */
	volatile bool no_cwd; /* it was cwd */

	/* its own */
	int below; /* the descriptors it is to have are; 0: it has a copy of all */
	volatile bool no_copy;
};

/* Once, before the first child. */
void launch_prepare(void);

/* The child, which has executed; -1: why is in *l. */
pid_t launch(struct launch *l);

/* Children get this limit of open files instead of ours. */
void launch_limit_files(const struct rlimit *limit);

/* One close-on-exec /dev/null for the whole program, above 2. */
int launch_null(void);

#endif
