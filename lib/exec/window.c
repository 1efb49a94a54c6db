/* SPDX-License-Identifier: MIT */
/*
 * window: the requests a coprocess has not answered yet, and when it is too late for them.
 *
 * Entries lie in one array, chained by id (hash buckets) and by age. Adding and answering touch
 * a few entries; only a look, which is due once in a limit or so, goes through all of them.
 */
#include "exec/window.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/err.h"

enum { NONE = -1 };

struct entry {
	int64_t id;
	void *owner;
	int64_t limit, due;
	int older, newer; /* by age; newer also chains free entries */
	int next;         /* in its bucket */
	bool alone;
};

struct window {
	size_t most, count, mask;
	struct entry *entries;
	int *buckets;
	int oldest, newest, free;
	size_t touched; /* entries that were ever used */
	int64_t limits; /* the sum of those that are out */
	int64_t heard;  /* the last answer, or when the first went out after none was */
	int64_t look;   /* none is late before */
};

struct window *
window_new(size_t most)
{
	struct window *w = xcalloc(1, sizeof(*w));
	size_t buckets = 8;

	while (buckets < most)
		buckets *= 2;
	w->most = most;
	w->mask = buckets - 1;
	w->entries = xcalloc(most, sizeof(*w->entries));
	w->buckets = xcalloc(buckets, sizeof(*w->buckets));
	for (size_t i = 0; i < buckets; i++)
		w->buckets[i] = NONE;
	w->oldest = w->newest = w->free = NONE;
	w->look = INT64_MAX;
	return w;
}

void
window_free(struct window *w)
{
	if (!w)
		return;
	free(w->entries);
	free(w->buckets);
	free(w);
}

size_t
window_count(const struct window *w)
{
	return w->count;
}

size_t
window_most(const struct window *w)
{
	return w->most;
}

/* Ids mostly count up, so their low bits spread them well. */
static int *
bucket_of(struct window *w, int64_t id)
{
	return &w->buckets[(size_t)id & w->mask];
}

/* The link that leads to the entry of this id, or to NONE. */
static int *
find(struct window *w, int64_t id)
{
	int *link = bucket_of(w, id);

	while (*link != NONE && w->entries[*link].id != id)
		link = &w->entries[*link].next;
	return link;
}

static int
take_free(struct window *w)
{
	int i = w->free;

	if (i == NONE)
		return (int)w->touched++;
	w->free = w->entries[i].newer;
	return i;
}

void
window_add(struct window *w, int64_t id, void *owner, int64_t limit, int64_t now)
{
	int *link = find(w, id), i;

	if (w->count == w->most || *link != NONE)
		BUG("request %lld does not go out", (long long)id);
	i = take_free(w);
	w->limits += limit;
	w->entries[i] = (struct entry){ .id = id,
		.owner = owner,
		.limit = limit,
		.due = now + w->limits,
		.older = w->newest,
		.newer = NONE,
		.next = NONE,
		.alone = w->count == 0 };
	*link = i;
	if (w->newest == NONE)
		w->oldest = i;
	else
		w->entries[w->newest].newer = i;
	w->entries[w->oldest].alone &= w->oldest == i;
	w->newest = i;
	if (w->count++ == 0)
		w->heard = now;
	if (w->entries[i].due < w->look)
		w->look = w->entries[i].due;
}

static void
remove_entry(struct window *w, int *link)
{
	int i = *link;
	struct entry *e = &w->entries[i];

	*link = e->next;
	if (e->older == NONE)
		w->oldest = e->newer;
	else
		w->entries[e->older].newer = e->newer;
	if (e->newer == NONE)
		w->newest = e->older;
	else
		w->entries[e->newer].older = e->older;
	w->limits -= e->limit;
	e->newer = w->free;
	w->free = i;
	if (--w->count == 0)
		w->look = INT64_MAX;
}

bool
window_answer(struct window *w, int64_t id, int64_t now, void **owner)
{
	int *link = find(w, id);

	if (*link == NONE)
		return false;
	*owner = w->entries[*link].owner;
	w->heard = now;
	remove_entry(w, link);
	return true;
}

void *
window_owner(const struct window *w, int64_t id)
{
	int link = *find((struct window *)w, id);

	return link == NONE ? NULL : w->entries[link].owner;
}

void *
window_oldest(const struct window *w)
{
	return w->oldest == NONE ? NULL : w->entries[w->oldest].owner;
}

bool
window_take(struct window *w, int64_t *id, void **owner, bool *alone)
{
	const struct entry *e;

	if (w->oldest == NONE)
		return false;
	e = &w->entries[w->oldest];
	*id = e->id;
	*owner = e->owner;
	*alone = e->alone;
	remove_entry(w, find(w, e->id));
	return true;
}

bool
window_is_late(struct window *w, int64_t now)
{
	int64_t longest = 0, due = INT64_MAX;

	if (now < w->look)
		return false;
	for (int i = w->oldest; i != NONE; i = w->entries[i].newer) {
		if (w->entries[i].limit > longest)
			longest = w->entries[i].limit;
		if (w->entries[i].due < due)
			due = w->entries[i].due;
	}
	w->look = w->heard + longest < due ? w->heard + longest : due;
	return now >= w->look;
}

int64_t
window_next_look(const struct window *w)
{
	return w->look;
}
