/* SPDX-License-Identifier: MIT */
/*
 * sorter: records of one size put in order, whatever their number.
 *
 * What does not fit into SORTER_ROOM bytes is sorted in runs that are put aside in
 * a spool (base/spool.h), and merged. First all are added, then all are taken.
 */
#ifndef BASE_SORTER_H
#define BASE_SORTER_H

#include <stddef.h>

struct err;
struct sorter;

enum { SORTER_ROOM = 2 << 20 };

/* compare is that of qsort(3). */
struct sorter *sorter_new(size_t size, int (*compare)(const void *a, const void *b));
void sorter_free(struct sorter *sorter);

/* Copy a record. 0 or -1. */
int sorter_add(struct sorter *sorter, const void *record, struct err *err);

/* The smallest record that was not taken yet into *record: 1, 0: all were, -1. */
int sorter_next(struct sorter *sorter, void *record, struct err *err);

#endif
