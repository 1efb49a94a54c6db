/* SPDX-License-Identifier: MIT */
/* procfile: numbers in the small files of /proc and /sys, a name and a number a line. */
#include "exec/procfile.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"

enum { FILE_MAX = 1 << 20 };

int64_t
procfile_number_in(const char *text, const char *name)
{
	size_t len = strlen(name);
	const char *line = text;
	int64_t n;
	char *end;

	while (strncmp(line, name, len) != 0) {
		line = strchr(line, '\n');
		if (!line)
			return -1;
		line++;
	}
	n = strtoll(line + len, &end, 10);
	return end == line + len ? -1 : n;
}

int64_t
procfile_number(const char *path, const char *name)
{
	struct buf text = BUF_INIT;
	int64_t n = -1;

	if (file_read(path, FILE_MAX, &text, NULL) == 0)
		n = procfile_number_in(buf_str(&text), name);
	buf_clear(&text);
	return n;
}
