/* SPDX-License-Identifier: MIT */
/* frames: one file that holds many named pieces, each compressed by itself. */
#include "grid/frames.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "base/path.h"

enum {
	LEVEL = 3,
	FLUSH = 1 << 20,
	MAGIC = 8,
	END = 24,
};

#define PIECE_MAX (INT64_C(1) << 30)

static const char magic[] = "DLFRAME1";

/* ---- writing ---- */

struct frames_writer {
	char *path, *tmp;
	int fd;
	uint64_t written; /* bytes in the file; pending follow them */
	struct buf pending;
	json_t *index; /* name: [offset, packed, len] */
	ZSTD_CCtx *pack;
};

static void
free_writer(struct frames_writer *w)
{
	if (w->fd >= 0)
		close(w->fd);
	free(w->path);
	free(w->tmp);
	buf_clear(&w->pending);
	json_decref(w->index);
	ZSTD_freeCCtx(w->pack);
	free(w);
}

struct frames_writer *
frames_begin(const char *path, struct err *err)
{
	struct frames_writer *w = xcalloc(1, sizeof(*w));

	w->path = xstrdup(path);
	w->tmp = xasprintf("%s.%ld.tmp", path, (long)getpid());
	w->index = json_object();
	w->pack = ZSTD_createCCtx();
	ZSTD_CCtx_setParameter(w->pack, ZSTD_c_compressionLevel, LEVEL);
	ZSTD_CCtx_setParameter(w->pack, ZSTD_c_checksumFlag, 1);
	buf_add(&w->pending, magic, MAGIC);
	w->fd = open(w->tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (w->fd >= 0)
		return w;
	err_sys(err, "cannot create '%s'", w->tmp);
	free_writer(w);
	return NULL;
}

static int
flush(struct frames_writer *w, struct err *err)
{
	if (file_write_fd(w->fd, w->path, w->pending.data, w->pending.len, err) < 0)
		return -1;
	w->written += w->pending.len;
	buf_reset(&w->pending);
	return 0;
}

/* Append a frame: its bytes in the file, or -1. */
static int64_t
append(struct frames_writer *w, const void *data, size_t len, struct err *err)
{
	size_t room = ZSTD_compressBound(len), n;
	char *to = buf_reserve(&w->pending, room);

	n = ZSTD_compress2(w->pack, to, room, data, len);
	if (ZSTD_isError(n))
		return err_set(err, ERR_SYSTEM, "cannot compress: %s", ZSTD_getErrorName(n));
	w->pending.len += n;
	return (int64_t)n;
}

bool
frames_added(const struct frames_writer *w, const char *name)
{
	return json_object_get(w->index, name) != NULL;
}

int
frames_add(struct frames_writer *w, const char *name, const void *data, size_t len, struct err *err)
{
	int64_t at = (int64_t)(w->written + w->pending.len), n;

	if (frames_added(w, name))
		return 0;
	if ((int64_t)len > PIECE_MAX)
		return err_set(err, ERR_INPUT, "'%s' is longer than 1 GiB", name);
	n = append(w, data ? data : "", len, err);
	if (n < 0)
		return -1;
	json_object_set_new(
	    w->index, name, json_pack("[I, I, I]", (json_int_t)at, (json_int_t)n, (json_int_t)len));
	return w->pending.len >= FLUSH ? flush(w, err) : 0;
}

static int
write_index(struct frames_writer *w, struct err *err)
{
	uint64_t at = htole64(w->written + w->pending.len);
	struct buf text = BUF_INIT;
	uint32_t lens[2];
	int64_t n;

	json_put(w->index, &text);
	n = append(w, text.data, text.len, err);
	lens[0] = htole32((uint32_t)n);
	lens[1] = htole32((uint32_t)text.len);
	buf_clear(&text);
	if (n < 0)
		return -1;
	buf_add(&w->pending, &at, sizeof(at));
	buf_add(&w->pending, lens, sizeof(lens));
	buf_add(&w->pending, magic, MAGIC);
	return flush(w, err);
}

/* The name of the file must be on disk, too, before anybody is told of it. */
static void
sync_folder(const char *path)
{
	char *folder = xstrdup(path), *slash = strrchr(folder, '/');
	int fd;

	if (slash)
		*slash = '\0';
	fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	free(folder);
}

int
frames_end(struct frames_writer *w, struct err *err)
{
	int rc = write_index(w, err);

	if (rc == 0 && (fsync(w->fd) < 0 || rename(w->tmp, w->path) < 0))
		rc = err_sys(err, "cannot write '%s'", w->path);
	if (rc == 0)
		sync_folder(w->path);
	else
		unlink(w->tmp);
	free_writer(w);
	return rc;
}

void
frames_abort(struct frames_writer *w)
{
	if (!w)
		return;
	unlink(w->tmp);
	free_writer(w);
}

/* ---- reading ---- */

struct frames {
	char *path;
	int fd;
	json_t *index;
};

static int
damaged(const struct frames *f, struct err *err)
{
	return err_set(err, ERR_INPUT, "'%s' is damaged or cut off", f->path);
}

static int
read_at(const struct frames *f, char *to, size_t len, int64_t at, struct err *err)
{
	for (size_t got = 0; got < len;) {
		ssize_t n = pread(f->fd, to + got, len - got, (off_t)at + (off_t)got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "cannot read '%s'", f->path);
		if (n == 0)
			return damaged(f, err);
		got += (size_t)n;
	}
	return 0;
}

/* Append the piece that stands there. */
static int
get(const struct frames *f, int64_t at, int64_t packed, int64_t len, struct buf *out,
    struct err *err)
{
	char *bytes;
	size_t n;
	int rc;

	if (at < MAGIC || packed < 1 || packed > 2 * PIECE_MAX || len < 0 || len > PIECE_MAX)
		return damaged(f, err);
	bytes = xmalloc((size_t)packed);
	rc = read_at(f, bytes, (size_t)packed, at, err);
	if (rc == 0) {
		n = ZSTD_decompress(
		    buf_reserve(out, (size_t)len), (size_t)len, bytes, (size_t)packed);
		if (ZSTD_isError(n) || n != (size_t)len)
			rc = damaged(f, err);
		else
			out->len += n;
	}
	if (out->data)
		out->data[out->len] = '\0';
	free(bytes);
	return rc;
}

static int
read_index(struct frames *f, struct err *err)
{
	struct buf text = BUF_INIT;
	struct stat st;
	char head[MAGIC], end[END];
	uint64_t at;
	uint32_t lens[2];
	int rc;

	if (fstat(f->fd, &st) < 0)
		return err_sys(err, "cannot read '%s'", f->path);
	if (st.st_size < MAGIC + END)
		return damaged(f, err);
	if (read_at(f, head, MAGIC, 0, err) < 0 || read_at(f, end, END, st.st_size - END, err) < 0)
		return -1;
	if (memcmp(head, magic, MAGIC) != 0 || memcmp(end + END - MAGIC, magic, MAGIC) != 0)
		return damaged(f, err);
	memcpy(&at, end, sizeof(at));
	memcpy(lens, end + sizeof(at), sizeof(lens));
	rc = get(f, (int64_t)le64toh(at), le32toh(lens[0]), le32toh(lens[1]), &text, err);
	if (rc == 0)
		f->index = json_parse(buf_str(&text), text.len, NULL);
	buf_clear(&text);
	return rc == 0 && !json_is_object(f->index) ? damaged(f, err) : rc;
}

struct frames *
frames_open(const char *path, struct err *err)
{
	struct frames *f = xcalloc(1, sizeof(*f));

	f->path = xstrdup(path);
	f->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (f->fd < 0)
		err_file(err, "cannot open '%s'", path);
	else if (read_index(f, err) == 0)
		return f;
	frames_close(f);
	return NULL;
}

void
frames_close(struct frames *f)
{
	if (!f)
		return;
	if (f->fd >= 0)
		close(f->fd);
	json_decref(f->index);
	free(f->path);
	free(f);
}

int
frames_get(const struct frames *f, const char *name, struct buf *out, struct err *err)
{
	json_int_t at, packed, len;
	json_t *place = json_object_get(f->index, name);

	if (!place)
		return 0;
	if (json_unpack(place, "[I, I, I]", &at, &packed, &len) < 0)
		return damaged(f, err);
	return get(f, at, packed, len, out, err) < 0 ? -1 : 1;
}
