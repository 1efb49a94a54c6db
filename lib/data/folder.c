/* SPDX-License-Identifier: MIT */
/* folder: the molecule files in a directory, in order of their names. */
#include "data/folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int
is_shown(const struct dirent *entry)
{
	return *entry->d_name != '.';
}

int
folder_read(const char *path, bool any, struct folder *folder, struct err *err)
{
	int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent **entries = NULL;
	int count = dir < 0 ? -1 : scandirat(dir, ".", &entries, is_shown, by_name);

	if (count < 0)
		err_sys(err, "cannot read '%s'", path);
	for (int i = 0; i < count; i++) {
		if (is_wanted(dir, entries[i], any))
			vec_add(&folder->paths, path_join(path, entries[i]->d_name));
		else
			folder->skipped++;
		free(entries[i]);
	}
	free(entries);
	if (dir >= 0)
		close(dir);
	return count < 0 ? -1 : 0;
}

void
folder_clear(struct folder *folder)
{
	for (size_t i = 0; i < folder->paths.len; i++)
		free(folder->paths.at[i]);
	vec_clear(&folder->paths);
}
