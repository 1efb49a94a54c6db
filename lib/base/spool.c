/* SPDX-License-Identifier: MIT */
/* spool: pieces put aside and read back in any order, for what does not fit in memory. */
#include "base/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <zstd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/path.h"

enum { LEVEL = 1, FLUSH = 1 << 20 };

struct spool {
	int fd;
	uint64_t written; /* bytes in the file; pending follow them */
	struct buf pending;
	struct buf packed; /* what read takes from the file */
	ZSTD_CCtx *pack;
	ZSTD_DCtx *unpack;
};

/* A file without a name; by hand on file systems that have no O_TMPFILE. */
static int
nameless(const char *dir)
{
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	char *name;

	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
		return fd;
	name = path_join(dir, "dockline.XXXXXX");
	fd = mkostemp(name, O_CLOEXEC);
	if (fd >= 0)
		unlink(name);
	free(name);
	return fd;
}

struct spool *
spool_open(struct err *err)
{
	const char *dir = getenv("TMPDIR");
	struct spool *s = xcalloc(1, sizeof(*s));

	if (!dir || !*dir)
		dir = "/var/tmp";
	s->fd = nameless(dir);
	if (s->fd < 0) {
		err_sys(err, "cannot make a temporary file in '%s'", dir);
		free(s);
		return NULL;
	}
	s->pack = ZSTD_createCCtx();
	s->unpack = ZSTD_createDCtx();
	return s;
}

void
spool_close(struct spool *s)
{
	if (!s)
		return;
	close(s->fd);
	buf_clear(&s->pending);
	buf_clear(&s->packed);
	ZSTD_freeCCtx(s->pack);
	ZSTD_freeDCtx(s->unpack);
	free(s);
}

static int
flush(struct spool *s, struct err *err)
{
	if (file_write_fd(s->fd, "temporary file", s->pending.data, s->pending.len, err) < 0)
		return -1;
	s->written += s->pending.len;
	buf_reset(&s->pending);
	return 0;
}

int
spool_add(struct spool *s, const void *data, size_t len, struct piece *piece, struct err *err)
{
	size_t room = ZSTD_compressBound(len);
	char *to = buf_reserve(&s->pending, room);
	size_t n = ZSTD_compressCCtx(s->pack, to, room, data, len, LEVEL);

	if (ZSTD_isError(n))
		return err_set(err, ERR_SYSTEM, "cannot compress: %s", ZSTD_getErrorName(n));
	*piece = (struct piece){ s->written + s->pending.len, (uint32_t)n, (uint32_t)len };
	s->pending.len += n;
	return s->pending.len >= FLUSH ? flush(s, err) : 0;
}

/* The packed bytes of a piece into s->packed. */
static int
fetch(struct spool *s, const struct piece *piece, struct err *err)
{
	buf_reset(&s->packed);
	buf_reserve(&s->packed, piece->packed);
	while (s->packed.len < piece->packed) {
		ssize_t n = pread(s->fd, s->packed.data + s->packed.len,
		    piece->packed - s->packed.len, (off_t)(piece->at + s->packed.len));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "cannot read the temporary file");
		if (n == 0)
			return err_set(err, ERR_SYSTEM, "the temporary file is too short");
		s->packed.len += (size_t)n;
	}
	return 0;
}

int
spool_read(struct spool *s, const struct piece *piece, struct buf *out, struct err *err)
{
	size_t n;

	if (s->pending.len > 0 && flush(s, err) < 0)
		return -1;
	if (fetch(s, piece, err) < 0)
		return -1;
	n = ZSTD_decompressDCtx(
	    s->unpack, buf_reserve(out, piece->len), piece->len, s->packed.data, s->packed.len);
	if (ZSTD_isError(n) || n != piece->len)
		return err_set(err, ERR_SYSTEM, "the temporary file is damaged");
	out->len += n;
	out->data[out->len] = '\0';
	return 0;
}
