/* SPDX-License-Identifier: MIT */
/*
 * source: bytes of a file or of standard input, decompressed on the way.
 *
 * gzip, zstd, bzip2 and xz are recognised by their first bytes, whatever the
 * file is called; concatenated members are one stream. Memory is constant.
 */
#ifndef BASE_SOURCE_H
#define BASE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct buf;
struct err;
struct source;

/* Open path; NULL or "-" is standard input. NULL on error. */
struct source *source_open(const char *path, struct err *err);

/* The same over bytes that come from elsewhere, such as a member of an archive: fn gives up to
 * len bytes, 0 at the end, -1 with err. The name is for messages. ctx must outlive the source. */
typedef ssize_t source_fetch(void *ctx, void *data, size_t len, struct err *err);
struct source *source_open_fetch(source_fetch *fn, void *ctx, const char *name, struct err *err);

void source_close(struct source *source);

/* Up to len bytes into data; 0 at the end, -1 on a read error or damaged compression. */
ssize_t source_read(struct source *source, void *data, size_t len, struct err *err);

/* The name for messages: the path, or "standard input". Borrowed. */
const char *source_name(const struct source *source);

/* Bytes taken so far from the file itself, before decompression. */
uint64_t source_taken(const struct source *source);

/* Are the bytes compressed? */
bool source_packed(const struct source *source);

/* Append a whole file, decompressed, of at most limit bytes. */
int source_read_file(const char *path, size_t limit, struct buf *out, struct err *err);

#endif
