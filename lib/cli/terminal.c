/* SPDX-License-Identifier: MIT */
/* terminal: who of several programs draws on the terminal that stderr is. */
#include "cli/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { COLUMNS = 80, COLUMNS_LEAST = 20, ROWS = 24 };

/* Locks belong to processes: stderr is one open file for the whole pipe. */
static bool
set_lock(short type)
{
	struct flock lock = { .l_type = type, .l_whence = SEEK_SET, .l_len = 1 };

	return fcntl(STDERR_FILENO, F_SETLK, &lock) == 0 || (errno != EAGAIN && errno != EACCES);
}

static bool
in_background(void)
{
	pid_t foreground = tcgetpgrp(STDERR_FILENO);

	return foreground > 0 && foreground != getpgrp();
}

bool
terminal_take(void)
{
	if (!in_background())
		return set_lock(F_WRLCK);
	set_lock(F_UNLCK);
	return false;
}

void
terminal_leave(void)
{
	set_lock(F_UNLCK);
}

int
terminal_columns(void)
{
	const char *env = getenv("COLUMNS");
	struct winsize size;
	int n = env ? (int)strtol(env, NULL, 10) : 0;

	if (n <= 0 && ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0)
		n = size.ws_col;
	return n > COLUMNS_LEAST ? n : COLUMNS;
}

int
terminal_rows(void)
{
	struct winsize size;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row : ROWS;
}
