/* SPDX-License-Identifier: MIT */
/*
 * crowd: the most files that folders had at any instant while a command ran.
 *
 * usage: crowd FOLDER [FOLDER ...] -- COMMAND [ARG ...]
 *
 * Folders that are not there yet are made. Each change is told by the kernel
 * (inotify), none is missed: where its queue overflowed that is said, and the end
 * is 1. A file that replaces another counts as one more. Prints "MOST-OF-ALL
 * MOST-OF-EACH ..." and ends as the command did.
 */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FOLDERS = 8 };

static struct folder {
	int watch;
	long now, most;
} folders[FOLDERS];

static int count;
static long most;

static int
fail(const char *what)
{
	fprintf(stderr, "crowd: %s: %s\n", what, strerror(errno));
	exit(5);
}

/* Folders within count as files; nobody looks into them. */
static void
count_present(struct folder *f, const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	if (!dir)
		fail(path);
	while ((entry = readdir(dir)))
		f->now += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	closedir(dir);
	f->most = f->now;
}

static void
enter(int fd, const char *path)
{
	struct folder *f = &folders[count++];

	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		fail(path);
	f->watch = inotify_add_watch(
	    fd, path, IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR);
	if (f->watch < 0)
		fail(path);
	count_present(f, path);
}

static void
take(const struct inotify_event *event)
{
	long sum = 0;

	if (event->mask & IN_Q_OVERFLOW) {
		fprintf(stderr, "crowd: too many changes at a time\n");
		exit(1);
	}
	for (int i = 0; i < count; i++) {
		struct folder *f = &folders[i];

		if (f->watch == event->wd)
			f->now += event->mask & (IN_CREATE | IN_MOVED_TO) ? 1 : -1;
		if (f->now > f->most)
			f->most = f->now;
		sum += f->now;
	}
	if (sum > most)
		most = sum;
}

static void
read_events(int fd)
{
	char buffer[1 << 16] __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t n = read(fd, buffer, sizeof(buffer));
	const struct inotify_event *event;

	for (char *at = buffer; n > 0 && at < buffer + n; at += sizeof(*event) + event->len) {
		event = (const struct inotify_event *)at;
		take(event);
	}
}

int
main(int argc, char **argv)
{
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK), at = 1, status = 0;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	pid_t pid;

	if (fd < 0)
		fail("inotify");
	for (; at < argc && strcmp(argv[at], "--") != 0 && count < FOLDERS; at++)
		enter(fd, argv[at]);
	if (at + 1 >= argc || count == 0) {
		fprintf(stderr, "usage: crowd FOLDER [FOLDER ...] -- COMMAND [ARG ...]\n");
		return 2;
	}
	pid = fork();
	if (pid == 0) {
		execvp(argv[at + 1], argv + at + 1);
		_exit(127);
	}
	while (waitpid(pid, &status, WNOHANG) == 0)
		if (poll(&p, 1, 100) > 0)
			read_events(fd);
	while (poll(&p, 1, 0) > 0)
		read_events(fd);
	printf("%ld", most);
	for (int i = 0; i < count; i++)
		printf(" %ld", folders[i].most);
	putchar('\n');
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
