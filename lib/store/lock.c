/* SPDX-License-Identifier: MIT */
/* lock: who may write, who may checkpoint, and who may remove. */
#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static int
take(int fd, enum lock_byte byte, short type, bool wait)
{
	struct flock fl = { .l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1 };
	int rc;

	do
		rc = fcntl(fd, wait ? F_OFD_SETLKW : F_OFD_SETLK, &fl);
	while (rc < 0 && errno == EINTR);
	return rc;
}

static void
drop(int fd, enum lock_byte byte)
{
	take(fd, byte, F_UNLCK, false);
}

int
lock_open(const char *path)
{
	return open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

int
lock_write(int fd)
{
	int rc;

	if (take(fd, BYTE_GATE, F_RDLCK, true) < 0)
		return -1;
	rc = take(fd, BYTE_WRITE, F_RDLCK, true);
	drop(fd, BYTE_GATE);
	return rc;
}

void
lock_write_end(int fd)
{
	drop(fd, BYTE_WRITE);
}

int
lock_checkpoint(int fd, bool wait)
{
	if (take(fd, BYTE_GATE, F_WRLCK, wait) < 0)
		return -1;
	if (take(fd, BYTE_WRITE, F_WRLCK, wait) == 0)
		return 0;
	drop(fd, BYTE_GATE);
	return -1;
}

void
lock_checkpoint_end(int fd)
{
	drop(fd, BYTE_WRITE);
	drop(fd, BYTE_GATE);
}

int
lock_keep(int fd, bool alone)
{
	return take(fd, BYTE_KEEP, alone ? F_WRLCK : F_RDLCK, true);
}

void
lock_keep_end(int fd)
{
	drop(fd, BYTE_KEEP);
}

void
lock_enter(int fd)
{
	take(fd, BYTE_OPEN, F_RDLCK, false);
}

bool
lock_is_last(int fd)
{
	return take(fd, BYTE_OPEN, F_WRLCK, false) == 0;
}
