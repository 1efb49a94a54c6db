/* SPDX-License-Identifier: MIT */
/* libarchive: the library of that name, loaded when the first archive is opened. */
#include "data/libarchive.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/dynamic.h"
#include "base/err.h"

static const struct dynamic_function functions[] = {
#define LIBARCHIVE_ROW(name) { "archive_" #name, offsetof(struct libarchive, name) },
	LIBARCHIVE_FUNCTIONS(LIBARCHIVE_ROW)
};

static struct {
	struct libarchive table;
	bool loaded;
	struct err why_not;
} library;

static void
load(void)
{
	library.loaded = dynamic_load("libarchive.so.13", functions,
			     sizeof(functions) / sizeof(*functions), &library.table,
			     &library.why_not) == 0;
}

const struct libarchive *
libarchive_load(struct err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, load);
	if (library.loaded)
		return &library.table;
	if (err)
		*err = library.why_not;
	return NULL;
}
