/* SPDX-License-Identifier: MIT */
/* shelf: pipelines that are stored in the state, by name and version. */
#ifndef PLAN_SHELF_H
#define PLAN_SHELF_H

#include <stdint.h>

struct err;
struct store;

/* A stored pipeline. Texts are borrowed. */
struct shelved {
	const char *name, *version, *text;
	int64_t created; /* microseconds since 1970 */
};

/* Store: 1 new, 0 the same was there. Another text under that name and version is ERR_USAGE. Within
 * a transaction. */
int shelf_add(struct store *store, const char *org, const char *name, const char *version,
    const char *text, struct err *err);

/* The text of NAME, its newest version, or NAME@VERSION: 1 (the caller frees), 0, -1. */
int shelf_find(
    struct store *store, const char *org, const char *name, char **text, struct err *err);

/* Remove NAME, all versions, or NAME@VERSION: how many, or -1. Within a transaction. */
int shelf_remove(struct store *store, const char *org, const char *name, struct err *err);

/* Each stored pipeline, by name, the newest version first; fn returns 0 to go on. */
typedef int shelf_fn(const struct shelved *pipeline, void *ctx);
int shelf_each(struct store *store, const char *org, shelf_fn *fn, void *ctx, struct err *err);

#endif
