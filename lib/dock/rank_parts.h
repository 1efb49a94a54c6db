/* SPDX-License-Identifier: MIT */
/*
 * rank_parts: a rank with its entries: taking records in (rank.c), keeping and ordering them
 * (rank_order.c).
 */
#ifndef DOCK_RANK_PARTS_H
#define DOCK_RANK_PARTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/spool.h"
#include "base/vec.h"
#include "dock/comparable.h"
#include "dock/rank.h"

struct err;
struct glance;

enum { SEEN_MAX = 8 }; /* versions of an engine, mostly */

/* One record. The names are one allocation: key, state and unit with their NULs. */
struct entry {
	double value;
	int pose;
	char *key;
	const char *state, *unit;
	char *text; /* in memory; NULL: in the spool */
	size_t len;
	struct piece piece;
	bool raw;       /* the text is as it came; else as json_put writes it */
	json_t *states; /* of its unit; NULL: not asked for, or rolled up already */
};

struct rank {
	struct rank_options options;
	const struct score *by; /* what is used; NULL before the first record */
	struct comparable alike;
	VEC(struct entry) entries;
	size_t limit; /* entries to keep after pruning; 0: all */
	bool full;    /* pruned once: entries.at[limit - 1] is the last that can matter */
	struct spool *spool;
	struct buf text, other;    /* scratch */
	struct glance *glance;     /* NULL before the first line */
	struct buf seen[SEEN_MAX]; /* glance_alike of lines that were found comparable */
	size_t nseen;
	bool unmet; /* the line last looked at is like none of them */
};

/* The record of an entry into scratch, as json_put writes it. */
int rank_read(struct rank *rank, const struct entry *e, struct buf *scratch, struct err *err);

/* The better one first, then by key, state and pose. */
int rank_by_place(const struct rank *rank, const struct entry *a, const struct entry *b);

/* Keep the text of the record with its entry, and the entry, which is the rank's from then on: 1.
 * -1: it still is the caller's. */
int rank_keep(struct rank *rank, struct entry *e, const char *text, size_t len, struct err *err);
void rank_drop(struct entry *e);

/* The best of each unit, of these the best `limit`, in order. */
void rank_prune(struct rank *rank);
/* Keep the first n entries. */
void rank_cut(struct rank *rank, size_t n);

#endif
