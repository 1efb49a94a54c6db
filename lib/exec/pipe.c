/* SPDX-License-Identifier: MIT */
/* pipe: lines through pipes that are never waited for. */
#include "exec/pipe.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum {
	CHUNK = 128 << 10,   /* bytes of one read */
	READ_MOST = 1 << 20, /* bytes read before others get their turn */
	KEPT_MAX = 4 << 20,  /* bytes of memory kept after a long line */
};

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void
pipe_out_clear(struct pipe_out *out)
{
	close_fd(&out->fd);
	buf_clear(&out->text);
	out->sent = 0;
}

void
pipe_in_clear(struct pipe_in *in)
{
	close_fd(&in->fd);
	buf_clear(&in->text);
	in->taken = in->seen = 0;
}

void
pipe_in_close(struct pipe_in *in)
{
	close_fd(&in->fd);
}

size_t
pipe_left(const struct pipe_out *out)
{
	return out->text.len - out->sent;
}

/* Nothing in it is needed any more. */
static void
empty(struct buf *text)
{
	if (text->room > KEPT_MAX)
		buf_clear(text);
	text->len = 0;
}

/* Throw away the first bytes of it. */
static void
drop(struct buf *text, size_t len)
{
	text->len -= len;
	memmove(text->data, text->data + len, text->len);
}

int
pipe_write(struct pipe_out *out)
{
	int rc = 0;

	while (out->fd >= 0 && pipe_left(out) > 0) {
		ssize_t n = write(out->fd, out->text.data + out->sent, pipe_left(out));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN)
			rc = -1;
		if (n < 0)
			break;
		out->sent += (size_t)n;
	}
	if (pipe_left(out) == 0) {
		empty(&out->text);
		out->sent = 0;
	} else if (out->sent > out->text.len / 2) {
		drop(&out->text, out->sent);
		out->sent = 0;
	}
	return rc;
}

/* Room for a chunk; what was given out is thrown away before the buffer grows. */
static char *
make_room(struct pipe_in *in)
{
	if (in->taken > 0 && in->text.room - in->text.len <= CHUNK) {
		drop(&in->text, in->taken);
		in->seen -= in->taken;
		in->taken = 0;
	}
	return buf_reserve(&in->text, CHUNK);
}

int
pipe_read(struct pipe_in *in)
{
	for (size_t got = 0; in->fd >= 0 && got < READ_MOST;) {
		char *to = make_room(in);
		ssize_t n = read(in->fd, to, CHUNK);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n <= 0)
			return -1;
		in->text.len += (size_t)n;
		got += (size_t)n;
		if (n < CHUNK)
			return 0; /* that was all */
	}
	return 0;
}

bool
pipe_next(struct pipe_in *in, const char **line, size_t *len)
{
	const char *data, *nl = NULL;

	if (in->taken == in->text.len) {
		empty(&in->text);
		in->taken = in->seen = 0;
	}
	data = buf_str(&in->text);
	if (in->text.len > in->seen)
		nl = memchr(data + in->seen, '\n', in->text.len - in->seen);
	*line = data + in->taken;
	*len = (nl ? (size_t)(nl - data) : in->text.len) - in->taken;
	in->seen = nl ? (size_t)(nl + 1 - data) : in->text.len;
	if (nl)
		in->taken = in->seen;
	return nl != NULL;
}
