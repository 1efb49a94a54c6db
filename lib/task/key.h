/* SPDX-License-Identifier: MIT */
/*
 * key: who stands under a key.
 *
 * A key names one execution of a task in a generation of a job. A unique index
 * over the keys, long texts in no order, would be written all over by every
 * batch. So the table execution_key has two numbers for each: a place, which is
 * made from the key (see store/place), and the execution. Where another key has
 * that place already, which happens once among 10^19 pairs, the next free one is
 * taken: who looks for a key goes from its place on to the first that nobody
 * has, and compares the keys of those who stand on the way. What is removed
 * leaves a mark where somebody may stand behind it.
 */
#ifndef TASK_KEY_H
#define TASK_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct job;
struct standing;
struct store;
struct submission;

/* Look for the key of a submission: 0 and *standing is who has it; 1 when nobody has, and *place is
 * where it belongs; -1. */
int key_find(struct store *store, const struct submission *sub, int64_t *place,
    struct standing *standing, struct err *err);

/* Nobody had it, now an execution has. -1 on error. */
int key_take(struct store *store, int64_t place, int64_t execution, struct err *err);

/* A key that will be submitted in this transaction. */
struct wish {
	int64_t task;
	const char *key;
	bool derived; /* from the params; an equal line gets the same with a number behind it */
	int64_t id;   /* to submit it with; 0: as usual */
	bool taken;   /* the key is its own now; if not, it may stand already, or be wished twice */
};

/* Take the places of many at once, in the order that is cheapest to write. Wishes come in the order
 * of their ids, and until they are submitted nothing else may be. Nothing is taken when some keys
 * are derived and others are not: one with a number behind it could be given by a later line, and
 * who comes first must get it. -1 on error. */
int key_reserve(
    struct store *store, const struct job *job, struct wish *wishes, size_t count, struct err *err);

/* An execution, which is there still, is about to be removed: its key is free. -1 on error. */
int key_leave(struct store *store, int64_t execution, struct err *err);

#endif
