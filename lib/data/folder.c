/* SPDX-License-Identifier: MIT */
/* folder: the molecule files in a directory, in order of their names. */
#include "data/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/path.h"
#include "data/format.h"

bool
folder_is(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool
is_wanted(int dir, const struct dirent *entry, bool any)
{
	struct stat st;

	if (!any && !format_of_name(entry->d_name) && !format_is_archive(entry->d_name))
		return false;
	if (entry->d_type == DT_REG)
		return true;
	return fstatat(dir, entry->d_name, &st, 0) == 0 && S_ISREG(st.st_mode);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int
folder_read(const char *path, bool any, struct folder *folder, struct err *err)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	int rc = 0;

	if (!dir)
		return err_sys(err, "cannot open '%s'", path);
	errno = 0;
	while ((entry = readdir(dir))) {
		if (*entry->d_name != '.' && is_wanted(dirfd(dir), entry, any))
			vec_add(&folder->paths, path_join(path, entry->d_name));
		else
			folder->skipped += *entry->d_name != '.';
		errno = 0;
	}
	if (errno)
		rc = err_sys(err, "cannot read '%s'", path);
	closedir(dir);
	if (folder->paths.len > 0)
		qsort(folder->paths.at, folder->paths.len, sizeof(*folder->paths.at), by_name);
	return rc;
}

void
folder_clear(struct folder *folder)
{
	for (size_t i = 0; i < folder->paths.len; i++)
		free(folder->paths.at[i]);
	vec_clear(&folder->paths);
}
