/* SPDX-License-Identifier: MIT */
/*
 * object: stored files, addressed by the SHA-256 of their content, kept as zstd.
 *
 * What an execution put out may be packed by what it has in common with others
 * (store/alike), or be a reference to where it stands in the parameters of an
 * execution: the byte 3, the number of the execution, and offset and length of
 * the JSON string. Before parameters go, object_settle gives such an object its
 * own content; objects are committed first, so whoever finds no parameters any
 * more finds the content at the second look.
 */
#include "store/object.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "store/alike.h"
#include "store/internal.h"
#include "store/stmt.h"
#include "store/text.h"

#define LEVEL 3
#define INLINE_MAX 1024
#define RENEW (INT64_C(1800) * 1000000) /* microseconds: half of what makes an object old */
#define REFERENCE_MIN 256               /* bytes of content for which a reference is worth it */
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
static const char sql_settle[] = "UPDATE object SET data = ? WHERE sha256 = ?";

/* Where the content of an object stands. */
struct reference {
	unsigned char mark; /* MARK_REFERENCE */
	unsigned char pad[3];
	uint32_t offset, len; /* of the string in the parameters, with its quotes */
	int64_t execution;
};

enum { MARK_REFERENCE = 3 };

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
insert(struct store *store, const unsigned char raw[DIGEST_RAW], size_t len, const void *data,
    size_t packed, struct err *err)
{
	int rc = db_run(&store->objects, err, sql_put, "biib", raw, (size_t)DIGEST_RAW,
	    (int64_t)len, clock_wall(), data, packed);

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

/* Is it there already, and new again? Its address is made. 1, 0, -1. */
static int
look(struct store *store, const void *data, size_t len, char hex[DIGEST_HEX],
    unsigned char raw[DIGEST_RAW], struct err *err)
{
	int64_t size, stored;
	int rc;

	if (store_need_objects(store, err) < 0)
		return -1;
	if (!store->objects.writing && db_begin(&store->objects, err) < 0)
		return -1;
	digest_raw(digest_bytes(data, len, hex), raw);
	rc = find(store, raw, &size, &stored, err);
	if (rc > 0 && renew(store, raw, stored, err) < 0)
		return -1;
	return rc;
}

int
object_put(struct store *store, const void *data, size_t len, char hex[DIGEST_HEX], struct err *err)
{
	unsigned char raw[DIGEST_RAW];
	struct buf packed = BUF_INIT;
	int rc = look(store, data, len, hex, raw, err);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	compress(data, len, &packed);
	rc = insert(store, raw, len, packed.data, packed.len, err);
	buf_clear(&packed);
	return rc;
}

/* Does it stand as a string in the parameters of the execution? 1 and *to, 0, -1. */
static int
find_string(struct store *store, int64_t execution, const void *data, size_t len,
    struct reference *to, struct err *err)
{
	struct buf params = BUF_INIT, string = BUF_INIT;
	json_t *value = len < REFERENCE_MIN ? NULL : json_stringn(data, len);
	const char *at;
	int rc = value ? text_get(store, TEXT_PARAMS, execution, &params, err) : 0;

	if (rc > 0) {
		json_put(value, &string);
		at = memmem(params.data, params.len, string.data, string.len);
		rc = at != NULL;
		if (at)
			*to = (struct reference){ .mark = MARK_REFERENCE,
				.offset = (uint32_t)(at - params.data),
				.len = (uint32_t)string.len,
				.execution = execution };
	}
	json_decref(value);
	buf_clear(&params);
	buf_clear(&string);
	return rc;
}

int
object_put_output(struct store *store, int64_t execution, const char *family, const void *data,
    size_t len, struct err *err)
{
	unsigned char raw[DIGEST_RAW];
	char hex[DIGEST_HEX];
	struct reference to;
	struct buf packed = BUF_INIT;
	int rc = look(store, data, len, hex, raw, err);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	rc = find_string(store, execution, data, len, &to, err);
	if (rc < 0)
		return -1;
	if (rc > 0)
		return insert(store, raw, len, &to, sizeof(to), err);
	rc = alike_pack(&store->objects, family, data, len, NULL, &packed, err);
	if (rc == 0)
		rc = insert(store, raw, len, packed.data, packed.len, err);
	buf_clear(&packed);
	return rc;
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

/* A JSON string as it was written. */
static int
read_string(const char *text, size_t len, struct buf *out, struct err *err)
{
	json_t *value = json_loadb(text, len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

	if (!json_is_string(value)) {
		json_decref(value);
		return err_set(err, ERR_STORE, "a stored object is damaged: no string");
	}
	buf_add(out, json_string_value(value), json_string_length(value));
	json_decref(value);
	return 1;
}

/* 1; 0 when those parameters are gone; -1. */
static int
follow(struct store *store, const struct reference *to, struct buf *out, struct err *err)
{
	struct buf params = BUF_INIT;
	int rc = text_get(store, TEXT_PARAMS, to->execution, &params, err);

	if (rc > 0 && (size_t)to->offset + to->len > params.len)
		rc = err_set(err, ERR_STORE, "a stored object is damaged: it ends too late");
	if (rc > 0)
		rc = read_string(params.data + to->offset, to->len, out, err);
	buf_clear(&params);
	return rc;
}

static bool
is_reference(const void *data, size_t len, struct reference *to)
{
	if (len != sizeof(*to) || *(const unsigned char *)data != MARK_REFERENCE)
		return false;
	memcpy(to, data, sizeof(*to));
	return true;
}

/* 1; 0: there is none; 2: what it refers to is gone; -1. */
static int
read_object(
    struct store *store, const unsigned char raw[DIGEST_RAW], struct buf *out, struct err *err)
{
	struct stmt *row = db_query(&store->objects, err, sql_get, "b", raw, (size_t)DIGEST_RAW);
	int rc = row ? stmt_next(row, err) : -1;
	struct reference to;
	const void *data;
	size_t len;

	if (rc <= 0)
		return rc;
	data = stmt_blob(row, 0, &len);
	if (is_reference(data, len, &to)) {
		rc = follow(store, &to, out, err);
		rc = rc == 0 ? 2 : rc;
	} else {
		rc = alike_unpack(&store->objects, data, len, NULL, out, err) < 0 ? -1 : 1;
	}
	stmt_end(row);
	return rc;
}

int
object_get(struct store *store, const char *hex, struct buf *out, struct err *err)
{
	unsigned char raw[DIGEST_RAW];
	char again[DIGEST_HEX];
	size_t start = out->len;
	int rc;

	if (digest_raw(hex, raw) < 0)
		return err_set(err, ERR_INPUT, "'%s' is not the SHA-256 of an object", hex);
	rc = store_look_objects(store, err);
	if (rc > 0)
		rc = read_object(store, raw, out, err);
	if (rc == 2) /* its content was put there before the parameters went */
		rc = read_object(store, raw, out, err);
	if (rc <= 0)
		return rc;
	if (rc == 2 || strcmp(digest_bytes(out->data + start, out->len - start, again), hex) != 0)
		return err_set(
		    err, ERR_STORE, "stored object '%s' is damaged: its content changed", hex);
	return 1;
}

/* ---- before parameters go ---- */

/* The next string of a JSON text from *at on; NULL: no more. *len is with its quotes. */
static const char *
next_string(const char **at, const char *end, size_t *len)
{
	const char *from = memchr(*at, '"', (size_t)(end - *at)), *p;

	if (!from)
		return NULL;
	for (p = from + 1; p < end && *p != '"'; p++)
		if (*p == '\\')
			p++;
	if (p >= end)
		return NULL;
	*at = p + 1;
	*len = (size_t)(p + 1 - from);
	return from;
}

/* Give the object with this content its own, if it refers to the execution. */
static int
settle(struct store *store, int64_t execution, const struct buf *content, struct err *err)
{
	unsigned char raw[DIGEST_RAW];
	char hex[DIGEST_HEX];
	struct buf packed = BUF_INIT;
	struct reference to = { 0 };
	const void *data;
	struct stmt *row;
	size_t len;
	int rc;

	digest_raw(digest_bytes(content->data, content->len, hex), raw);
	row = db_query(&store->objects, err, sql_get, "b", raw, (size_t)DIGEST_RAW);
	rc = row ? stmt_next(row, err) : -1;
	if (rc <= 0)
		return rc;
	data = stmt_blob(row, 0, &len);
	rc = is_reference(data, len, &to) && to.execution == execution;
	stmt_end(row);
	if (rc == 0)
		return 0;
	if (!store->objects.writing && db_begin(&store->objects, err) < 0)
		return -1;
	compress(content->data, content->len, &packed);
	rc = db_run(&store->objects, err, sql_settle, "bb", packed.data, packed.len, raw,
	    (size_t)DIGEST_RAW);
	buf_clear(&packed);
	return rc < 0 ? -1 : 0;
}

int
object_settle(struct store *store, int64_t execution, struct err *err)
{
	struct buf params = BUF_INIT, content = BUF_INIT;
	const char *at, *string;
	size_t len;
	int rc = store_look_objects(store, err);

	if (rc > 0)
		rc = text_get(store, TEXT_PARAMS, execution, &params, err);
	at = buf_str(&params);
	while (rc > 0 && (string = next_string(&at, buf_str(&params) + params.len, &len))) {
		if (len < REFERENCE_MIN)
			continue;
		buf_reset(&content);
		rc = read_string(string, len, &content, err);
		if (rc > 0 && settle(store, execution, &content, err) < 0)
			rc = -1;
	}
	buf_clear(&params);
	buf_clear(&content);
	return rc < 0 ? -1 : 0;
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
