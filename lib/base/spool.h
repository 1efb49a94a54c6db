/* SPDX-License-Identifier: MIT */
/*
 * spool: pieces put aside and read back in any order, for what does not fit in memory.
 *
 * Pieces are compressed (zstd, fast) into a file without a name in $TMPDIR, or
 * /var/tmp; it is gone when the process is, however that ends.
 */
#ifndef BASE_SPOOL_H
#define BASE_SPOOL_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;
struct spool;

/* Where a piece is. */
struct piece {
	uint64_t at;
	uint32_t packed; /* bytes in the file */
	uint32_t len;    /* bytes as they were */
};

/* NULL when no file can be made there. */
struct spool *spool_open(struct err *err);
void spool_close(struct spool *spool);

/* Put len bytes (below 4 GiB) aside. */
int spool_add(
    struct spool *spool, const void *data, size_t len, struct piece *piece, struct err *err);

/* Append a piece to out. */
int spool_read(struct spool *spool, const struct piece *piece, struct buf *out, struct err *err);

#endif
