/* SPDX-License-Identifier: MIT */
/*
 * items: what a step of a pipeline is run for, one after the other: the elements of an array, the
 * lines of a file, the molecules of a file. Memory does not grow with their number.
 */
#ifndef CLI_ITEMS_H
#define CLI_ITEMS_H

#include <jansson.h>

#include "plan/pipeline.h"

struct err;
struct items;

enum items_got {
	ITEMS_FATAL = -2, /* it cannot be read on */
	ITEMS_BAD = -1,   /* this one is none; the next call goes on behind it */
	ITEMS_END = 0,
	ITEMS_ITEM = 1,
};

/* kind is not EACH_NONE or EACH_STEP; source is an array with EACH_LIST, else the name of a file.
 * NULL with err: it is something else, or cannot be read. */
struct items *items_open(enum foreach_kind kind, const json_t *source, struct err *err);
void items_close(struct items *items);

/* The next one into *item, the caller's. */
enum items_got items_next(struct items *items, json_t **item, struct err *err);

#endif
