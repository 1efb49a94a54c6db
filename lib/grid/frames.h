/* SPDX-License-Identifier: MIT */
/*
 * frames: one file that holds many named pieces, each compressed by itself.
 *
 * "DLFRAME1", then a zstd frame with a checksum for each piece, then one with the
 * index (JSON: {name: [offset, bytes in the file, bytes], ...}), then 24 bytes:
 * offset of the index, its bytes in the file, its bytes (little-endian, 8 each 4 4),
 * and "DLFRAME1" again.  A file that was cut off has no end, and is refused; a
 * piece that was changed does not fit its checksum.  The file appears whole or
 * not at all: it is written beside its name, synced and renamed.
 */
#ifndef GRID_FRAMES_H
#define GRID_FRAMES_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct err;

/* ---- writing ---- */

struct frames_writer;

/* Begin the file `path`. NULL on error. */
struct frames_writer *frames_begin(const char *path, struct err *err);

/* Add a piece. One of the same name was added before: nothing is done. */
int frames_add(
    struct frames_writer *w, const char *name, const void *data, size_t len, struct err *err);

/* Is there one of this name? */
bool frames_added(const struct frames_writer *w, const char *name);

/* Write the index and let the file appear. Frees w in any case. 0 or -1. */
int frames_end(struct frames_writer *w, struct err *err);

/* Leave nothing behind. NULL is fine. */
void frames_abort(struct frames_writer *w);

/* ---- reading ---- */

struct frames;

/* NULL: ERR_INPUT where it is not there, or no such file or damaged; ERR_SYSTEM where it cannot be
 * read. */
struct frames *frames_open(const char *path, struct err *err);
void frames_close(struct frames *f);

/* Append a piece to out: 1; 0: there is none of this name; -1: it is damaged, or cannot be read. */
int frames_get(const struct frames *f, const char *name, struct buf *out, struct err *err);

#endif
