/* SPDX-License-Identifier: MIT */
/*
 * alike: texts packed by what they have in common with earlier ones of their family.
 *
 * The first few texts of a family, one behind the other, become its dictionary,
 * a row of the table of this name; what comes after them is compressed with it.
 * A text may have a base besides, another text that much of it repeats and that
 * must be at hand to unpack it. Of a text without one that has points in space, a
 * molecule, the coordinates are kept as numbers (store/points). What is packed so
 * begins with a byte that neither JSON nor zstd begins with; anything else is as
 * object_pack makes it.
 */
#ifndef STORE_ALIKE_H
#define STORE_ALIKE_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct db;
struct err;

/* Reset packed and fill it; base may be NULL. Texts of a kilobyte and less stay as they are. Within
 * a transaction of that database. -1: the dictionary cannot be read or written. */
int alike_pack(struct db *db, const char *family, const void *data, size_t len,
    const struct buf *base, struct buf *packed, struct err *err);

/* Was it packed with a base? */
bool alike_has_base(const void *data, size_t len);

/* Append the text to out; base is the one it was packed with, where it was. -1: damaged. */
int alike_unpack(struct db *db, const void *data, size_t len, const struct buf *base,
    struct buf *out, struct err *err);

/* Forget all that is in memory: the database was closed, or what it last got was taken back. */
void alike_forget(struct db *db);

#endif
