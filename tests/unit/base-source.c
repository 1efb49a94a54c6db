/* SPDX-License-Identifier: MIT */
/* source: plain and compressed bytes, whole, joined, cut off and damaged. */
#include "base/source.h"

#include <bzlib.h>
#include <lzma.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "tap.h"

static char dir[] = "/tmp/unit-source.XXXXXX";

static void
pack_plain(const struct buf *in, struct buf *out)
{
	buf_add(out, buf_str(in), in->len);
}

static void
pack_gz(const struct buf *in, struct buf *out)
{
	z_stream z = { 0 };
	size_t room = in->len + 1000;

	deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
	z.next_in = (unsigned char *)buf_str(in);
	z.avail_in = (uInt)in->len;
	z.next_out = (unsigned char *)buf_reserve(out, room);
	z.avail_out = (uInt)room;
	deflate(&z, Z_FINISH);
	out->len += z.total_out;
	deflateEnd(&z);
}

static void
pack_zst(const struct buf *in, struct buf *out)
{
	size_t room = ZSTD_compressBound(in->len);
	char *to;

	buf_add(out, "\x50\x2a\x4d\x18\x02\0\0\0xx", 10); /* a frame to be skipped, as of pzstd */
	to = buf_reserve(out, room);
	out->len += ZSTD_compress(to, room, buf_str(in), in->len, 3);
}

static void
pack_bz2(const struct buf *in, struct buf *out)
{
	unsigned room = (unsigned)(in->len + in->len / 50 + 1000);
	char *to = buf_reserve(out, room);

	BZ2_bzBuffToBuffCompress(to, &room, (char *)buf_str(in), (unsigned)in->len, 9, 0, 0);
	out->len += room;
}

static void
pack_xz(const struct buf *in, struct buf *out)
{
	size_t room = lzma_stream_buffer_bound(in->len), used = 0;
	char *to = buf_reserve(out, room);

	if (lzma_easy_buffer_encode(3, LZMA_CHECK_CRC64, NULL, (const uint8_t *)buf_str(in),
		in->len, (uint8_t *)to, &used, room) != LZMA_OK)
		exit(1);
	out->len += used;
}

static const struct codec {
	const char *name, *codec;
	void (*pack)(const struct buf *in, struct buf *out);
} codecs[] = {
	{ "plain", NULL, pack_plain },
	{ "gz", "gzip", pack_gz },
	{ "zst", "zstd", pack_zst },
	{ "bz2", "bzip2", pack_bz2 },
	{ "xz", "xz", pack_xz },
};

/* Lines that compress, but not to nothing. */
static void
make_text(size_t len, struct buf *out)
{
	uint32_t x = 1;

	while (out->len < len) {
		x = x * 1664525 + 1013904223;
		buf_addf(out, "line %u\n", x >> 16);
	}
	out->len = len;
}

static char *
put(const char *name, const void *data, size_t len)
{
	char *path = xasprintf("%s/%s", dir, name);

	if (file_write(path, data, len, NULL) < 0)
		exit(1);
	return path;
}

/* Read a file with packed bytes in steps of `step`; compare with what is wanted, or the error. */
static void
check(const struct codec *c, const char *what, const struct buf *packed, const struct buf *wanted,
    size_t step, const char *error)
{
	char *path = put("x", buf_str(packed), packed->len);
	struct err err = { 0 };
	struct source *s = source_open(path, &err);
	struct buf got = BUF_INIT;
	ssize_t n = s ? 1 : -1;

	while (n > 0) {
		n = source_read(s, buf_reserve(&got, step), step, &err);
		if (n > 0)
			got.len += (size_t)n;
	}
	if (error) {
		ok(n < 0 && strstr(err.text, error), "%s, %s: %s", c->name, what, err.text);
		is_int(err.kind, ERR_INPUT, "%s, %s: kind", c->name, what);
	} else {
		ok(n == 0, "%s, %s: %s", c->name, what, err.text);
		ok(got.len == wanted->len && memcmp(buf_str(&got), buf_str(wanted), got.len) == 0,
		    "%s, %s: the same bytes", c->name, what);
		is_int(n == 0 ? source_read(s, &(char){ 0 }, 1, &err) : 0, 0,
		    "%s, %s: stays at the end", c->name, what);
	}
	source_close(s);
	buf_clear(&got);
	remove(path);
	free(path);
}

static void
test_sizes(const struct codec *c)
{
	static const size_t sizes[] = { 0, 1, 5, 6, 1000, 131072, 131073, 1 << 20 };

	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct buf text = BUF_INIT, packed = BUF_INIT;
		char what[50];

		make_text(sizes[i], &text);
		c->pack(&text, &packed);
		snprintf(what, sizeof(what), "%zu bytes", sizes[i]);
		check(c, what, &packed, &text, 65536, NULL);
		if (sizes[i] == 1000)
			check(c, "byte by byte", &packed, &text, 1, NULL);
		buf_clear(&text);
		buf_clear(&packed);
	}
}

static void
test_joined(const struct codec *c)
{
	struct buf text = BUF_INIT, packed = BUF_INIT, all = BUF_INIT, empty = BUF_INIT;

	make_text(300000, &text);
	for (int i = 0; i < 3; i++) {
		c->pack(&text, &packed);
		c->pack(&empty, &packed);
		buf_add(&all, text.data, text.len);
	}
	check(c, "joined members", &packed, &all, 50000, NULL);
	if (c->codec) {
		buf_add_str(&packed, "trailing text");
		check(c, "text behind it", &packed, NULL, 65536, c->codec);
	}
	buf_clear(&text);
	buf_clear(&packed);
	buf_clear(&all);
}

static void
test_broken(const struct codec *c)
{
	struct buf text = BUF_INIT, packed = BUF_INIT;
	size_t whole;
	char what[50];

	if (!c->codec)
		return;
	make_text(300000, &text);
	c->pack(&text, &packed);
	whole = packed.len;
	for (size_t cut = 6; cut < whole; cut += whole / 7) {
		packed.len = cut;
		snprintf(what, sizeof(what), "cut off after %zu", cut);
		check(c, what, &packed, NULL, 65536, "is cut off");
	}
	packed.len = whole - 1;
	check(c, "without the last byte", &packed, NULL, 65536, "is cut off");
	packed.len = whole;
	for (size_t i = 0; i < 50; i++)
		packed.data[whole / 2 + i] ^= 0x55;
	check(c, "damaged in the middle", &packed, NULL, 65536, "is damaged");
	buf_clear(&text);
	buf_clear(&packed);
}

static void
test_plain(void)
{
	static const char *const texts[] = { "B", "BZ", "BZh", "BZhang 1\n", "BZh9 is a name\n",
		"\x1f", "\x28\xb5\x2f",
		"\xfd"
		"7zXZ",
		"x\n", "\n" };

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct buf text = { (char *)texts[i], strlen(texts[i]), 0 };

		check(&codecs[0], texts[i], &text, &text, 65536, NULL);
	}
}

static void
test_whole_files(void)
{
	struct buf text = BUF_INIT, packed = BUF_INIT, got = BUF_INIT;
	struct err err = { 0 };
	char *path;

	make_text(100000, &text);
	pack_gz(&text, &packed);
	path = put("y", packed.data, packed.len);
	is_int(source_read_file(path, 100000, &got, &err), 0, "a whole file up to its limit");
	ok(got.len == 100000 && memcmp(got.data, text.data, got.len) == 0, "all of it");
	is_int(source_read_file(path, 99999, &got, &err), -1, "one byte above the limit");
	ok(strstr(err.text, "is larger than 99999 bytes"), "message: %s", err.text);
	is_int(err.kind, ERR_INPUT, "kind");
	ok(!source_open("/nonexistent", &err), "a missing file");
	is_str(err.text, "cannot open '/nonexistent': No such file or directory", "message");
	is_int(err.kind, ERR_INPUT, "kind");
	ok(!source_open("/", &err), "a directory");
	is_str(err.text, "cannot read '/': Is a directory", "message");
	remove(path);
	free(path);
	buf_clear(&text);
	buf_clear(&packed);
	buf_clear(&got);
}

int
main(void)
{
	if (!mkdtemp(dir))
		return 1;
	for (size_t i = 0; i < COUNT(codecs); i++) {
		test_sizes(&codecs[i]);
		test_joined(&codecs[i]);
		test_broken(&codecs[i]);
	}
	test_plain();
	test_whole_files();
	remove(dir);
	return done_testing();
}
