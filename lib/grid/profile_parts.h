/* SPDX-License-Identifier: MIT */
/* profile_parts: what the two halves of profile share and nobody else sees. */
#ifndef GRID_PROFILE_PARTS_H
#define GRID_PROFILE_PARTS_H

#include <stdbool.h>

#include "base/vec.h"
#include "base/yaml.h"
#include "grid/profile.h"

/* A file, and those below it. */
struct profile_file {
	struct profile profile; /* first: what is handed out */
	struct yaml_docs docs;
	struct profile_file *below; /* what it extends, NULL: nothing */
	json_t *value;              /* all of it, merged */
	VEC(void *) lists;          /* arrays of texts that are to be freed */
	bool has_id;                /* the regex was compiled */
};

/* Fill in the profile from the merged value. -1 with ERR_INPUT. */
int profile_fill(struct profile_file *f, struct err *err);

/* "file:line:column: what" of the file where the value stands that a JSON pointer names. -1. */
int profile_bad(const struct profile_file *f, const char *pointer, struct err *err, const char *fmt,
    ...) __attribute__((format(printf, 4, 5)));

/* A text; one that is absent must have a value in out already. */
int profile_text(
    const struct profile_file *f, const char *pointer, const char **out, struct err *err);

#endif
