/* SPDX-License-Identifier: MIT */
/* object: stored files, addressed by the SHA-256 of their content, kept as zstd. */
#include "store/object.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "store/internal.h"
#include "store/stmt.h"

#define LEVEL 3
#define INLINE_MAX 1024
#define CONTENT_MAX ((unsigned long long)1 << 30)

static const char sql_put[] =
    "INSERT INTO object (sha256, size, stored, data) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING";
static const char sql_has[] = "SELECT 1 FROM object WHERE sha256 = ?";
static const char sql_get[] = "SELECT data FROM object WHERE sha256 = ?";

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* 64 hexadecimal characters to 32 bytes. -1: they are not that. */
static int
from_hex(const char *hex, unsigned char raw[32])
{
	if (strlen(hex) != 64)
		return -1;
	for (int i = 0; i < 32; i++) {
		int hi = hex_digit(hex[2 * i]), lo = hex_digit(hex[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return -1;
		raw[i] = (unsigned char)(hi << 4 | lo);
	}
	return 0;
}

static void
compress(const void *data, size_t len, struct buf *out)
{
	size_t bound = ZSTD_compressBound(len), n;

	n = ZSTD_compress(buf_reserve(out, bound), bound, data, len, LEVEL);
	if (ZSTD_isError(n))
		BUG("zstd: %s", ZSTD_getErrorName(n));
	out->len += n;
}

static int
decompress(const void *data, size_t len, struct buf *out, struct err *err)
{
	unsigned long long size = ZSTD_getFrameContentSize(data, len);
	size_t n;

	if (size > CONTENT_MAX) /* also the two error values */
		return err_set(err, ERR_STORE, "a stored object is damaged: no size");
	n = ZSTD_decompress(buf_reserve(out, size), size, data, len);
	if (ZSTD_isError(n))
		return err_set(
		    err, ERR_STORE, "a stored object is damaged: %s", ZSTD_getErrorName(n));
	out->len += n;
	out->data[out->len] = '\0';
	return 0;
}

/* 1: it is stored already. */
static int
is_stored(struct store *store, const unsigned char raw[32], struct err *err)
{
	struct stmt *stmt = db_query(&store->objects, err, sql_has, "b", raw, (size_t)32);
	int rc = stmt ? stmt_next(stmt, err) : -1;

	if (rc > 0)
		stmt_end(stmt);
	return rc;
}

int
object_put(struct store *store, const void *data, size_t len, char hex[DIGEST_HEX], struct err *err)
{
	struct buf packed = BUF_INIT;
	unsigned char raw[32];
	int rc;

	if (store_need_objects(store, err) < 0)
		return -1;
	if (!store->objects.writing && db_begin(&store->objects, err) < 0)
		return -1;
	from_hex(digest_bytes(data, len, hex), raw);
	rc = is_stored(store, raw, err);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	compress(data, len, &packed);
	rc = db_run(&store->objects, err, sql_put, "biib", raw, sizeof(raw), (int64_t)len,
	    clock_wall(), packed.data, packed.len);
	buf_clear(&packed);
	return rc < 0 ? -1 : 0;
}

int
object_get(struct store *store, const char *hex, struct buf *out, struct err *err)
{
	unsigned char raw[32];
	char again[DIGEST_HEX];
	size_t start = out->len, len;
	const void *data;
	struct stmt *stmt;
	int rc;

	if (from_hex(hex, raw) < 0)
		return err_set(err, ERR_INPUT, "'%s' is not the SHA-256 of an object", hex);
	if (store_need_objects(store, err) < 0)
		return -1;
	stmt = db_query(&store->objects, err, sql_get, "b", raw, sizeof(raw));
	rc = stmt ? stmt_next(stmt, err) : -1;
	if (rc <= 0)
		return rc;
	data = stmt_blob(stmt, 0, &len);
	rc = decompress(data, len, out, err);
	stmt_end(stmt);
	if (rc < 0)
		return -1;
	if (strcmp(digest_bytes(out->data + start, out->len - start, again), hex) != 0)
		return err_set(
		    err, ERR_STORE, "stored object '%s' is damaged: its content changed", hex);
	return 1;
}

void
object_pack(const void *data, size_t len, struct buf *packed)
{
	buf_reset(packed);
	if (len <= INLINE_MAX)
		buf_add(packed, data, len);
	else
		compress(data, len, packed);
}

int
object_unpack(const void *data, size_t len, struct buf *out, struct err *err)
{
	static const unsigned char magic[] = { 0x28, 0xb5, 0x2f, 0xfd };

	if (len > sizeof(magic) && memcmp(data, magic, sizeof(magic)) == 0)
		return decompress(data, len, out, err);
	buf_add(out, data, len);
	return 0;
}
