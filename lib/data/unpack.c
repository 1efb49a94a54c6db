/* SPDX-License-Identifier: MIT */
/*
 * unpack: the molecule files inside one file: itself, or the members of an archive.
 *
 * Bytes flow: file - source (decompresses) - libarchive - source (decompresses
 * the member) - caller. A plain file ends after the first source. The first
 * block of the first source is kept in `head` to tell tar and zip, and is given
 * out again before the rest. A zip on disk is opened by libarchive itself,
 * because it begins with the directory at the end.
 */
#include "data/unpack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/path.h"
#include "base/source.h"
#include "base/utf8.h"
#include "data/libarchive.h"

enum { BLOCK = 512, CHUNK = 128 * 1024 };

struct unpack {
	char *path; /* as it stands in records */
	enum format format;
	struct source *file;
	char head[BLOCK]; /* the first bytes; those from head_at are still to be given out */
	size_t head_len, head_at;
	struct err late;         /* why there is nothing behind the head */
	struct archive *archive; /* NULL: a plain file */
	const struct libarchive *la;
	size_t zeros;          /* (tar) zero bytes at the end of what libarchive got */
	struct source *packed; /* the current member */
	const char *block;     /* of the member, still to be given out */
	size_t block_left;
	uint64_t block_end; /* its end in the member */
	uint64_t given, member_given;
	bool done;             /* nothing comes any more */
	struct err source_err; /* why libarchive got no bytes */
	struct buf name;
	char *stem;
	struct unpack_member member;
	char chunk[CHUNK];
};

/* Bytes of the file, the head first. */
static ssize_t
read_file(struct unpack *u, void *data, size_t len, struct err *err)
{
	size_t have = u->head_len - u->head_at;

	if (have == 0 && u->late.text[0]) {
		*err = u->late;
		return -1;
	}
	if (have == 0)
		return source_read(u->file, data, len, err);
	if (have > len)
		have = len;
	memcpy(data, u->head + u->head_at, have);
	u->head_at += have;
	return (ssize_t)have;
}

/* What can be read of the first block; damage comes to light behind it. */
static void
read_head(struct unpack *u)
{
	ssize_t n;

	do {
		n = source_read(u->file, u->head + u->head_len, BLOCK - u->head_len, &u->late);
		u->head_len += n > 0 ? (size_t)n : 0;
	} while (n > 0 && u->head_len < BLOCK);
}

static bool
is_zip(const struct unpack *u)
{
	return u->head_len >= 22 &&
	    (memcmp(u->head, "PK\3\4", 4) == 0 || memcmp(u->head, "PK\5\6", 4) == 0);
}

/* The checksum of a tar header: the sum of its bytes, its own field taken as blanks. */
static bool
is_tar(const struct unpack *u)
{
	enum { SUM_AT = 148, SUM_LEN = 8 };
	char field[SUM_LEN + 1] = "";
	unsigned long sum = 0;
	char *end;

	if (u->head_len < BLOCK || u->head[0] == '\0')
		return false;
	for (size_t i = 0; i < BLOCK; i++)
		sum += i - SUM_AT < SUM_LEN ? ' ' : (unsigned char)u->head[i];
	memcpy(field, u->head + SUM_AT, SUM_LEN);
	return strtoul(field, &end, 8) == sum && end != field;
}

static la_ssize_t
give_archive(struct archive *a, void *ctx, const void **block)
{
	struct unpack *u = ctx;
	ssize_t n = read_file(u, u->chunk, CHUNK, &u->source_err);

	if (n < 0)
		u->la->set_error(a, EIO, "%s", u->source_err.text);
	for (ssize_t i = 0; i < n; i++)
		u->zeros = u->chunk[i] ? 0 : u->zeros + 1;
	*block = u->chunk;
	return n;
}

/* libarchive's complaint, or that of the bytes below it. Returns -1. */
static int
damaged(struct unpack *u, struct err *err)
{
	const char *why = u->la->error_string(u->archive);

	if (u->source_err.text[0]) {
		*err = u->source_err;
		return -1;
	}
	return err_set(
	    err, ERR_INPUT, "'%s' is damaged: %s", u->path, why ? why : "no reason given");
}

static bool
is_file(const char *path)
{
	struct stat st;

	return path && strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static int
open_archive(struct unpack *u, const char *path, struct err *err)
{
	bool zip = is_zip(u);
	int rc;

	u->la = libarchive_load(err);
	if (!u->la)
		return -1;
	u->archive = u->la->read_new();
	if (!u->archive)
		return err_set(err, ERR_SYSTEM, "cannot start libarchive");
	if (zip) {
		u->la->read_support_format_zip(u->archive);
	} else {
		u->la->read_support_format_tar(u->archive);
		u->la->read_set_options(u->archive, "tar:read_concatenated_archives");
	}
	if (zip && is_file(path) && !source_packed(u->file))
		rc = u->la->read_open_filename(u->archive, path, CHUNK);
	else
		rc = u->la->read_open(u->archive, u, NULL, give_archive, NULL);
	return rc == ARCHIVE_OK ? 0 : damaged(u, err);
}

/* Does it claim to be an archive and is none that we read? */
static bool
is_misnamed(const struct unpack *u, struct err *err)
{
	if (u->format || !format_is_archive(u->path))
		return false;
	err_set(err, ERR_INPUT, "'%s' is no tar or zip archive", u->path);
	return true;
}

struct unpack *
unpack_open(const char *path, enum format format, struct err *err)
{
	struct unpack *u = xcalloc(1, sizeof(*u));
	struct buf visible = BUF_INIT;

	utf8_visible(path ? path : "-", strlen(path ? path : "-"), UTF8_CONTROLS, &visible);
	u->path = buf_take(&visible);
	u->format = format;
	u->file = source_open(path, err);
	if (!u->file)
		goto fail;
	read_head(u);
	if (is_zip(u) || is_tar(u) ? open_archive(u, path, err) < 0 : is_misnamed(u, err))
		goto fail;
	return u;
fail:
	unpack_close(u);
	return NULL;
}

void
unpack_close(struct unpack *u)
{
	if (!u)
		return;
	source_close(u->packed);
	if (u->archive)
		u->la->read_free(u->archive);
	source_close(u->file);
	buf_clear(&u->name);
	free(u->stem);
	free(u->path);
	free(u);
}

bool
unpack_is_archive(const struct unpack *u)
{
	return u->archive != NULL;
}

/* The file itself is the member. */
static enum unpack_got
plain_member(struct unpack *u, const struct unpack_member **member)
{
	u->done = true;
	free(u->stem);
	u->stem = strcmp(u->path, "-") == 0 ? xstrdup("stdin") : path_stem(u->path);
	u->member = (struct unpack_member){ .name = u->path, .stem = u->stem };
	u->member.format = u->format ? u->format : format_of_name(u->path);
	*member = &u->member;
	return UNPACK_MEMBER;
}

/* Names as UTF-8 when the archive tells, else as they are. */
static const char *
entry_name(const struct unpack *u, struct archive_entry *entry)
{
	const char *name = u->la->entry_pathname_utf8(entry);

	if (!name)
		name = u->la->entry_pathname(entry);
	return name ? name : "?";
}

static void
set_member(struct unpack *u, const char *name)
{
	buf_reset(&u->name);
	buf_addf(&u->name, "%s:", u->path);
	utf8_visible(name, strlen(name), UTF8_CONTROLS, &u->name);
	free(u->stem);
	u->stem = path_stem(name);
	u->member = (struct unpack_member){ .name = buf_str(&u->name), .stem = u->stem };
	u->member.format = u->format ? u->format : format_of_name(name);
}

/* Why an entry is not read; NULL when it is. "" for those not worth a word. */
static const char *
skip_reason(struct unpack *u, struct archive_entry *entry, const char *name)
{
	if (u->la->entry_filetype(entry) == AE_IFDIR)
		return "";
	if (*path_base(name) == '.' || strncmp(name, "__MACOSX/", 9) == 0)
		return "hidden";
	u->member.known_kind = true;
	if (u->la->entry_hardlink(entry) || u->la->entry_filetype(entry) != AE_IFREG)
		return "not a regular file";
	if (format_is_archive(name))
		return "an archive in an archive";
	u->member.known_kind = false;
	return u->member.format ? NULL : "of no known format";
}

/* The next block of the member. 1, 0 at its end, -1 on error. Not archive_read_data: that keeps to
 * itself what it read before an error. */
static int
next_block(struct unpack *u, struct err *err)
{
	const void *block;
	la_int64_t offset;
	int rc = u->la->read_data_block(u->archive, &block, &u->block_left, &offset);

	u->block = block;
	if (rc == ARCHIVE_EOF)
		return 0;
	if (rc == ARCHIVE_OK && (uint64_t)offset == u->block_end) {
		u->block_end += u->block_left;
		return 1;
	}
	u->block_left = 0;
	u->done |= rc == ARCHIVE_FATAL; /* there is no next member */
	if (rc == ARCHIVE_OK)
		return err_set(err, ERR_INPUT, "'%s' has holes", u->member.name);
	return damaged(u, err);
}

/* Bytes of the member as the archive has them. */
static ssize_t
read_entry(void *ctx, void *data, size_t len, struct err *err)
{
	struct unpack *u = ctx;

	while (u->block_left == 0) {
		int rc = next_block(u, err);

		if (rc <= 0)
			return rc;
	}
	if (len > u->block_left)
		len = u->block_left;
	memcpy(data, u->block, len);
	u->block += len;
	u->block_left -= len;
	return (ssize_t)len;
}

static enum unpack_got
open_member(struct unpack *u, struct archive_entry *entry, struct err *err)
{
	u->member_given = u->block_left = u->block_end = 0;
	if (u->la->entry_is_encrypted(entry)) {
		err_set(err, ERR_INPUT, "'%s' is encrypted", u->member.name);
		return UNPACK_BAD;
	}
	u->packed = source_open_fetch(read_entry, u, u->member.name, err);
	return u->packed ? UNPACK_MEMBER : UNPACK_BAD;
}

/* A tar ends with blocks of zeros; libarchive does not miss them. */
static enum unpack_got
check_end(const struct unpack *u, struct err *err)
{
	if (u->la->format(u->archive) == ARCHIVE_FORMAT_ZIP || u->zeros >= BLOCK)
		return UNPACK_END;
	err_set(err, ERR_INPUT, "'%s' is cut off: the end of the tar is missing", u->path);
	return UNPACK_FATAL;
}

enum unpack_got
unpack_next(struct unpack *u, const struct unpack_member **member, struct err *err)
{
	struct archive_entry *entry;
	const char *name;
	int rc;

	if (u->done)
		return UNPACK_END;
	if (!u->archive)
		return plain_member(u, member);
	source_close(u->packed);
	u->packed = NULL;
	do {
		rc = u->la->read_next_header(u->archive, &entry);
		u->done = rc != ARCHIVE_OK && rc != ARCHIVE_WARN;
		if (rc == ARCHIVE_EOF)
			return check_end(u, err);
		if (u->done) {
			damaged(u, err);
			return UNPACK_FATAL;
		}
		name = entry_name(u, entry);
		set_member(u, name);
		u->member.reason = skip_reason(u, entry, name);
	} while (u->member.reason && !*u->member.reason);
	*member = &u->member;
	return u->member.reason ? UNPACK_SKIPPED : open_member(u, entry, err);
}

/* How much of the file was read, as it is on disk. */
static uint64_t
taken(const struct unpack *u)
{
	uint64_t here = source_taken(u->file),
		 there = (uint64_t)u->la->filter_bytes(u->archive, -1);

	return source_packed(u->file) || here > there ? here : there;
}

static int
check_bomb(struct unpack *u, struct err *err)
{
	if (u->member_given > UNPACK_MEMBER_MAX)
		return err_set(err, ERR_INPUT, "'%s' unpacks to more than %llu GiB", u->member.name,
		    (unsigned long long)(UNPACK_MEMBER_MAX >> 30));
	if (u->given <= UNPACK_RATIO_FREE || u->given / UNPACK_RATIO_MAX <= taken(u))
		return 0;
	u->done = true;
	return err_set(err, ERR_INPUT, "'%s' unpacks to more than %d times its size", u->path,
	    UNPACK_RATIO_MAX);
}

ssize_t
unpack_read(void *ctx, void *data, size_t len, struct err *err)
{
	struct unpack *u = ctx;
	ssize_t n;

	if (!u->archive)
		return read_file(u, data, len, err);
	n = source_read(u->packed, data, len, err);
	if (n <= 0)
		return n;
	u->given += (uint64_t)n;
	u->member_given += (uint64_t)n;
	return check_bomb(u, err) < 0 ? -1 : n;
}
