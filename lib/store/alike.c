/* SPDX-License-Identifier: MIT */
/*
 * alike: texts packed by what they have in common with earlier ones of their family.
 *
 * Packed is one byte (with or without a base), the number of the dictionary in
 * four bytes, lowest first (0: none), and a zstd frame. The first dictionary of a
 * family is a few texts as they are; with a base it is used so for ever, the base
 * behind it: the nearer the text, the shorter the reference. Without, it is
 * followed by one that is trained of more texts, which is better and faster.
 * Dictionaries are never changed or removed: another one has another number.
 *
 * A text with points in space and no base is packed as what store/points splits it
 * into: the frame and the figures are a block each of the zstd frame, which has a
 * checksum, because figures that were changed would be figures still. Frames are a
 * family of their own.
 */
#include "store/alike.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include <zdict.h>
#include <zstd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "store/internal.h"
#include "store/object.h"
#include "store/points.h"
#include "store/stmt.h"

enum {
	LEVEL = 3,               /* of what is submitted by thousands */
	LEVEL_BASE = 6,          /* of what a program ran for */
	SAMPLES = 4,             /* texts in a first dictionary */
	TRAINED = 64,            /* texts that the second is trained of, in 30 ms */
	TRAINED_SIZE = 16 << 10, /* its bytes: twice as many save 1 % more */
	SAMPLE_MAX = 8 << 10,    /* bytes of each text */
	TEXT_MIN = 1 << 10,      /* texts up to this stay as they are */
	TEXT_MAX = 256 << 10,    /* of longer ones a dictionary saves nothing */
	FAMILIES_MAX = 64,       /* in memory */
	HEAD = 5,
	BLOCK_HEAD = 16, /* bytes that another block may take besides what is in it */
	FAMILY_MAX = 256,
};

enum { MARK_ALIKE = 1, MARK_BASE = 2, MARK_POINTS = 4 }; /* 3: see store/object */

/* What is compressed. */
struct piece {
	const char *data;
	size_t len;
	size_t block; /* so much of it is a block by itself; 0: it is one */
	unsigned char mark;
};

struct dictionary {
	int64_t id;
	struct buf text;
	ZSTD_CDict *packing; /* NULL: nothing was packed with it yet */
	ZSTD_DDict *unpacking;
	UT_hash_handle hh;
};

struct family {
	char *name;
	struct dictionary *dictionary; /* NULL: there is none yet */
	struct buf samples;
	size_t sizes[TRAINED];
	size_t count; /* of samples; TRAINED: it has all it will have */
	UT_hash_handle hh;
};

struct alike {
	struct family *families;
	struct dictionary *dictionaries;
	ZSTD_CCtx *packing;
	ZSTD_DCtx *unpacking;
	struct buf prefix;
	struct buf split; /* see store/points */
	struct buf joined;
};

static const char sql_newest[] =
    "SELECT id, data FROM dictionary WHERE family = ? ORDER BY id DESC LIMIT 1";
static const char sql_get[] = "SELECT id, data FROM dictionary WHERE id = ?";
static const char sql_put[] = "INSERT INTO dictionary (family, data) VALUES (?, ?)";

/* ---- memory ---- */

static struct alike *
memory_of(struct db *db)
{
	if (!db->alike) {
		db->alike = xcalloc(1, sizeof(*db->alike));
		db->alike->packing = ZSTD_createCCtx();
		db->alike->unpacking = ZSTD_createDCtx();
	}
	return db->alike;
}

static void
drop_families(struct alike *a)
{
	struct family *f, *next;

	HASH_ITER(hh, a->families, f, next)
	{
		HASH_DEL(a->families, f);
		buf_clear(&f->samples);
		free(f->name);
		free(f);
	}
}

static void
drop(struct alike *a, struct dictionary *d)
{
	HASH_DEL(a->dictionaries, d);
	ZSTD_freeCDict(d->packing);
	ZSTD_freeDDict(d->unpacking);
	buf_clear(&d->text);
	free(d);
}

void
alike_forget(struct db *db)
{
	struct alike *a = db->alike;
	struct dictionary *d, *next;

	if (!a)
		return;
	drop_families(a);
	HASH_ITER(hh, a->dictionaries, d, next)
	{
		drop(a, d);
	}
	ZSTD_freeCCtx(a->packing);
	ZSTD_freeDCtx(a->unpacking);
	buf_clear(&a->prefix);
	buf_clear(&a->split);
	buf_clear(&a->joined);
	free(a);
	db->alike = NULL;
}

static struct dictionary *
remember(struct alike *a, int64_t id)
{
	struct dictionary *d = xcalloc(1, sizeof(*d));

	d->id = id;
	HASH_ADD(hh, a->dictionaries, id, sizeof(d->id), d);
	return d;
}

/* The dictionary of a row that was begun: 1, 0 when there is no row, -1. */
static int
take_row(struct alike *a, struct stmt *row, struct dictionary **found, struct err *err)
{
	int rc = row ? stmt_next(row, err) : -1;
	struct dictionary *d;
	const void *data;
	int64_t id;
	size_t len;

	if (rc <= 0)
		return rc;
	id = stmt_int(row, 0);
	data = stmt_blob(row, 1, &len);
	HASH_FIND(hh, a->dictionaries, &id, sizeof(id), d);
	if (!d) {
		d = remember(a, id);
		rc = object_unpack(data, len, &d->text, err) < 0 ? -1 : 1;
		if (rc < 0)
			drop(a, d);
	}
	stmt_end(row);
	*found = rc < 0 ? NULL : d;
	return rc;
}

static int
find_family(struct db *db, const char *word, bool split, struct family **found, struct err *err)
{
	struct alike *a = memory_of(db);
	char name[FAMILY_MAX];
	struct family *f;

	snprintf(name, sizeof(name), "%s%s", word, split ? " points" : "");
	HASH_FIND_STR(a->families, name, f);
	if (!f) {
		if (HASH_COUNT(a->families) >= FAMILIES_MAX)
			drop_families(a);
		f = xcalloc(1, sizeof(*f));
		f->name = xstrdup(name);
		HASH_ADD_KEYPTR(hh, a->families, f->name, strlen(f->name), f);
		if (take_row(a, db_query(db, err, sql_newest, "t", name), &f->dictionary, err) < 0)
			return -1;
	}
	*found = f;
	return 0;
}

/* ---- dictionaries ---- */

static bool
is_trained(const struct dictionary *d)
{
	uint32_t magic = 0;

	if (d && d->text.len >= sizeof(magic))
		memcpy(&magic, d->text.data, sizeof(magic));
	return magic == ZSTD_MAGIC_DICTIONARY;
}

/* The text, taken over, is what the family is packed with from now on. */
static int
make_dictionary(struct db *db, struct family *f, struct buf *text, struct err *err)
{
	struct buf packed = BUF_INIT;
	int rc;

	object_pack(text->data, text->len, &packed);
	rc = db_run(db, err, sql_put, "tb", f->name, packed.data, packed.len);
	buf_clear(&packed);
	if (rc < 0) {
		buf_clear(text);
		return -1;
	}
	f->dictionary = remember(db->alike, sqlite3_last_insert_rowid(db->handle));
	f->dictionary->text = *text;
	return 0;
}

static int
take_samples(struct db *db, struct family *f, struct err *err)
{
	struct buf text = BUF_INIT;

	buf_add(&text, f->samples.data, f->samples.len);
	return make_dictionary(db, f, &text, err);
}

/* There may be nothing to be learnt: then all stays as it is. */
static int
train(struct db *db, struct family *f, struct err *err)
{
	struct buf text = BUF_INIT;
	size_t n = ZDICT_trainFromBuffer(buf_reserve(&text, TRAINED_SIZE), TRAINED_SIZE,
	    f->samples.data, f->sizes, (unsigned)f->count);

	buf_clear(&f->samples);
	if (ZDICT_isError(n)) {
		buf_clear(&text);
		return 0;
	}
	text.len = n;
	return make_dictionary(db, f, &text, err);
}

/* A text of a family that may get a better dictionary. */
static int
sample(struct db *db, struct family *f, const struct piece *p, bool based, struct err *err)
{
	size_t len = p->block > 0 ? p->block : p->len;

	if (f->count == TRAINED || is_trained(f->dictionary) || (based && f->dictionary))
		return 0;
	if (len > SAMPLE_MAX)
		len = SAMPLE_MAX;
	buf_add(&f->samples, p->data, len);
	f->sizes[f->count++] = len;
	if (!f->dictionary && f->count == SAMPLES)
		return take_samples(db, f, err);
	return f->count == TRAINED ? train(db, f, err) : 0;
}

/* ---- packing ---- */

/* The dictionary, where there is one, and the base behind it. */
static const struct buf *
join(struct alike *a, const struct dictionary *d, const struct buf *base)
{
	buf_reset(&a->prefix);
	if (d)
		buf_add(&a->prefix, d->text.data, d->text.len);
	buf_add(&a->prefix, base->data, base->len);
	return &a->prefix;
}

/* All blocks, one behind the other, into room for what they are at worst. */
static size_t
compress_blocks(ZSTD_CCtx *packing, const struct piece *p, char *to, size_t room)
{
	ZSTD_inBuffer block = { p->data, p->block, 0 }, rest = { p->data, p->len, p->block };
	ZSTD_outBuffer out = { to, room, 0 };
	size_t left;

	ZSTD_CCtx_setPledgedSrcSize(packing, p->len);
	do
		left = ZSTD_compressStream2(packing, &out, &block, ZSTD_e_flush);
	while (!ZSTD_isError(left) && left > 0);
	while (!ZSTD_isError(left)) {
		left = ZSTD_compressStream2(packing, &out, &rest, ZSTD_e_end);
		if (left == 0)
			return out.pos;
	}
	return left;
}

static size_t
compress(struct alike *a, struct dictionary *d, const struct buf *base, const struct piece *p,
    char *to, size_t room)
{
	const struct buf *prefix;

	ZSTD_CCtx_reset(a->packing, ZSTD_reset_session_and_parameters);
	ZSTD_CCtx_setParameter(a->packing, ZSTD_c_compressionLevel, base ? LEVEL_BASE : LEVEL);
	ZSTD_CCtx_setParameter(a->packing, ZSTD_c_dictIDFlag, 0);
	ZSTD_CCtx_setParameter(a->packing, ZSTD_c_checksumFlag, p->block > 0);
	if (base) {
		prefix = join(a, d, base);
		ZSTD_CCtx_refPrefix(a->packing, prefix->data, prefix->len);
	} else {
		if (!d->packing)
			d->packing = ZSTD_createCDict(d->text.data, d->text.len, LEVEL);
		ZSTD_CCtx_refCDict(a->packing, d->packing);
	}
	if (p->block > 0)
		return compress_blocks(a->packing, p, to, room);
	return ZSTD_compress2(a->packing, to, room, p->data, p->len);
}

static void
pack(struct alike *a, struct dictionary *d, const struct buf *base, const struct piece *p,
    struct buf *packed)
{
	size_t room = ZSTD_compressBound(p->len) + BLOCK_HEAD, n;
	char *head;

	buf_reset(packed);
	head = buf_reserve(packed, HEAD + room);
	head[0] = (char)p->mark;
	for (int i = 0; i < HEAD - 1; i++)
		head[1 + i] = d ? (char)(d->id >> 8 * i) : 0;
	n = compress(a, d, base, p, head + HEAD, room);
	if (ZSTD_isError(n))
		BUG("zstd: %s", ZSTD_getErrorName(n));
	packed->len = HEAD + n;
}

/* Is it split, so that what is joined is the same text, whatever stands in it? */
static bool
split(struct alike *a, const void *data, size_t len, size_t *frame)
{
	if (!points_split(data, len, &a->split, frame))
		return false;
	buf_reset(&a->joined);
	return points_join(a->split.data, a->split.len, &a->joined, NULL) == 0 &&
	    a->joined.len == len && memcmp(a->joined.data, data, len) == 0;
}

/* What is compressed of a text: all of it, or what it is split into. */
static struct piece
piece_of(struct alike *a, const void *data, size_t len, const struct buf *base)
{
	size_t frame;

	if (!base && split(a, data, len, &frame))
		return (struct piece){ a->split.data, a->split.len, frame, MARK_POINTS };
	return (struct piece){ data, len, 0, base ? MARK_BASE : MARK_ALIKE };
}

int
alike_pack(struct db *db, const char *family, const void *data, size_t len, const struct buf *base,
    struct buf *packed, struct err *err)
{
	struct dictionary *d;
	struct family *f;
	struct piece p;

	if (len <= TEXT_MIN || len > TEXT_MAX) {
		object_pack(data, len, packed);
		return 0;
	}
	if (base && (base->len == 0 || base->len > TEXT_MAX))
		base = NULL;
	p = piece_of(memory_of(db), data, len, base);
	if (find_family(db, family, p.block > 0, &f, err) < 0)
		return -1;
	d = f->dictionary;
	if (sample(db, f, &p, base != NULL, err) < 0)
		return -1;
	if (d || base)
		pack(db->alike, d, base, &p, packed);
	else
		object_pack(data, len, packed);
	return 0;
}

/* ---- unpacking ---- */

bool
alike_has_base(const void *data, size_t len)
{
	return len > HEAD && *(const unsigned char *)data == MARK_BASE;
}

/* 0: *found, NULL for the number 0; -1. */
static int
find_dictionary(
    struct db *db, const unsigned char *head, struct dictionary **found, struct err *err)
{
	struct alike *a = memory_of(db);
	int64_t id = head[1] | head[2] << 8 | head[3] << 16 | (int64_t)head[4] << 24;
	int rc;

	*found = NULL;
	if (id == 0)
		return 0;
	HASH_FIND(hh, a->dictionaries, &id, sizeof(id), *found);
	if (*found)
		return 0;
	rc = take_row(a, db_query(db, err, sql_get, "i", id), found, err);
	if (rc == 0)
		err_set(
		    err, ERR_STORE, "a packed text is damaged: no dictionary %lld", (long long)id);
	return rc > 0 ? 0 : -1;
}

/* base NULL: there is none. */
static int
decompress(struct alike *a, struct dictionary *d, const struct buf *base, const void *data,
    size_t len, struct buf *out, struct err *err)
{
	unsigned long long size = ZSTD_getFrameContentSize(data, len);
	const struct buf *prefix;
	size_t n;

	if (size > TEXT_MAX) /* also the two error values */
		return err_set(err, ERR_STORE, "a packed text is damaged: no size");
	ZSTD_DCtx_reset(a->unpacking, ZSTD_reset_session_and_parameters);
	if (base) {
		prefix = join(a, d, base);
		ZSTD_DCtx_refPrefix(a->unpacking, prefix->data, prefix->len);
	} else {
		if (!d->unpacking)
			d->unpacking = ZSTD_createDDict(d->text.data, d->text.len);
		ZSTD_DCtx_refDDict(a->unpacking, d->unpacking);
	}
	n = ZSTD_decompressDCtx(a->unpacking, buf_reserve(out, size), size, data, len);
	if (ZSTD_isError(n))
		return err_set(
		    err, ERR_STORE, "a packed text is damaged: %s", ZSTD_getErrorName(n));
	out->len += n;
	out->data[out->len] = '\0';
	return 0;
}

int
alike_unpack(struct db *db, const void *data, size_t len, const struct buf *base, struct buf *out,
    struct err *err)
{
	const unsigned char *head = data;
	bool based = alike_has_base(data, len), split = len > HEAD && *head == MARK_POINTS;
	struct dictionary *d;
	struct buf *whole;

	if (len <= HEAD || (*head != MARK_ALIKE && !based && !split))
		return object_unpack(data, len, out, err);
	if (find_dictionary(db, head, &d, err) < 0)
		return -1;
	if (based ? !base : !d)
		return err_set(err, ERR_STORE, "a packed text is damaged: its base is missing");
	whole = split ? &db->alike->split : out;
	if (split)
		buf_reset(whole);
	if (decompress(db->alike, d, based ? base : NULL, head + HEAD, len - HEAD, whole, err) < 0)
		return -1;
	return split ? points_join(whole->data, whole->len, out, err) : 0;
}
