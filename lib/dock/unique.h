/* SPDX-License-Identifier: MIT */
/*
 * unique: which molecules were seen, and by what name, in little memory.
 *
 * 16 bytes an entry (88 bits of a SHA-256 of the key, 40 bits of an offset) in an open table that
 * is at most three quarters full and grows by a quarter: 18 to 27 bytes a molecule, 48 while it
 * grows. The names are in a temporary file that has no name. Two of 10^8 different molecules share
 * 88 bits with probability 10^-11.
 */
#ifndef DOCK_UNIQUE_H
#define DOCK_UNIQUE_H

#include <stddef.h>

struct buf;
struct err;
struct unique;

struct unique *unique_new(void);
void unique_free(struct unique *u);

/* 1: seen, the name it was added by is appended to name; 0: not; -1: the file cannot be read. */
int unique_find(struct unique *u, const char *key, struct buf *name, struct err *err);

/* Remember a key that was not found. */
int unique_add(struct unique *u, const char *key, const char *name, struct err *err);

size_t unique_count(const struct unique *u);
/* Bytes of memory the table takes now. */
size_t unique_memory(const struct unique *u);

#endif
