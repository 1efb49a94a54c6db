/* SPDX-License-Identifier: MIT */
/*
 * unpack: the molecule files inside one file: itself, or the members of an archive.
 *
 * A tar or zip is told by its content. Members come in the order of the
 * archive, are read in place and never written to disk, so their names can do
 * no harm. Members of unknown names, archives inside the archive, links and
 * devices are given out as skipped. Compression is seen through everywhere:
 * round a tar, round a member, round a plain file.
 *
 * Against bombs: a member may unpack to UNPACK_MEMBER_MAX bytes, and what an
 * archive gave may be UNPACK_RATIO_MAX times what was read of it, beyond the
 * first UNPACK_RATIO_FREE bytes. A plain file has no such limits: nothing of
 * it is kept.
 */
#ifndef DATA_UNPACK_H
#define DATA_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "data/format.h"

struct err;
struct unpack;

#define UNPACK_MEMBER_MAX ((uint64_t)256 << 30)
#define UNPACK_RATIO_FREE ((uint64_t)256 << 20)
enum { UNPACK_RATIO_MAX = 1000 };

enum unpack_got {
	UNPACK_FATAL = -2, /* the file cannot be read on: kind and text in err */
	UNPACK_BAD = -1,   /* this member cannot be read; the next call goes on behind it */
	UNPACK_END = 0,
	UNPACK_MEMBER = 1,
	UNPACK_SKIPPED = 2, /* not read: reason in the member */
};

struct unpack_member {
	const char *name;   /* for records and messages: "lib.zip:a/b.sdf", UTF-8, no controls */
	const char *stem;   /* its own name without directory and extensions */
	enum format format; /* what its name says */
	const char *reason; /* why it is skipped */
	bool known_kind;    /* skipped although it may hold molecules (an archive, a link) */
};

/* Open a file; NULL or "-" is standard input. With a format, members are read whatever they are
 * called. NULL with err. */
struct unpack *unpack_open(const char *path, enum format format, struct err *err);
void unpack_close(struct unpack *unpack);

/* The next member, borrowed until the next call. What was left unread of the last one is passed
 * over. A plain file is one member. */
enum unpack_got unpack_next(
    struct unpack *unpack, const struct unpack_member **member, struct err *err);

/* Bytes of the current member, decompressed: up to len, 0 at the end, -1 with err. After an error
 * in an archive unpack_next may still find more. Fits library_read_fn. */
ssize_t unpack_read(void *unpack, void *data, size_t len, struct err *err);

/* Is it an archive? */
bool unpack_is_archive(const struct unpack *unpack);

#endif
