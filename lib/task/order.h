/* SPDX-License-Identifier: MIT */
/*
 * order: what waits for what, put into an order in which it can go, or the cycle in it.
 *
 * Vertices are numbers from 0. All that they wait for stands in one array,
 * where each vertex has a span.
 */
#ifndef TASK_ORDER_H
#define TASK_ORDER_H

#include <stddef.h>
#include <stdint.h>

/* Where in the array a vertex's own part is. */
struct span {
	uint32_t first, count;
};

/* Put all n vertices into order[], each behind all it waits for; those that are free to go anywhere
 * stand as they do in wanted (all vertices, in some order). Returns 0. Where there is a cycle:
 * its length, and order[] begins with it: each waits for the next, the last for the first. A vertex
 * that waits for itself is a cycle of 1. Takes time and memory in proportion to what it is given,
 * however deep that is. */
size_t order_find(const struct span *spans, const uint32_t *upon, const uint32_t *wanted, size_t n,
    uint32_t *order);

#endif
