/* SPDX-License-Identifier: MIT */
/*
 * dynamic: a library that is loaded by who needs it, when that is known.
 *
 * A library that is linked costs every start of every program its relocations, and those of all it
 * needs itself: libarchive two milliseconds.
 */
#ifndef BASE_DYNAMIC_H
#define BASE_DYNAMIC_H

#include <stddef.h>

struct err;

/* Where the address of a function goes: at, from the beginning of a table. */
struct dynamic_function {
	const char *name;
	size_t at;
};

/* Load the library of this name and find len functions in it, into the table. It stays loaded. 0,
 * or -1 with ERR_SYSTEM: it is not there, or has not all of them. */
int dynamic_load(const char *name, const struct dynamic_function *functions, size_t len,
    void *table, struct err *err);

#endif
