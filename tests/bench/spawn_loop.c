/* SPDX-License-Identifier: MIT */
/* spawn_loop: run a program N times, two (or J) at once, and do nothing else: what a task costs at
 * least. usage: spawn_loop N J PROGRAM [ARG ...]. Where all may run at once (J is N) it prints
 * after how many milliseconds 95 in 100 were started. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static int
start(const posix_spawn_file_actions_t *actions, char **argv)
{
	pid_t pid;
	int rc = posix_spawnp(&pid, argv[0], actions, NULL, argv, environ);

	if (rc == 0)
		return 0;
	fprintf(stderr, "spawn_loop: cannot run '%s': %s\n", argv[0], strerror(rc));
	return -1;
}

static int
finish(void)
{
	int status;
	pid_t pid;

	do
		pid = wait(&status);
	while (pid < 0 && errno == EINTR);
	return pid > 0 && status == 0 ? 0 : -1;
}

static double
milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

int
main(int argc, char **argv)
{
	posix_spawn_file_actions_t actions;
	long n = argc > 3 ? strtol(argv[1], NULL, 10) : 0;
	long jobs = argc > 3 ? strtol(argv[2], NULL, 10) : 0;
	long started = 0, running = 0;
	double begin = milliseconds();

	if (n < 1 || jobs < 1) {
		fputs("usage: spawn_loop N J PROGRAM [ARG ...]\n", stderr);
		return 2;
	}
	posix_spawn_file_actions_init(&actions);
	for (int fd = 0; fd < 3; fd++)
		posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
	while (started < n || running > 0) {
		if (started < n && running < jobs) {
			if (start(&actions, argv + 3) < 0)
				return 1;
			started++;
			running++;
			if (n == jobs && started == n * 95 / 100)
				printf("%.0f\n", milliseconds() - begin);
			continue;
		}
		if (finish() < 0)
			return 1;
		running--;
	}
	posix_spawn_file_actions_destroy(&actions);
	return 0;
}
