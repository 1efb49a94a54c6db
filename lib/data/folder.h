/* SPDX-License-Identifier: MIT */
/* folder: the molecule files in a directory, in order of their names. */
#ifndef DATA_FOLDER_H
#define DATA_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/vec.h"

struct err;

struct folder {
	VEC(char *) paths; /* path/name, sorted by bytes */
	size_t skipped;    /* other entries that are not hidden: other names, folders, devices */
};

/* Is this a directory? */
bool folder_is(const char *path);

/* List the regular files with a name of a molecule file or archive; with any, all regular files.
 * Hidden ones are left out, folders are not entered. 0, or -1 with err. */
int folder_read(const char *path, bool any, struct folder *folder, struct err *err);
void folder_clear(struct folder *folder);

#endif
