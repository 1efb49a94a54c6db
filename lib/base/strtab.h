/* SPDX-License-Identifier: MIT */
/* strtab: names of enum values, looked up both ways. */
#ifndef BASE_STRTAB_H
#define BASE_STRTAB_H

#include <stddef.h>

/* The index of name in names[0..count), or -1. NULL entries never match. */
int strtab_find(const char *const *names, size_t count, const char *name);

/* All names joined by ", ", for messages. The caller frees. */
char *strtab_list(const char *const *names, size_t count);

#endif
