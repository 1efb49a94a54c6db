/* SPDX-License-Identifier: MIT */
/* file: whole files, read and written. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"

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
			return err_set(err, ERR_INPUT, "'%s' is larger than %zu bytes", name, limit);
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

/* The mode a plain open would give. mkostemp gives 0600. */
static mode_t
public_mode(void)
{
	mode_t mask = umask(077);

	umask(mask);
	return 0666 & ~mask;
}

int
file_write(const char *path, const void *data, size_t len, struct err *err)
{
	char *tmp = xasprintf("%s.XXXXXX", path);
	int fd, rc = -1;

	fd = mkostemp(tmp, O_CLOEXEC);
	if (fd < 0) {
		err_sys(err, "cannot create '%s'", path);
		goto out;
	}
	if (file_write_fd(fd, path, data, len, err) < 0)
		goto out;
	if (fchmod(fd, public_mode()) < 0 || fsync(fd) < 0 || rename(tmp, path) < 0) {
		err_sys(err, "cannot write '%s'", path);
		goto out;
	}
	rc = 0;
out:
	if (fd >= 0) {
		close(fd);
		if (rc < 0)
			unlink(tmp);
	}
	free(tmp);
	return rc;
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

int
file_remove_tree(const char *path, struct err *err)
{
	if (nftw(path, remove_one, 32, FTW_DEPTH | FTW_PHYS) != 0 && errno != ENOENT)
		return err_sys(err, "cannot remove '%s'", path);
	return 0;
}
