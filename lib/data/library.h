/* SPDX-License-Identifier: MIT */
/*
 * library: the molecules of one file, one after the other, in constant memory.
 *
 * Bytes come from a function, decompressed already; the format is given or
 * told by the first 64 KiB. A byte order mark at the start is passed over.
 * A text longer than LIBRARY_TEXT_MAX is a bad molecule like others; the
 * stream goes on behind it.
 */
#ifndef DATA_LIBRARY_H
#define DATA_LIBRARY_H

#include <stddef.h>
#include <sys/types.h>

#include "data/format.h"

struct err;
struct library;
struct entry;

enum { LIBRARY_TEXT_MAX = 16 << 20 };

enum library_got {
	LIBRARY_FATAL = -2, /* the bytes cannot be read on: kind and text in err */
	LIBRARY_BAD =
	    -1, /* no molecule: reason and bad_line in the molecule; the next call goes on */
	LIBRARY_END = 0,
	LIBRARY_MOLECULE = 1,
};

/* Up to len bytes into data; 0 at the end, -1 with err. */
typedef ssize_t library_read_fn(void *ctx, void *data, size_t len, struct err *err);

/* A new stream; ctx must outlive it. FORMAT_NONE: by content. NULL when the first bytes cannot be
 * read, or tell no format (name is for that message). */
struct library *library_new(
    library_read_fn *read, void *ctx, enum format format, const char *name, struct err *err);
void library_free(struct library *library);

/* The next molecule, borrowed until the next call; *molecule is set for BAD too. Blank lines
 * between molecules, comments and the heading of a SMILES table are passed over. */
enum library_got library_next(
    struct library *library, const struct entry **molecule, struct err *err);

#endif
