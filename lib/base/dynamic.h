/* SPDX-License-Identifier: MIT */
/*
 * dynamic: a library that is loaded by who needs it, when that is known.
 *
 * A library that is linked costs every start of every program its relocations, and those of all it
 * needs itself: libarchive two milliseconds, libjq a third of one.
 */
#ifndef BASE_DYNAMIC_H
#define BASE_DYNAMIC_H

#include <stddef.h>

#include "base/err.h"

/* Where the address of a function goes: at, from the beginning of a table. */
struct dynamic_function {
	const char *name;
	size_t at;
};

/* A library, made as { name, functions, len, table }; the rest is dynamic's own. */
struct dynamic {
	const char *name;
	const struct dynamic_function *functions;
	size_t len;
	void *table;
	enum { DYNAMIC_UNTRIED, DYNAMIC_LOADED, DYNAMIC_MISSING } state;
	struct err why; /* it is missing */
};

/* Load it, once: its table with the functions, NULL with ERR_SYSTEM when it is not there or has not
 * all of them. From any thread. */
const void *dynamic_load(struct dynamic *library, struct err *err);

#endif
