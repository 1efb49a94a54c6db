/* SPDX-License-Identifier: MIT */
/*
 * source: bytes of a file or of standard input, decompressed on the way.
 *
 * A codec is a row: its magic bytes and three functions over the same input
 * window. A codec's step consumes from the window and fills the caller's
 * memory; at the end of one member it starts the next.
 */
#include "base/source.h"

#include <bzlib.h>
#include <errno.h>
#include <fcntl.h>
#include <lzma.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"

enum { WINDOW = 128 * 1024, ANY = 0xff };

struct codec;

struct source {
	int fd; /* -1: bytes come from fetch */
	source_fetch *fetch;
	void *ctx;
	char *name;
	uint64_t taken;
	const struct codec *codec;
	unsigned char window[WINDOW];
	size_t at, end;
	bool eof;    /* the file has no more bytes */
	bool inside; /* in the middle of a compressed member */
	union {
		z_stream gz;
		bz_stream bz;
		lzma_stream xz;
		ZSTD_DStream *zst;
	} u;
};

/* step: decode from the window into data; bytes made, or -1 when the data is damaged. */
struct codec {
	const char *name;
	size_t magic_len;
	unsigned char magic[6];
	int (*start)(struct source *);
	ssize_t (*step)(struct source *, void *data, size_t len);
	void (*stop)(struct source *);
};

static int
gz_start(struct source *s)
{
	return inflateInit2(&s->u.gz, 16 + MAX_WBITS) == Z_OK ? 0 : -1;
}

static ssize_t
gz_step(struct source *s, void *data, size_t len)
{
	z_stream *z = &s->u.gz;
	int rc;

	z->next_in = s->window + s->at;
	z->avail_in = (uInt)(s->end - s->at);
	z->next_out = data;
	z->avail_out = (uInt)len;
	rc = inflate(z, Z_NO_FLUSH);
	s->at = s->end - z->avail_in;
	s->inside = rc != Z_STREAM_END;
	if (rc == Z_STREAM_END)
		inflateReset(z);
	else if (rc != Z_OK && rc != Z_BUF_ERROR)
		return -1;
	return (ssize_t)(len - z->avail_out);
}

static void
gz_stop(struct source *s)
{
	inflateEnd(&s->u.gz);
}

static int
bz_start(struct source *s)
{
	return BZ2_bzDecompressInit(&s->u.bz, 0, 0) == BZ_OK ? 0 : -1;
}

static ssize_t
bz_step(struct source *s, void *data, size_t len)
{
	bz_stream *z = &s->u.bz;
	int rc;

	z->next_in = (char *)s->window + s->at;
	z->avail_in = (unsigned)(s->end - s->at);
	z->next_out = data;
	z->avail_out = (unsigned)len;
	rc = BZ2_bzDecompress(z);
	s->at = s->end - z->avail_in;
	s->inside = rc != BZ_STREAM_END;
	len -= z->avail_out;
	if (rc == BZ_STREAM_END) {
		BZ2_bzDecompressEnd(z);
		memset(z, 0, sizeof(*z));
		if (bz_start(s) < 0)
			return -1;
	} else if (rc != BZ_OK) {
		return -1;
	}
	return (ssize_t)len;
}

static void
bz_stop(struct source *s)
{
	BZ2_bzDecompressEnd(&s->u.bz);
}

static int
xz_start(struct source *s)
{
	return lzma_stream_decoder(&s->u.xz, (uint64_t)1 << 30, LZMA_CONCATENATED) == LZMA_OK ? 0
											      : -1;
}

static ssize_t
xz_step(struct source *s, void *data, size_t len)
{
	lzma_stream *z = &s->u.xz;
	bool last = s->eof && s->at == s->end;
	lzma_ret rc;

	z->next_in = s->window + s->at;
	z->avail_in = s->end - s->at;
	z->next_out = data;
	z->avail_out = len;
	rc = lzma_code(z, s->eof ? LZMA_FINISH : LZMA_RUN);
	s->at = s->end - z->avail_in;
	s->inside = rc != LZMA_STREAM_END;
	if (rc != LZMA_OK && rc != LZMA_STREAM_END && !(rc == LZMA_BUF_ERROR && last))
		return -1;
	return (ssize_t)(len - z->avail_out);
}

static void
xz_stop(struct source *s)
{
	lzma_end(&s->u.xz);
}

static int
zst_start(struct source *s)
{
	s->u.zst = ZSTD_createDStream();
	return s->u.zst ? 0 : -1;
}

static ssize_t
zst_step(struct source *s, void *data, size_t len)
{
	ZSTD_inBuffer in = { s->window, s->end, s->at };
	ZSTD_outBuffer out = { data, len, 0 };
	size_t rc = ZSTD_decompressStream(s->u.zst, &out, &in);

	s->at = in.pos;
	if (ZSTD_isError(rc))
		return -1;
	s->inside = rc != 0;
	return (ssize_t)out.pos;
}

static void
zst_stop(struct source *s)
{
	ZSTD_freeDStream(s->u.zst);
}

static const struct codec codecs[] = {
	{ "gzip", 3, { 0x1f, 0x8b, 8 }, gz_start, gz_step, gz_stop },
	{ "zstd", 4, { 0x28, 0xb5, 0x2f, 0xfd }, zst_start, zst_step, zst_stop },
	/* pzstd starts with a frame to be skipped */
	{ "zstd", 4, { 0x50, 0x2a, 0x4d, 0x18 }, zst_start, zst_step, zst_stop },
	/* a molecule may be called BZhang: the block size, then a block or the end */
	{ "bzip2", 6, { 'B', 'Z', 'h', ANY, 0x31, 0x41 }, bz_start, bz_step, bz_stop },
	{ "bzip2", 6, { 'B', 'Z', 'h', ANY, 0x17, 0x72 }, bz_start, bz_step, bz_stop },
	{ "xz", 6, { 0xfd, '7', 'z', 'X', 'Z', 0 }, xz_start, xz_step, xz_stop },
};

/* The file's own bytes. */
static ssize_t
fetch(struct source *s, void *data, size_t len, struct err *err)
{
	ssize_t n;

	if (s->fetch)
		return s->fetch(s->ctx, data, len, err);
	do
		n = read(s->fd, data, len);
	while (n < 0 && errno == EINTR);
	return n < 0 ? err_sys(err, "cannot read '%s'", s->name) : n;
}

/* Read more of the file behind what is in the window. -1 on a read error. */
static int
fill(struct source *s, struct err *err)
{
	ssize_t n;

	if (s->at > 0) {
		memmove(s->window, s->window + s->at, s->end - s->at);
		s->end -= s->at;
		s->at = 0;
	}
	if (s->eof || s->end == WINDOW)
		return 0;
	n = fetch(s, s->window + s->end, WINDOW - s->end, err);
	if (n < 0)
		return -1;
	s->taken += (uint64_t)n;
	s->end += (size_t)n;
	s->eof = n == 0;
	return 0;
}

static bool
starts_with(const struct source *s, const struct codec *c)
{
	if (s->end < c->magic_len)
		return false;
	for (size_t i = 0; i < c->magic_len; i++)
		if (c->magic[i] != ANY && c->magic[i] != s->window[i])
			return false;
	return true;
}

static int
find_codec(struct source *s, struct err *err)
{
	while (s->end < sizeof(codecs[0].magic) && !s->eof) {
		const char *newline = memchr(s->window, '\n', s->end);

		if (newline) /* a short first line of text: no need to wait for more */
			break;
		if (fill(s, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < sizeof(codecs) / sizeof(*codecs); i++) {
		const struct codec *c = &codecs[i];

		if (!starts_with(s, c))
			continue;
		if (c->start(s) < 0)
			return err_set(err, ERR_SYSTEM, "cannot start the %s decoder", c->name);
		s->codec = c;
		break;
	}
	return 0;
}

struct source *
source_open(const char *path, struct err *err)
{
	bool standard = !path || strcmp(path, "-") == 0;
	struct source *s = xcalloc(1, sizeof(*s));
	struct stat st;

	s->name = xstrdup(standard ? "standard input" : path);
	s->fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (s->fd < 0) {
		err_file(err, "cannot open '%s'", path);
		goto fail;
	}
	if (fstat(s->fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		err_set(err, ERR_INPUT, "cannot read '%s': Is a directory", s->name);
		goto fail;
	}
	if (find_codec(s, err) == 0)
		return s;
fail:
	source_close(s);
	return NULL;
}

struct source *
source_open_fetch(source_fetch *fn, void *ctx, const char *name, struct err *err)
{
	struct source *s = xcalloc(1, sizeof(*s));

	s->name = xstrdup(name);
	s->fd = -1;
	s->fetch = fn;
	s->ctx = ctx;
	if (find_codec(s, err) == 0)
		return s;
	source_close(s);
	return NULL;
}

void
source_close(struct source *s)
{
	if (!s)
		return;
	if (s->codec)
		s->codec->stop(s);
	if (s->fd > STDERR_FILENO)
		close(s->fd);
	free(s->name);
	free(s);
}

static ssize_t
read_plain(struct source *s, void *data, size_t len, struct err *err)
{
	size_t have;

	if (s->at == s->end && fill(s, err) < 0)
		return -1;
	have = s->end - s->at;
	if (have > len)
		have = len;
	memcpy(data, s->window + s->at, have);
	s->at += have;
	return (ssize_t)have;
}

ssize_t
source_read(struct source *s, void *data, size_t len, struct err *err)
{
	if (!s->codec)
		return read_plain(s, data, len, err);
	for (;;) {
		size_t before;
		ssize_t n;

		if (s->at == s->end && fill(s, err) < 0)
			return -1;
		if (s->at == s->end && s->eof && !s->inside)
			return 0;
		before = s->end - s->at;
		n = s->codec->step(s, data, len);
		if (n < 0)
			return err_set(err, ERR_INPUT, "'%s' is damaged: bad %s data", s->name,
			    s->codec->name);
		if (n > 0)
			return n;
		if (s->end - s->at < before || !s->inside)
			continue;
		if (s->eof)
			return err_set(err, ERR_INPUT,
			    "'%s' is cut off: the %s data ends too early", s->name, s->codec->name);
		if (fill(s, err) < 0)
			return -1;
	}
}

const char *
source_name(const struct source *s)
{
	return s->name;
}

uint64_t
source_taken(const struct source *s)
{
	return s->taken;
}

bool
source_packed(const struct source *s)
{
	return s->codec != NULL;
}

int
source_read_file(const char *path, size_t limit, struct buf *out, struct err *err)
{
	struct source *s = source_open(path, err);
	size_t start = out->len;
	ssize_t n = -1;

	if (!s)
		return -1;
	for (;;) {
		char *to = buf_reserve(out, 65536);

		n = source_read(s, to, 65536, err);
		if (n <= 0)
			break;
		out->len += (size_t)n;
		out->data[out->len] = '\0';
		if (out->len - start > limit) {
			n = err_set(err, ERR_INPUT, "'%s' is larger than %zu bytes", path, limit);
			break;
		}
	}
	source_close(s);
	return n < 0 ? -1 : 0;
}
