/* SPDX-License-Identifier: MIT */
/* launch: from a process of ours to one of another program. */
#include "exec/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	MANY_FILES = 64,  /* from this number on a descriptor tells of many others */
	SEATS = 4,        /* descriptors of a child */
	STACK = 32 << 10, /* of a child before it executes */
};

#ifndef SYS_close_range
#define SYS_close_range 436 /* of every architecture, since Linux 5.9 */
#endif
#ifndef CLOSE_RANGE_UNSHARE
#define CLOSE_RANGE_UNSHARE 2U
#endif

/* Low descriptors for those of the next child, on /dev/null between children. Number 0: none yet;
 * -1: the kernel (before 5.9) cannot copy a few. */
static int seats[SEATS];

/* Of open files, for children. rlim_max 0: as ours. */
static struct rlimit files_limit;

/* Signals that a child may not ignore, though we do; 0-terminated. Nothing here begins to ignore
 * one after the first child. */
static int ignored[8];

static void
find_ignored(void)
{
	/* GNU parallel ignores SIGALRM */
	static const int signals[] = { SIGPIPE, SIGINT, SIGQUIT, SIGHUP, SIGALRM, SIGTERM,
		SIGCHLD };
	struct sigaction now;
	int n = 0;

	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		if (sigaction(signals[i], NULL, &now) == 0 && now.sa_handler == SIG_IGN)
			ignored[n++] = signals[i];
}

static void
reset_signals(void)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigset_t none;

	/* caught signals become default by exec; ignored ones must be reset here */
	for (const int *signal = ignored; *signal; signal++)
		sigaction(*signal, &dfl, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Put the descriptors in place. Ours are above 2, so none overwrites another. */
static int
place_descriptors(const struct launch *l)
{
	for (int i = 0; i < 3; i++)
		if (dup2(l->fds[i], i) < 0)
			return -1;
	if (l->three > 0 && l->three != 3 && dup2(l->three, 3) < 0)
		return -1;
	if (l->three == 3 && fcntl(3, F_SETFD, 0) < 0)
		return -1;
	for (const int *fd = l->pass; fd && *fd >= 0; fd++)
		if (fcntl(*fd, F_SETFD, 0) < 0)
			return -1;
	return 0;
}

/* In the child: system calls only, never return. */
static void become(struct launch *l) __attribute__((noreturn));

static void
become(struct launch *l)
{
	if (l->detached) {
		setsid();
	} else {
		setpgid(0, 0);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != l->parent)
			_exit(127);
	}
	if (l->below && syscall(SYS_close_range, l->below, ~0U, CLOSE_RANGE_UNSHARE) < 0) {
		l->no_copy = true;
	} else if (l->cwd && chdir(l->cwd) < 0) {
		l->no_cwd = true;
	} else if (place_descriptors(l) == 0) {
		reset_signals();
		if (files_limit.rlim_max)
			setrlimit(RLIMIT_NOFILE, &files_limit);
		execve(l->program, l->argv, l->env);
	}
	l->failed = errno;
	_exit(127);
}

static int
become_of(void *launch)
{
	become(launch);
}

/* The parent waits until the child has executed, or ended. */
static pid_t
split(struct launch *l)
{
	static _Thread_local _Alignas(16) char stack[STACK];
	pid_t pid;

	if (l->below)
		return clone(
		    become_of, stack + STACK, CLONE_VM | CLONE_VFORK | CLONE_FILES | SIGCHLD, l);
	pid = vfork();
	if (pid == 0)
		become(l);
	return pid;
}

static pid_t
launch_one(struct launch *l)
{
	sigset_t all, old;
	pid_t pid;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	pid = split(l);
	if (pid < 0)
		l->failed = errno;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (pid > 0 && l->failed) {
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
		pid = -1;
	}
	return pid;
}

/* ---- descriptors ---- */

int
launch_null(void)
{
	static int fd = -1;

	if (fd < 0) {
		int low = open("/dev/null", O_RDWR | O_CLOEXEC);

		fd = fcntl(low, F_DUPFD_CLOEXEC, 3);
		if (low > 2)
			close(low);
	}
	return fd;
}

static bool
are_many(const struct launch *l)
{
	for (int i = 0; i < 3; i++)
		if (l->fds[i] >= MANY_FILES)
			return true;
	return l->three >= MANY_FILES;
}

/* Seats are taken when the first child is started, while few files are open. */
static void
make_seats(void)
{
	if (seats[0] != 0)
		return;
	for (int i = 0; i < SEATS && seats[0] >= 0; i++) {
		seats[i] = fcntl(launch_null(), F_DUPFD_CLOEXEC, 3);
		if (seats[i] < 0 || seats[i] >= MANY_FILES)
			seats[0] = -1;
	}
}

/* Put the descriptors of the child where it finds them in a copy of the first few. */
static bool
seat(struct launch *l)
{
	int *from[SEATS] = { &l->fds[0], &l->fds[1], &l->fds[2], &l->three };

	for (int i = 0; i < SEATS; i++) {
		if (i == 3 && *from[i] == 0)
			break;
		if (dup3(*from[i], seats[i], O_CLOEXEC) < 0)
			return false;
		*from[i] = seats[i];
		if (l->below <= seats[i])
			l->below = seats[i] + 1;
	}
	return true;
}

static void
leave_seats(void)
{
	for (int i = 0; i < SEATS; i++)
		dup3(launch_null(), seats[i], O_CLOEXEC);
}

/* Launch it with a copy of few descriptors, if that is possible and worth it. -1: try as usual. */
static pid_t
launch_seated(const struct launch *given)
{
	struct launch l = *given;
	pid_t pid = -1;

	if (seats[0] <= 0 || l.pass || !are_many(&l))
		return -1;
	if (seat(&l))
		pid = launch_one(&l);
	leave_seats();
	if (l.no_copy)
		seats[0] = -1;
	return pid;
}

pid_t
launch(struct launch *l)
{
	pid_t pid = launch_seated(l);

	return pid < 0 ? launch_one(l) : pid;
}

void
launch_prepare(void)
{
	find_ignored();
	make_seats();
}

void
launch_limit_files(const struct rlimit *limit)
{
	files_limit = *limit;
}
