/* SPDX-License-Identifier: MIT */
/* object: stored files, addressed by the SHA-256 of their content, kept as zstd. */
#include "store/object.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
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
static const char sql_list[] = "SELECT sha256 FROM object ORDER BY sha256";
static const char sql_count[] = "SELECT count(*) FROM object";
static const char sql_old[] = "SELECT length(data) FROM object WHERE sha256 = ? AND stored < ?";
static const char sql_remove[] = "DELETE FROM object WHERE sha256 = ? AND stored < ?";
static const char sql_get[] = "SELECT data FROM object WHERE sha256 = ?";

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
find(struct store *store, const unsigned char raw[DIGEST_RAW], int64_t *size, int64_t *stored,
    struct err *err)
{
	struct stmt *stmt = db_query(&store->objects, err, sql_find, "b", raw, (size_t)DIGEST_RAW);
	int rc = stmt ? stmt_next(stmt, err) : -1;

	if (rc <= 0)
		return rc;
	*size = stmt_int(stmt, 0);
	*stored = stmt_int(stmt, 1);
	stmt_end(stmt);
	return 1;
}

static int
insert(struct store *store, const unsigned char raw[DIGEST_RAW], const void *data, size_t len,
    struct err *err)
{
	struct buf packed = BUF_INIT;
	int rc;

	compress(data, len, &packed);
	rc = db_run(&store->objects, err, sql_put, "biib", raw, (size_t)DIGEST_RAW, (int64_t)len,
	    clock_wall(), packed.data, packed.len);
	buf_clear(&packed);
	return rc < 0 ? -1 : 0;
}

/* Make it new again, unless it is. */
static int
renew(struct store *store, const unsigned char raw[DIGEST_RAW], int64_t stored, struct err *err)
{
	int64_t now = clock_wall();

	if (now - stored < RENEW)
		return 0;
	if (!store->objects.writing && db_begin(&store->objects, err) < 0)
		return -1;
	return db_run(&store->objects, err, sql_renew, "ib", now, raw, (size_t)DIGEST_RAW) < 0 ? -1
											       : 0;
}

int
object_put(struct store *store, const void *data, size_t len, char hex[DIGEST_HEX], struct err *err)
{
	int64_t size, stored;
	unsigned char raw[DIGEST_RAW];
	int rc;

	if (store_need_objects(store, err) < 0)
		return -1;
	if (!store->objects.writing && db_begin(&store->objects, err) < 0)
		return -1;
	digest_raw(digest_bytes(data, len, hex), raw);
	rc = find(store, raw, &size, &stored, err);
	if (rc == 0)
		return insert(store, raw, data, len, err);
	return rc < 0 ? -1 : renew(store, raw, stored, err);
}

int
object_use(struct store *store, const char *hex, struct err *err)
{
	unsigned char raw[DIGEST_RAW];
	int64_t size, stored;
	int rc;

	if (digest_raw(hex, raw) < 0)
		return 0;
	rc = store_look_objects(store, err);
	if (rc > 0)
		rc = find(store, raw, &size, &stored, err);
	if (rc > 0 && renew(store, raw, stored, err) < 0)
		return -1;
	return rc;
}

int
object_find(struct store *store, const char *hex, int64_t *size, struct err *err)
{
	unsigned char raw[DIGEST_RAW];
	int64_t stored;
	int rc;

	if (digest_raw(hex, raw) < 0)
		return err_set(err, ERR_INPUT, "'%s' is not the SHA-256 of an object", hex);
	rc = store_look_objects(store, err);
	return rc <= 0 ? rc : find(store, raw, size, &stored, err);
}

int
object_get(struct store *store, const char *hex, struct buf *out, struct err *err)
{
	unsigned char raw[DIGEST_RAW];
	char again[DIGEST_HEX];
	size_t start = out->len, len;
	const void *data;
	struct stmt *stmt;
	int rc;

	if (digest_raw(hex, raw) < 0)
		return err_set(err, ERR_INPUT, "'%s' is not the SHA-256 of an object", hex);
	rc = store_look_objects(store, err);
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

/* ---- all of them ---- */

int
object_list(struct store *store, unsigned char (**list)[DIGEST_RAW], size_t *count, struct err *err)
{
	unsigned char(*at)[DIGEST_RAW];
	struct stmt *row;
	size_t room = 0, n = 0, len;
	int rc = store_look_objects(store, err);

	*list = NULL;
	*count = 0;
	if (rc <= 0)
		return rc;
	row = db_query(&store->objects, err, sql_count, "");
	rc = row ? stmt_next(row, err) : -1;
	if (rc <= 0)
		return -1;
	room = (size_t)stmt_int(row, 0);
	stmt_end(row);
	at = xcalloc(room + 1, sizeof(*at));
	row = db_query(&store->objects, err, sql_list, "");
	while (row && n < room && (rc = stmt_next(row, err)) > 0)
		memcpy(at[n++], stmt_blob(row, 0, &len), DIGEST_RAW);
	if (row && rc > 0)
		stmt_end(row); /* those stored since are new */
	*list = at;
	*count = n;
	return row && rc >= 0 ? 0 : -1;
}

int
object_old(struct store *store, const unsigned char raw[DIGEST_RAW], int64_t before, int64_t *bytes,
    struct err *err)
{
	struct stmt *row = db_query(
	    &store->objects, err, sql_old, "bi", raw, (size_t)DIGEST_RAW, before);
	int rc = row ? stmt_next(row, err) : -1;

	if (rc <= 0)
		return rc;
	*bytes = stmt_int(row, 0);
	stmt_end(row);
	return 1;
}

int
object_remove(
    struct store *store, const unsigned char raw[DIGEST_RAW], int64_t before, struct err *err)
{
	if (!store->objects.writing && db_begin(&store->objects, err) < 0)
		return -1;
	return db_run(&store->objects, err, sql_remove, "bi", raw, (size_t)DIGEST_RAW, before);
}

/* ---- in rows ---- */

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
