/* SPDX-License-Identifier: MIT */
/* outbox: the folder spool/ of a state directory. */
#include "grid/outbox.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/num.h"
#include "base/path.h"
#include "base/vec.h"

char *
outbox_path(const char *state)
{
	char *folder = path_join(state, "spool"), *whole = path_absolute(folder);

	free(folder);
	return whole;
}

char *
outbox_folder(const char *state, struct err *err)
{
	char *folder = outbox_path(state);

	if (mkdir(folder, 0700) == 0 || errno == EEXIST)
		return folder;
	err_sys(err, "cannot create '%s'", folder);
	free(folder);
	return NULL;
}

char *
outbox_chunk(const char *folder, const char *name)
{
	return xasprintf("%s/%s.chunk", folder, name);
}

char *
outbox_note(const char *folder, const char *name, int element)
{
	return xasprintf("%s/%s.%d.begun", folder, name, element);
}

char *
outbox_result(const char *folder, const char *name, int element, struct err *err)
{
	uint64_t run;

	if (getrandom(&run, sizeof(run), 0) != (ssize_t)sizeof(run)) {
		err_sys(err, "cannot read random numbers");
		return NULL;
	}
	return xasprintf("%s/%s.%d.%016llx.done", folder, name, element, (unsigned long long)run);
}

/* Does the text begin with the name of a job and a dot? */
static bool
has_name(const char *text, char name[BATCH_UUID])
{
	if (strlen(text) <= BATCH_UUID || text[BATCH_UUID - 1] != '.' ||
	    strspn(text, "0123456789abcdef-") != BATCH_UUID - 1)
		return false;
	snprintf(name, BATCH_UUID, "%.36s", text);
	return true;
}

bool
outbox_is_result(const char *file, char name[BATCH_UUID], int *element)
{
	const char *at, *end;
	int64_t n;
	char number[16];

	if (!has_name(file, name))
		return false;
	at = file + BATCH_UUID;
	end = strchr(at, '.');
	if (!end || strlen(end) != strlen(".0123456789abcdef.done") ||
	    strcmp(end + 17, ".done") != 0 || end - at >= (ptrdiff_t)sizeof(number))
		return false;
	snprintf(number, sizeof(number), "%.*s", (int)(end - at), at);
	if (num_int(number, 0, INT32_MAX, &n, NULL) < 0)
		return false;
	*element = (int)n;
	return true;
}

bool
outbox_is_chunk(const char *path, char name[BATCH_UUID])
{
	const char *file = path_base(path);

	return has_name(file, name) && strcmp(file + BATCH_UUID, "chunk") == 0;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **
outbox_list(const char *folder, const char *begin)
{
	DIR *dir = opendir(folder);
	VEC(char *) names = VEC_INIT;
	struct dirent *entry;

	if (!dir)
		return NULL;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.' && strncmp(entry->d_name, begin, strlen(begin)) == 0)
			vec_add(&names, xstrdup(entry->d_name));
	closedir(dir);
	if (names.len > 1)
		qsort(names.at, names.len, sizeof(*names.at), compare);
	vec_add(&names, NULL);
	return names.at;
}

void
outbox_free(char **list)
{
	for (char **name = list; name && *name; name++)
		free(*name);
	free(list);
}

void
outbox_remove(const char *folder, const char *begin)
{
	char **list = outbox_list(folder, begin);

	for (char **name = list; name && *name; name++) {
		char *path = path_join(folder, *name);

		unlink(path);
		free(path);
	}
	outbox_free(list);
}
