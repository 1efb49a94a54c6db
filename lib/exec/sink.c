/* SPDX-License-Identifier: MIT */
/* sink: a file that one child after another writes to, and nobody else. */
#include "exec/sink.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"

/* For reading; who opens a leased file makes a signal, which is to be one that nobody minds. */
static int
open_file(const char *path, int flags)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | flags, 0600);

	if (fd >= 0)
		fcntl(fd, F_SETSIG, SIGURG);
	return fd;
}

int
sink_open(struct sink *sink, const char *folder, int number, const char *kind, struct err *err)
{
	*sink = (struct sink){ xasprintf("%s/%d.%s", folder, number, kind), -1 };
	sink->fd = open_file(sink->path, O_CREAT | O_EXCL);
	return sink->fd < 0 ? err_sys(err, "cannot create '%s'", sink->path) : 0;
}

void
sink_close(struct sink *sink)
{
	if (sink->fd >= 0)
		close(sink->fd);
	free(sink->path);
	*sink = (struct sink)SINK_INIT;
}

static bool
is_written_to(int fd)
{
	if (fcntl(fd, F_SETLEASE, F_RDLCK) < 0)
		return true;
	fcntl(fd, F_SETLEASE, F_UNLCK);
	return false;
}

/* Another file of the same name. */
static int
renew(struct sink *sink)
{
	char *path = xasprintf("%s.new", sink->path);
	int fd;

	unlink(path);
	fd = open_file(path, O_CREAT | O_EXCL);
	if (fd >= 0 && rename(path, sink->path) < 0) {
		close(fd);
		fd = -1;
	}
	free(path);
	if (fd < 0)
		return -1;
	close(sink->fd);
	sink->fd = fd;
	return 0;
}

int
sink_clean(struct sink *sink)
{
	struct stat st;

	if (is_written_to(sink->fd))
		return renew(sink) < 0 ? -1 : 1;
	if (fstat(sink->fd, &st) == 0 && st.st_size == 0)
		return 0;
	return truncate(sink->path, 0);
}

int
sink_give(const struct sink *sink)
{
	return open(sink->path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
}

void
sink_cut(const struct sink *sink, int64_t keep)
{
	int fd = sink_give(sink);
	struct stat st;

	/* it goes on at the end, wherever that is */
	if (fd >= 0 && fstat(fd, &st) == 0 && st.st_size > keep &&
	    fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, st.st_size - keep) < 0 &&
	    ftruncate(fd, 0) < 0)
		(void)0;
	if (fd >= 0)
		close(fd);
}
