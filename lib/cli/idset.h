/* SPDX-License-Identifier: MIT */
/* idset: a set of execution ids with one mark each; a quarter of a byte for each id in a run. */
#ifndef CLI_IDSET_H
#define CLI_IDSET_H

#include <stdbool.h>
#include <stdint.h>

struct idset_page;

struct idset {
	struct idset_page *pages, *last;
	int64_t count, marked;
};

/* Add; false when it was there. */
bool idset_add(struct idset *set, int64_t id);
bool idset_has(const struct idset *set, int64_t id);

/* Mark a member; true when it is one and was not marked. */
bool idset_mark(struct idset *set, int64_t id);

/* Each unmarked member, in no order; fn returns 0 to go on. What it returned last.*/
typedef int idset_fn(int64_t id, void *ctx);
int idset_unmarked(const struct idset *set, idset_fn *fn, void *ctx);

/* The lowest unmarked member from `from` on, or -1. */
int64_t idset_next(const struct idset *set, int64_t from);

void idset_clear(struct idset *set);

#endif
