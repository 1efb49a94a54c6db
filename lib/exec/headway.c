/* SPDX-License-Identifier: MIT */
/* headway: how far a child says it is. */
#include "exec/headway.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/utf8.h"

enum {
	TAIL = 16384, /* bytes looked at, at most */
	LINES_MAX = 100,
	FILE_MAX = 1 << 20, /* emptied when it has grown so far */
};

enum { PERCENT = 1, MESSAGE = 2 };

static void
forget(struct headway *headway)
{
	headway->percent = -1;
	headway->message[0] = '\0';
	headway->read = 0;
}

int
headway_open(struct headway *headway, const char *folder, int number, struct err *err)
{
	char *path = xasprintf("%s/%d.progress", folder, number);
	int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

	forget(headway);
	headway->fd = fd >= 0 && fd < 3 ? fcntl(fd, F_DUPFD_CLOEXEC, 3) : fd;
	if (headway->fd < 0)
		err_sys(err, "cannot create '%s'", path);
	if (fd >= 0 && fd != headway->fd)
		close(fd);
	free(path);
	return headway->fd < 0 ? -1 : 0;
}

void
headway_close(struct headway *headway)
{
	if (headway->fd >= 0)
		close(headway->fd);
	headway->fd = -1;
}

int
headway_reset(struct headway *headway)
{
	struct stat st;

	forget(headway);
	if (fstat(headway->fd, &st) == 0 && st.st_size == 0)
		return 0;
	return ftruncate(headway->fd, 0);
}

static void
set_message(struct headway *headway, const char *text)
{
	struct buf visible = BUF_INIT;
	size_t len;

	utf8_visible(text, strlen(text), UTF8_CONTROLS, &visible);
	len = utf8_cut(buf_str(&visible), visible.len, HEADWAY_MESSAGE - 1);
	memcpy(headway->message, buf_str(&visible), len);
	headway->message[len] = '\0';
	buf_clear(&visible);
}

/* Take from a line what is wanted of it. What it said of that, or -1: not valid. */
static int
parse(struct headway *headway, const char *line, size_t len, int wanted)
{
	json_t *object = json_parse(line, len, NULL);
	const char *message = NULL;
	double percent = -1;
	int said = 0, told = 0, got = -1;

	if (json_is_object(object)) {
		said = json_get_number(object, "progress", &percent, NULL);
		told = json_get_string(object, "message", &message, NULL);
	}
	if (said >= 0 && told >= 0 && said + told > 0 &&
	    (said == 0 || (percent >= 0 && percent <= 100)))
		got = ((said ? PERCENT : 0) | (told ? MESSAGE : 0)) & wanted;
	if (got > 0 && (got & PERCENT))
		headway->percent = percent;
	if (got > 0 && (got & MESSAGE))
		set_message(headway, message);
	json_decref(object);
	return got;
}

int
headway_parse(struct headway *headway, const char *line, size_t len)
{
	return parse(headway, line, len, PERCENT | MESSAGE) < 0 ? -1 : 0;
}

/* The last percentage and the last message of a text, whose last byte is a newline. 1, or 0:
 * neither. */
static int
parse_last(struct headway *headway, const char *text, size_t len)
{
	int wanted = PERCENT | MESSAGE, found = 0;

	for (int lines = 0; len > 0 && wanted && lines < LINES_MAX; lines++) {
		const char *before = memrchr(text, '\n', len - 1);
		const char *line = before ? before + 1 : text;
		int got = parse(headway, line, (size_t)(text + len - 1 - line), wanted);

		if (got > 0) {
			wanted &= ~got;
			found = 1;
		}
		len = (size_t)(line - text);
	}
	return found;
}

int
headway_look(struct headway *headway)
{
	char tail[TAIL];
	const char *end;
	struct stat st;
	int64_t from;
	ssize_t len;
	int found = 0;

	if (fstat(headway->fd, &st) < 0 || st.st_size == headway->read)
		return 0;
	from = headway->read < st.st_size ? headway->read : 0;
	if (st.st_size - from > TAIL)
		from = st.st_size - TAIL;
	len = pread(headway->fd, tail, TAIL, from);
	if (len <= 0)
		return 0;
	end = memrchr(tail, '\n', (size_t)len);
	if (end)
		found = parse_last(headway, tail, (size_t)(end + 1 - tail));
	if (end || len == TAIL)
		headway->read = end ? from + (end + 1 - tail) : from + len;
	if (st.st_size > FILE_MAX && ftruncate(headway->fd, 0) == 0)
		headway->read = 0;
	return found;
}
