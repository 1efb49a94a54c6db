/* SPDX-License-Identifier: MIT */
/*
 * names: keys that are fit for file names, each given out once.
 *
 * Open addressing with linear probing, at most four fifths full. Beside each
 * hash stands the highest number tried for that name, so that a million equal
 * names are numbered without counting from 2 each time.
 */
#include "data/names.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"

enum { FIRST_ROOM = 1024 };

struct names {
	uint64_t *hashes; /* 0: free */
	uint32_t *numbers;
	size_t room, len; /* room is a power of two */
};

struct names *
names_new(void)
{
	struct names *n = xcalloc(1, sizeof(*n));

	n->room = FIRST_ROOM;
	n->hashes = xcalloc(n->room, sizeof(*n->hashes));
	n->numbers = xcalloc(n->room, sizeof(*n->numbers));
	return n;
}

void
names_free(struct names *n)
{
	if (!n)
		return;
	free(n->hashes);
	free(n->numbers);
	free(n);
}

static bool
is_kept(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	    c == '.' || c == '_' || c == '+' || c == '-';
}

void
names_clean(const char *text, size_t len, struct buf *out)
{
	const unsigned char *p = (const unsigned char *)text, *end = len ? p + len : p;
	size_t start = out->len;

	while (p < end && (*p <= ' ' || *p == 0x7f))
		p++;
	while (end > p && (end[-1] <= ' ' || end[-1] == 0x7f))
		end--;
	for (; p < end && out->len - start < NAMES_MAX; p++) {
		bool first = out->len == start;

		if ((*p & 0xc0) == 0x80 && !first)
			continue; /* inside a character of several bytes */
		if (is_kept(*p) && !(first && (*p == '.' || *p == '-')))
			buf_add_char(out, (char)*p);
		else
			buf_add_char(out, '_');
	}
}

/* FNV-1a, then the finisher of MurmurHash3, so that the low bits are good. Never 0. */
static uint64_t
hash_of(const struct buf *name)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < name->len; i++)
		h = (h ^ (unsigned char)name->data[i]) * UINT64_C(0x100000001b3);
	h = (h ^ (h >> 33)) * UINT64_C(0xff51afd7ed558ccd);
	h = (h ^ (h >> 33)) * UINT64_C(0xc4ceb9fe1a85ec53);
	h ^= h >> 33;
	return h ? h : 1;
}

/* The place of a hash, or the free place where it belongs. */
static size_t
place(const struct names *n, uint64_t hash)
{
	size_t i = hash & (n->room - 1);

	while (n->hashes[i] && n->hashes[i] != hash)
		i = (i + 1) & (n->room - 1);
	return i;
}

static void
grow(struct names *n)
{
	struct names bigger = { .room = n->room * 2, .len = n->len };

	bigger.hashes = xcalloc(bigger.room, sizeof(*bigger.hashes));
	bigger.numbers = xcalloc(bigger.room, sizeof(*bigger.numbers));
	for (size_t i = 0; i < n->room; i++) {
		size_t to = n->hashes[i] ? place(&bigger, n->hashes[i]) : 0;

		if (!n->hashes[i])
			continue;
		bigger.hashes[to] = n->hashes[i];
		bigger.numbers[to] = n->numbers[i];
	}
	free(n->hashes);
	free(n->numbers);
	*n = bigger;
}

/* Remember a hash; false when it was there. */
static bool
add(struct names *n, uint64_t hash)
{
	size_t i = place(n, hash);

	if (n->hashes[i])
		return false;
	n->hashes[i] = hash;
	n->numbers[i] = 1;
	n->len++;
	return true;
}

void
names_take(struct names *n, struct buf *name)
{
	uint64_t hash = hash_of(name);
	size_t length = name->len, base;

	if ((n->len + 1) * 5 > n->room * 4)
		grow(n);
	if (add(n, hash))
		return;
	base = place(n, hash);
	do {
		name->len = length;
		buf_addf(name, "-%u", ++n->numbers[base]);
	} while (!add(n, hash_of(name)));
}
