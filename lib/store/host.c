/* SPDX-License-Identifier: MIT */
/*
 * host: on a shared file system one host writes at a time.
 *
 * Who looks at the name in the lock file of a database holds its byte BYTE_DOOR
 * alone; who writes to the database holds BYTE_SEAT shared. A name that is not
 * ours may be replaced by who gets that alone: then nobody of that host writes
 * any more.
 */
#include "store/host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "store/lock.h"

enum { NAME = 256 };

/* The name that stands for file systems whose locks do not work, in tests. */
static const char without_locks[] = "without locks";

static int
set_lock(int fd, int byte, short type)
{
	struct flock fl = { .l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1 };

	return fcntl(fd, F_OFD_SETLK, &fl);
}

static bool
is_taken(void)
{
	return errno == EAGAIN || errno == EACCES;
}

static int
no_locks(const char *dir, const char *kind, struct err *err)
{
	return err_set(err, ERR_STORE,
	    "'%s' is on a file system (%s) whose locks do not work between hosts: put the state "
	    "elsewhere (--state or DOCKLINE_STATE, such as a folder in your home directory), or "
	    "have it mounted with locks (on Lustre the option 'flock')",
	    dir, kind);
}

/* Lustre mounted with "localflock" says that locks work, and means those of one host. */
static bool
is_local_flock(int fd)
{
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	char *line = NULL, device[64];
	size_t room = 0;
	struct stat st;
	bool found = false;

	if (mounts && fstat(fd, &st) == 0) {
		snprintf(device, sizeof(device), " %u:%u ", major(st.st_dev), minor(st.st_dev));
		while (!found && getline(&line, &room, mounts) >= 0)
			found = strstr(line, device) && strstr(line, "localflock");
	}
	free(line);
	if (mounts)
		fclose(mounts);
	return found;
}

int
host_check(int fd, const char *dir, const char *kind, struct err *err)
{
	if (strstr(kind, without_locks) || (strcmp(kind, "lustre") == 0 && is_local_flock(fd)))
		return no_locks(dir, kind, err);
	if (set_lock(fd, BYTE_PROBE, F_RDLCK) < 0)
		return no_locks(dir, kind, err);
	set_lock(fd, BYTE_PROBE, F_UNLCK);
	return 0;
}

/* Host and boot: two hosts may have one name. */
static void
our_name(char name[NAME])
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
	char host[128] = "", boot[64] = "";

	gethostname(host, sizeof(host) - 1);
	if (file) {
		if (!fgets(boot, sizeof(boot), file))
			boot[0] = '\0';
		fclose(file);
	}
	boot[strcspn(boot, "\n")] = '\0';
	snprintf(name, NAME, "%s %s\n", host, boot);
}

static int
write_name(int fd, const char *name)
{
	size_t len = strlen(name);

	if (ftruncate(fd, 0) < 0 || pwrite(fd, name, len, 0) != (ssize_t)len || fsync(fd) < 0)
		return -1;
	return 0;
}

/* With the door held: 0, or -1 with errno; theirs is the name in the file. */
static int
sit_down(int fd, char theirs[NAME])
{
	ssize_t n = pread(fd, theirs, NAME - 1, 0);
	char ours[NAME];

	our_name(ours);
	theirs[n > 0 ? n : 0] = '\0';
	if (strcmp(ours, theirs) == 0)
		return set_lock(fd, BYTE_SEAT, F_RDLCK);
	if (set_lock(fd, BYTE_SEAT, F_WRLCK) < 0)
		return -1;
	if (write_name(fd, ours) < 0) {
		int saved = errno;

		set_lock(fd, BYTE_SEAT, F_UNLCK);
		errno = saved;
		return -1;
	}
	return set_lock(fd, BYTE_SEAT, F_RDLCK);
}

static int
try_once(int fd, char theirs[NAME])
{
	int rc, saved;

	if (set_lock(fd, BYTE_DOOR, F_WRLCK) < 0)
		return -1;
	rc = sit_down(fd, theirs);
	saved = errno;
	set_lock(fd, BYTE_DOOR, F_UNLCK);
	errno = saved;
	return rc;
}

int
host_take(int fd, const char *dir, const char *kind, struct err *err)
{
	int64_t deadline = clock_boot() + HOST_WAIT * (int64_t)1000000;
	struct timespec pause = { 0, 20000000 };
	char theirs[NAME] = "";

	while (try_once(fd, theirs) < 0) {
		if (!is_taken())
			return err_sys(err, "cannot lock '%s'", dir);
		if (clock_boot() > deadline)
			return err_set(err, ERR_STORE,
			    "'%s' is written to from host '%.*s' now, and on a file system "
			    "that hosts share (%s) one does at a time: work there, or when "
			    "that has ended",
			    dir, (int)strcspn(theirs, " \n"), theirs, kind);
		nanosleep(&pause, NULL);
	}
	return 0;
}

bool
host_is_elsewhere(int fd)
{
	struct flock fl = {
		.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = BYTE_SEAT, .l_len = 1
	};
	char ours[NAME], theirs[NAME] = "";

	our_name(ours);
	return pread(fd, theirs, NAME - 1, 0) > 0 && strcmp(ours, theirs) != 0 &&
	    fcntl(fd, F_OFD_GETLK, &fl) == 0 && fl.l_type != F_UNLCK;
}
