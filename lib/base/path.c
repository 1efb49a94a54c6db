/* SPDX-License-Identifier: MIT */
/* path: names of files. */
#include "base/path.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

char *
path_join(const char *dir, const char *name)
{
	if (!*dir || *name == '/')
		return xstrdup(name);
	return xasprintf("%s%s%s", dir, dir[strlen(dir) - 1] == '/' ? "" : "/", name);
}

char *
path_absolute(const char *name)
{
	char *cwd, *full;

	if (*name == '/')
		return xstrdup(name);
	while (name[0] == '.' && (name[1] == '/' || !name[1])) {
		name++;
		name += strspn(name, "/");
	}
	cwd = getcwd(NULL, 0);
	full = *name ? path_join(cwd ? cwd : "", name) : xstrdup(cwd ? cwd : ".");
	free(cwd);
	return full;
}

const char *
path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

char *
path_stem(const char *path)
{
	static const char *const packed[] = { ".gz", ".zst", ".bz2", ".xz", ".zip", NULL };
	char *stem = xstrdup(path_base(path)), *dot;

	for (size_t i = 0; packed[i]; i++) {
		size_t len = strlen(stem), ext = strlen(packed[i]);

		if (len > ext && strcmp(stem + len - ext, packed[i]) == 0) {
			stem[len - ext] = '\0';
			break;
		}
	}
	dot = strrchr(stem, '.');
	if (dot && dot != stem)
		*dot = '\0';
	return stem;
}

static int
can_run(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

char *
path_program(const char *name)
{
	const char *path = getenv("PATH");
	char *dirs, *dir, *rest, *full;

	if (strchr(name, '/'))
		return can_run(name) ? xstrdup(name) : NULL;
	if (!*name)
		return NULL;
	dirs = rest = xstrdup(path ? path : "/usr/local/bin:/usr/bin:/bin");
	while ((dir = strsep(&rest, ":"))) {
		full = path_join(*dir ? dir : ".", name);
		if (can_run(full)) {
			free(dirs);
			return full;
		}
		free(full);
	}
	free(dirs);
	return NULL;
}

/* dir/name if it exists, else NULL; dir is freed. */
static char *
existing(char *dir, const char *name)
{
	char *full = path_join(dir, name);

	free(dir);
	if (access(full, F_OK) == 0)
		return full;
	free(full);
	return NULL;
}

char *
path_share(const char *name)
{
	static const char *const places[] = { "../share/dockline", "../share", "../../share",
		NULL };
	const char *env = getenv("DOCKLINE_SHARE");
	char self[PATH_MAX], *slash, *found = NULL;
	ssize_t len;

	if (env && *env)
		return existing(xstrdup(env), name);
	len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (len <= 0)
		return NULL;
	self[len] = '\0';
	slash = strrchr(self, '/');
	*slash = '\0';
	for (size_t i = 0; places[i] && !found; i++)
		found = existing(path_join(self, places[i]), name);
	return found;
}
