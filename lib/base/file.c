/* SPDX-License-Identifier: MIT */
/* file: whole files, read and written. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"

enum { LINKS_MAX = 40, TRIES = 1000 };

#define DEFAULT_LIMIT ((size_t)1 << 30)

int
file_read_fd(int fd, const char *name, size_t limit, struct buf *out, struct err *err)
{
	size_t start = out->len;
	ssize_t n;

	if (limit == 0)
		limit = DEFAULT_LIMIT;
	for (;;) {
		char *to = buf_reserve(out, 65536);

		n = read(fd, to, 65536);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_file(err, "cannot read '%s'", name);
		out->len += (size_t)n;
		out->data[out->len] = '\0';
		if (n == 0)
			return 0;
		if (out->len - start > limit)
			return err_set(
			    err, ERR_INPUT, "'%s' is larger than %zu bytes", name, limit);
	}
}

int
file_read(const char *path, size_t limit, struct buf *out, struct err *err)
{
	int fd, rc;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_file(err, "cannot open '%s'", path);
	rc = file_read_fd(fd, path, limit, out, err);
	close(fd);
	return rc;
}

int
file_write_fd(int fd, const char *name, const void *data, size_t len, struct err *err)
{
	const char *p = data;

	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "cannot write '%s'", name);
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/* The file that symbolic links at path lead to, whether it exists or not. The caller frees. */
static char *
follow_links(const char *path)
{
	char *at = xstrdup(path), target[PATH_MAX];

	for (int i = 0; i < LINKS_MAX; i++) {
		ssize_t len = readlink(at, target, sizeof(target) - 1);
		const char *slash = strrchr(at, '/');
		char *next;

		if (len < 0)
			break;
		target[len] = '\0';
		if (*target == '/' || !slash)
			next = xstrdup(target);
		else
			next = xasprintf("%.*s/%s", (int)(slash - at), at, target);
		free(at);
		at = next;
	}
	return at;
}

/* A device or a pipe is written in place: a rename would put a file where it was. */
static int
write_special(const char *path, const void *data, size_t len, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), rc;

	if (fd < 0)
		return err_sys(err, "cannot write '%s'", path);
	rc = file_write_fd(fd, path, data, len, err);
	close(fd);
	return rc;
}

/* A new file beside path, with the mode that a plain open gives; its name goes to *tmp. */
static int
open_beside(const char *path, char **tmp)
{
	int fd = -1;

	*tmp = NULL;
	for (int i = 0; i < TRIES; i++) {
		free(*tmp);
		*tmp = xasprintf("%s.%ld-%d", path, (long)getpid(), i);
		fd = open(*tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd >= 0 || errno != EEXIST)
			break;
	}
	return fd;
}

int
file_write(const char *path, const void *data, size_t len, struct err *err)
{
	char *target, *tmp = NULL;
	struct stat st;
	bool old = stat(path, &st) == 0;
	int fd, rc = -1;

	if (old && !S_ISREG(st.st_mode))
		return write_special(path, data, len, err);
	target = follow_links(path);
	fd = open_beside(target, &tmp);
	if (fd < 0) {
		err_sys(err, "cannot create '%s'", path);
		goto out;
	}
	rc = file_write_fd(fd, path, data, len, err);
	if (rc == 0 &&
	    ((old && fchmod(fd, st.st_mode & 07777) < 0) || fsync(fd) < 0 ||
		rename(tmp, target) < 0))
		rc = err_sys(err, "cannot write '%s'", path);
	close(fd);
	if (rc < 0)
		unlink(tmp);
out:
	free(tmp);
	free(target);
	return rc;
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path) < 0 && errno != ENOENT ? -1 : 0;
}

/* Let us into a folder. 1: it could not be read and now can; 0: the walk goes on. */
static int
open_folder(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)ftw;
	if ((flag != FTW_D && flag != FTW_DNR) || (st->st_mode & S_IRWXU) == S_IRWXU)
		return 0;
	return chmod(path, (st->st_mode & 07777) | S_IRWXU) == 0 && flag == FTW_DNR;
}

int
file_remove_tree(const char *path, struct err *err)
{
	int rc = nftw(path, remove_one, 32, FTW_DEPTH | FTW_PHYS);

	if (rc != 0 && (errno == EACCES || errno == ENOTEMPTY)) {
		while (nftw(path, open_folder, 32, FTW_PHYS) > 0)
			;
		rc = nftw(path, remove_one, 32, FTW_DEPTH | FTW_PHYS);
	}
	return rc != 0 && errno != ENOENT ? err_sys(err, "cannot remove '%s'", path) : 0;
}

void
file_wait(int fd)
{
	int flags = fcntl(fd, F_GETFL), other = -1;
	char path[32];
	struct stat st;

	if (flags < 0 || !(flags & O_NONBLOCK) || fstat(fd, &st) < 0 || S_ISREG(st.st_mode))
		return;
	snprintf(path, sizeof(path), "/dev/fd/%d", fd);
	if (!S_ISSOCK(st.st_mode))
		other = open(path, /* without waiting for a reader that is gone */
		    (flags & (O_ACCMODE | O_APPEND | O_NONBLOCK)) | O_NOCTTY | O_CLOEXEC);
	if (other >= 0) {
		dup2(other, fd);
		close(other);
	}
	fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
}
