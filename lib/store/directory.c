/* SPDX-License-Identifier: MIT */
/* directory: where the state is, on what file system, and whose. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"
#include "store/internal.h"
#include "store/store.h"

/* The nearest .dockline in the working directory and above, or NULL. */
static char *
find_upwards(void)
{
	char *up = path_absolute("x"), *slash, *dir = NULL;

	while (!dir && (slash = strrchr(up, '/'))) {
		*slash = '\0';
		dir = path_join(*up ? up : "/", ".dockline");
		if (access(dir, F_OK) < 0) {
			free(dir);
			dir = NULL;
		}
	}
	free(up);
	return dir;
}

char *
store_find(const char *given, struct err *err)
{
	const char *env = getenv("DOCKLINE_STATE"), *home = getenv("HOME");
	const char *xdg = getenv("XDG_STATE_HOME");
	char *dir;

	if (given)
		return path_absolute(given);
	if (env && *env)
		return path_absolute(env);
	dir = find_upwards();
	if (dir)
		return dir;
	if (xdg && *xdg == '/')
		return path_join(xdg, "dockline");
	if (home && *home == '/')
		return path_join(home, ".local/state/dockline");
	err_set(
	    err, ERR_USAGE, "no place for the state: set HOME or DOCKLINE_STATE, or use --state");
	return NULL;
}

static int
make_dir(const char *dir, struct err *err)
{
	char *path = xstrdup(dir);
	int rc = 0;

	for (char *p = path + 1; *p && rc == 0; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir(path, 0777) < 0 && errno != EEXIST)
			rc = err_sys(err, "cannot create '%s'", path);
		*p = '/';
	}
	free(path);
	if (rc == 0 && mkdir(dir, 0700) < 0 && errno != EEXIST)
		rc = err_sys(err, "cannot create state directory '%s'", dir);
	return rc;
}

int
directory_check(const char *dir, int flags, struct err *err)
{
	struct stat st;

	if (stat(dir, &st) < 0 && errno == ENOENT && (flags & STORE_CREATE) &&
	    make_dir(dir, err) < 0)
		return -1;
	if (stat(dir, &st) < 0) {
		if (errno == ENOENT)
			return err_set(err, ERR_STORE,
			    "no state directory '%s': nothing was submitted yet", dir);
		return err_sys(err, "cannot open state directory '%s'", dir);
	}
	if (!S_ISDIR(st.st_mode))
		return err_set(err, ERR_STORE, "state directory '%s' is not a directory", dir);
	if (st.st_uid != geteuid())
		return err_set(err, ERR_STORE, "state directory '%s' belongs to another user", dir);
	if ((st.st_mode & 077) && chmod(dir, 0700) < 0)
		return err_sys(err, "cannot make '%s' private", dir);
	return 0;
}

bool
store_on_network(const char *dir, const char **kind)
{
	static const struct {
		unsigned long magic; /* statfs(2), linux/magic.h */
		const char *name;
	} network[] = {
		{ 0x6969, "nfs" },
		{ 0xFE534D42, "smb2" },
		{ 0xFF534D42, "cifs" },
		{ 0x0BD00BD0, "lustre" },
		{ 0x47504653, "gpfs" },
		{ 0x00C36400, "ceph" },
		{ 0x19830326, "beegfs" },
		{ 0x5346414F, "afs" },
		{ 0x01021997, "9p" },
		{ 0x65735546, "fuse" },
	};
	const char *forced = getenv("DOCKLINE_NETWORK_FS");
	struct statfs fs;

	*kind = "local";
	if (forced && *forced) {
		*kind = *forced >= 'a' && *forced <= 'z' ? forced : "network";
		return true;
	}
	if (statfs(dir, &fs) < 0)
		return false;
	for (size_t i = 0; i < sizeof(network) / sizeof(*network); i++) {
		if (((unsigned long)fs.f_type & 0xffffffff) != network[i].magic)
			continue;
		*kind = network[i].name;
		return true;
	}
	return false;
}
