/* SPDX-License-Identifier: MIT */
/* idset: a set of execution ids with one mark each. */
#include "cli/idset.h"

#include <stdlib.h>
#include <uthash.h>

#include "base/alloc.h"

enum { PAGE_BITS = 12, PAGE_IDS = 1 << PAGE_BITS, WORDS = PAGE_IDS / 64 };

struct idset_page {
	int64_t number;
	uint64_t member[WORDS], mark[WORDS];
	UT_hash_handle hh;
};

static struct idset_page *
find_page(const struct idset *set, int64_t id)
{
	int64_t number = id >> PAGE_BITS;
	struct idset_page *page;

	HASH_FIND(hh, set->pages, &number, sizeof(number), page);
	return page;
}

static uint64_t
bit(int64_t id)
{
	return (uint64_t)1 << (id & 63);
}

static size_t
word(int64_t id)
{
	return (size_t)(id & (PAGE_IDS - 1)) >> 6;
}

static int
compare_pages(const struct idset_page *a, const struct idset_page *b)
{
	return a->number < b->number ? -1 : a->number > b->number;
}

/* Pages stay in the order of their numbers; the new one is mostly the last. */
static void
add_page(struct idset *set, struct idset_page *page)
{
	if (!set->last || set->last->number < page->number) {
		HASH_ADD(hh, set->pages, number, sizeof(page->number), page);
		set->last = page;
	} else {
		HASH_ADD_INORDER(hh, set->pages, number, sizeof(page->number), page, compare_pages);
	}
}

bool
idset_add(struct idset *set, int64_t id)
{
	struct idset_page *page = find_page(set, id);

	if (!page) {
		page = xcalloc(1, sizeof(*page));
		page->number = id >> PAGE_BITS;
		add_page(set, page);
	}
	if (page->member[word(id)] & bit(id))
		return false;
	page->member[word(id)] |= bit(id);
	set->count++;
	return true;
}

bool
idset_has(const struct idset *set, int64_t id)
{
	const struct idset_page *page = find_page(set, id);

	return page && (page->member[word(id)] & bit(id));
}

bool
idset_mark(struct idset *set, int64_t id)
{
	struct idset_page *page = find_page(set, id);

	if (!page || !(page->member[word(id)] & bit(id)) || (page->mark[word(id)] & bit(id)))
		return false;
	page->mark[word(id)] |= bit(id);
	set->marked++;
	return true;
}

int
idset_unmarked(const struct idset *set, idset_fn *fn, void *ctx)
{
	int rc = 0;

	for (struct idset_page *page = set->pages; page; page = page->hh.next) {
		for (int64_t i = 0; i < PAGE_IDS; i++) {
			uint64_t open = page->member[word(i)] & ~page->mark[word(i)];

			if (!open) {
				i |= 63;
				continue;
			}
			if (!(open & bit(i)))
				continue;
			rc = fn((page->number << PAGE_BITS) | i, ctx);
			if (rc != 0)
				return rc;
		}
	}
	return rc;
}

/* The lowest unmarked member of a page at or above bit `from`, or -1. */
static int
next_in_page(const struct idset_page *page, int from)
{
	for (int w = from / 64; w < WORDS; w++) {
		uint64_t open = page->member[w] & ~page->mark[w];

		if (w == from / 64)
			open &= ~(uint64_t)0 << (from % 64);
		if (open)
			return w * 64 + __builtin_ctzll(open);
	}
	return -1;
}

int64_t
idset_next(const struct idset *set, int64_t from)
{
	const struct idset_page *page = find_page(set, from);

	if (!page)
		page = set->pages;
	for (; page; page = page->hh.next) {
		int64_t first = page->number << PAGE_BITS;
		int i = -1;

		if (page->number >= from >> PAGE_BITS)
			i = next_in_page(page, first < from ? (int)(from - first) : 0);
		if (i >= 0)
			return first | i;
	}
	return -1;
}

void
idset_clear(struct idset *set)
{
	struct idset_page *page, *next;

	HASH_ITER(hh, set->pages, page, next)
	{
		HASH_DEL(set->pages, page);
		free(page);
	}
	set->last = NULL;
	set->count = set->marked = 0;
}
