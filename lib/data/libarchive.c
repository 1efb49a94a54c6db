/* SPDX-License-Identifier: MIT */
/* libarchive: the library of that name, loaded when the first archive is opened. */
#include "data/libarchive.h"

#include <stddef.h>

#include "base/dynamic.h"

static const struct dynamic_function functions[] = {
#define LIBARCHIVE_ROW(name) { "archive_" #name, offsetof(struct libarchive, name) },
	LIBARCHIVE_FUNCTIONS(LIBARCHIVE_ROW)
};

const struct libarchive *
libarchive_load(struct err *err)
{
	static struct libarchive table;
	static struct dynamic library = { "libarchive.so.13", functions,
		sizeof(functions) / sizeof(*functions), &table, DYNAMIC_UNTRIED, { 0 } };

	return dynamic_load(&library, err);
}
