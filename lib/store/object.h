/* SPDX-License-Identifier: MIT */
/* object: stored files, addressed by the SHA-256 of their content, kept as zstd. */
#ifndef STORE_OBJECT_H
#define STORE_OBJECT_H

#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"

struct buf;
struct err;
struct store;

/* Store within the transaction that is open; the same content twice is stored once, and counts as
 * new again (nothing removes a new one). hex is its address. */
int object_put(
    struct store *store, const void *data, size_t len, char hex[DIGEST_HEX], struct err *err);

/* The same for what an execution put out: packed by what it has in common with others of its
 * family; what stands in the parameters of the execution as a string is not kept again. */
int object_put_output(struct store *store, int64_t execution, const char *family, const void *data,
    size_t len, struct err *err);

/* The parameters of an execution are about to go: objects that refer to them get their own content.
 * Within the transaction that removes them. */
int object_settle(struct store *store, int64_t execution, struct err *err);

/* Append the content: 1, 0 when there is no such object, -1 on error (among them: damaged). */
int object_get(struct store *store, const char *hex, struct buf *out, struct err *err);

/* Is there such an object, and how many bytes is it: 1, 0, -1. */
int object_find(struct store *store, const char *hex, int64_t *size, struct err *err);

/* Something will refer to it: 1, and it counts as new again; 0 when it is not there; -1. Within a
 * transaction. */
int object_use(struct store *store, const char *hex, struct err *err);

/* The addresses of all objects, in order: the caller frees *list. 0 or -1. */
int object_list(
    struct store *store, unsigned char (**list)[DIGEST_RAW], size_t *count, struct err *err);

/* Was it stored before that time, and how many bytes does it take: 1, 0, -1. Only for addresses of
 * a list that is not empty, as the next one. */
int object_old(struct store *store, const unsigned char raw[DIGEST_RAW], int64_t before,
    int64_t *bytes, struct err *err);

/* Remove it if it was: 1, 0, -1. Within a transaction. */
int object_remove(
    struct store *store, const unsigned char raw[DIGEST_RAW], int64_t before, struct err *err);

/* JSON text as it is kept in a row: as it is, or zstd when longer than 1 KiB; and back. packed is
 * reset first, out is added to. */
void object_pack(const void *data, size_t len, struct buf *packed);
int object_unpack(const void *data, size_t len, struct buf *out, struct err *err);

#endif
