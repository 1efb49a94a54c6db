/* SPDX-License-Identifier: MIT */
/* strtab: names of enum values, looked up both ways. */
#ifndef BASE_STRTAB_H
#define BASE_STRTAB_H

#include <stddef.h>

/* The index of name in names[0..count), or -1. NULL entries never match. */
int strtab_find(const char *const *names, size_t count, const char *name);

/* The name that was probably meant: the one that takes the fewest letters left out, put in, changed
 * or swapped with their neighbour, at most a third of its letters. NULL when there is none. */
const char *strtab_nearest(const char *const *names, size_t count, const char *name);

/* All names joined by ", ", for messages. The caller frees. */
char *strtab_list(const char *const *names, size_t count);

#endif
