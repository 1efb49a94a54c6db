/* SPDX-License-Identifier: MIT */
/* object: stored files, addressed by the SHA-256 of their content, kept as zstd. */
#include "store/object.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/path.h"
#include "store/internal.h"
#include "store/stmt.h"

#define LEVEL 3
#define INLINE_MAX 1024
#define RENEW (INT64_C(1800) * 1000000) /* microseconds: half of what makes an object old */
#define CONTENT_MAX ((unsigned long long)1 << 30)

static const char sql_put[] =
    "INSERT INTO object (sha256, size, stored, data) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING";
static const char sql_find[] = "SELECT size, stored FROM object WHERE sha256 = ?";
static const char sql_renew[] = "UPDATE object SET stored = ? WHERE sha256 = ?";
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

/* 1: it is there; 0, -1. */
static int
find(struct store *store, const unsigned char raw[32], int64_t *size, int64_t *stored,
    struct err *err)
{
	struct stmt *stmt = db_query(&store->objects, err, sql_find, "b", raw, (size_t)32);
	int rc = stmt ? stmt_next(stmt, err) : -1;

	if (rc <= 0)
		return rc;
	*size = stmt_int(stmt, 0);
	*stored = stmt_int(stmt, 1);
	stmt_end(stmt);
	return 1;
}

static int
insert(
    struct store *store, const unsigned char raw[32], const void *data, size_t len, struct err *err)
{
	struct buf packed = BUF_INIT;
	int rc;

	compress(data, len, &packed);
	rc = db_run(&store->objects, err, sql_put, "biib", raw, (size_t)32, (int64_t)len,
	    clock_wall(), packed.data, packed.len);
	buf_clear(&packed);
	return rc < 0 ? -1 : 0;
}

int
object_put(struct store *store, const void *data, size_t len, char hex[DIGEST_HEX], struct err *err)
{
	int64_t size, stored, now = clock_wall();
	unsigned char raw[32];
	int rc;

	if (store_need_objects(store, err) < 0)
		return -1;
	if (!store->objects.writing && db_begin(&store->objects, err) < 0)
		return -1;
	from_hex(digest_bytes(data, len, hex), raw);
	rc = find(store, raw, &size, &stored, err);
	if (rc == 0)
		return insert(store, raw, data, len, err);
	if (rc < 0 || now - stored < RENEW)
		return rc < 0 ? -1 : 0;
	rc = db_run(&store->objects, err, sql_renew, "ib", now, raw, sizeof(raw));
	return rc < 0 ? -1 : 0;
}

/* Looking makes no database: 1, 0 when there is none, -1. */
static int
open_for_reading(struct store *store, struct err *err)
{
	char *path;
	bool none;

	if (store->objects.handle)
		return 1;
	path = path_join(store->dir, "objects.db");
	none = access(path, F_OK) < 0 && errno == ENOENT;
	free(path);
	if (none)
		return 0;
	return store_need_objects(store, err) < 0 ? -1 : 1;
}

int
object_find(struct store *store, const char *hex, int64_t *size, struct err *err)
{
	unsigned char raw[32];
	int64_t stored;
	int rc;

	if (from_hex(hex, raw) < 0)
		return err_set(err, ERR_INPUT, "'%s' is not the SHA-256 of an object", hex);
	rc = open_for_reading(store, err);
	return rc <= 0 ? rc : find(store, raw, size, &stored, err);
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
	rc = open_for_reading(store, err);
	if (rc <= 0)
		return rc;
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
