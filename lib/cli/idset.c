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

bool
idset_add(struct idset *set, int64_t id)
{
	struct idset_page *page = find_page(set, id);

	if (!page) {
		page = xcalloc(1, sizeof(*page));
		page->number = id >> PAGE_BITS;
		HASH_ADD(hh, set->pages, number, sizeof(page->number), page);
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

void
idset_clear(struct idset *set)
{
	struct idset_page *page, *next;

	HASH_ITER(hh, set->pages, page, next)
	{
		HASH_DEL(set->pages, page);
		free(page);
	}
	set->count = set->marked = 0;
}
