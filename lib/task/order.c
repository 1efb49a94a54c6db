/* SPDX-License-Identifier: MIT */
/*
 * order: what waits for what, put into an order in which it can go, or the cycle in it.
 *
 * A depth-first walk: a vertex is done when all it waits for is. The path from where
 * the walk began stands in an array, not on the stack of the process; to meet a vertex
 * that is on the path closes a cycle.
 */
#include "task/order.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum { UNSEEN, ON_PATH, DONE };

struct walk {
	const struct span *spans;
	const uint32_t *upon;
	unsigned char *seen;
	uint32_t *next; /* of each vertex, how many of its span were followed */
	uint32_t *path;
	size_t depth;
	uint32_t *order;
	size_t len;
};

static void
enter(struct walk *w, uint32_t vertex)
{
	w->seen[vertex] = ON_PATH;
	w->path[w->depth++] = vertex;
}

/* The path has come back to a vertex on it. */
static size_t
close_cycle(struct walk *w, uint32_t vertex)
{
	size_t from = w->depth - 1;

	while (w->path[from] != vertex)
		from--;
	memcpy(w->order, w->path + from, (w->depth - from) * sizeof(*w->path));
	return w->depth - from;
}

/* Everything that can be reached from a vertex. 0, or the length of a cycle. */
static size_t
follow(struct walk *w, uint32_t start)
{
	enter(w, start);
	while (w->depth > 0) {
		uint32_t vertex = w->path[w->depth - 1], upon;

		if (w->next[vertex] == w->spans[vertex].count) {
			w->seen[vertex] = DONE;
			w->order[w->len++] = vertex;
			w->depth--;
			continue;
		}
		upon = w->upon[w->spans[vertex].first + w->next[vertex]++];
		if (w->seen[upon] == ON_PATH)
			return close_cycle(w, upon);
		if (w->seen[upon] == UNSEEN)
			enter(w, upon);
	}
	return 0;
}

size_t
order_find(const struct span *spans, const uint32_t *upon, const uint32_t *wanted, size_t n,
    uint32_t *order)
{
	struct walk w = { .spans = spans,
		.upon = upon,
		.seen = xcalloc(n + 1, sizeof(*w.seen)),
		.next = xcalloc(n + 1, sizeof(*w.next)),
		.path = xcalloc(n + 1, sizeof(*w.path)),
		.order = order };
	size_t cycle = 0;

	for (size_t i = 0; i < n && cycle == 0; i++)
		if (w.seen[wanted[i]] == UNSEEN)
			cycle = follow(&w, wanted[i]);
	free(w.seen);
	free(w.next);
	free(w.path);
	return cycle;
}
