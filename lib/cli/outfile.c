/* SPDX-License-Identifier: MIT */
/* outfile: a file that appears whole or not at all, or standard output. */
#include "cli/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"

struct outfile {
	FILE *file;
	char *path, *beside; /* NULL: standard output */
	bool replace;
};

static int
exists(const char *path, struct err *err)
{
	return err_set(err, ERR_USAGE, "'%s' exists: --force replaces it", path);
}

static void
release(struct outfile *out)
{
	free(out->path);
	free(out->beside);
	free(out);
}

/* mkstemp makes files that only their owner may read; ours are like any other. */
static void
allow_others(int fd)
{
	mode_t mask = umask(0);

	umask(mask);
	fchmod(fd, 0666 & ~mask);
}

struct outfile *
outfile_open(const char *path, bool replace, struct err *err)
{
	struct outfile *out;
	int fd;

	if (path && strcmp(path, "-") != 0 && !replace && access(path, F_OK) == 0) {
		exists(path, err);
		return NULL;
	}
	out = xcalloc(1, sizeof(*out));
	out->replace = replace;
	out->file = stdout;
	if (!path || strcmp(path, "-") == 0)
		return out;
	out->path = xstrdup(path);
	out->beside = xasprintf("%s.XXXXXX", path);
	fd = mkostemp(out->beside, O_CLOEXEC);
	if (fd < 0) {
		err_sys(err, "cannot write '%s'", path);
		release(out);
		return NULL;
	}
	allow_others(fd);
	out->file = fdopen(fd, "w");
	return out;
}

int
outfile_write(struct outfile *out, const void *data, size_t len, struct err *err)
{
	if (fwrite(data, 1, len, out->file) == len)
		return 0;
	if (!out->path)
		return err_set(err, ERR_NO, "%s", ""); /* app_finish says why */
	return err_sys(err, "cannot write '%s'", out->path);
}

/* Give it its name. A link never replaces; where there are no links a rename must do. */
static int
take_name(struct outfile *out, struct err *err)
{
	if (!out->replace && link(out->beside, out->path) == 0) {
		unlink(out->beside);
		return 0;
	}
	if (!out->replace && errno == EEXIST)
		return exists(out->path, err);
	if (rename(out->beside, out->path) < 0)
		return err_sys(err, "cannot name '%s'", out->path);
	return 0;
}

int
outfile_close(struct outfile *out, bool keep, struct err *err)
{
	int rc = 0;

	if (!out)
		return 0;
	if (out->path) {
		if (fflush(out->file) != 0 || ferror(out->file))
			rc = err_sys(err, "cannot write '%s'", out->path);
		fclose(out->file);
		if (rc == 0 && keep)
			rc = take_name(out, err);
		if (rc < 0 || !keep)
			unlink(out->beside);
	}
	release(out);
	return rc;
}
