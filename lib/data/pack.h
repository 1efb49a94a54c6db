/* SPDX-License-Identifier: MIT */
/*
 * pack: an archive written member by member: zip for people, tar with zstd for machines.
 */
#ifndef DATA_PACK_H
#define DATA_PACK_H

#include <stddef.h>
#include <stdio.h>

struct err;
struct pack;

enum pack_kind {
	PACK_ZIP,
	PACK_TAR_ZST,
};

/* Bytes of the archive go to put, which returns 0 or -1 with err. Times in the archive are those of
 * 1980, so that equal members give equal bytes. NULL with err. */
typedef int pack_put(void *ctx, const void *data, size_t len, struct err *err);
struct pack *pack_open(enum pack_kind kind, pack_put *put, void *ctx, struct err *err);

/* A member from memory, or from a file that was written so far, read from its start. */
int pack_text(struct pack *pack, const char *name, const void *data, size_t len, struct err *err);
int pack_file(struct pack *pack, const char *name, FILE *file, struct err *err);

/* Write the end: 0, or -1 with err. It is freed in every case; NULL is fine. */
int pack_close(struct pack *pack, struct err *err);

#endif
