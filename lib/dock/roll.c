/* SPDX-License-Identifier: MIT */
/* roll: the molecules of a campaign, by what they are, not by what they are called. */
#include "dock/roll.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/scan.h"
#include "base/vec.h"

/* Eight bytes stand for a text: of a million molecules against a million, one in twenty million
 * comparisons of whole campaigns meets two that look alike. */
struct roll {
	VEC(uint64_t) keys, hashes;
	size_t added;
};

struct roll *
roll_new(void)
{
	return xcalloc(1, sizeof(struct roll));
}

void
roll_free(struct roll *r)
{
	if (!r)
		return;
	vec_clear(&r->keys);
	vec_clear(&r->hashes);
	free(r);
}

/* FNV-1a, and its bits mixed (MurmurHash3's finaliser). */
static uint64_t
mark(const char *text, size_t len)
{
	uint64_t h = 0xcbf29ce484222325;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)text[i]) * 0x100000001b3;
	h = (h ^ h >> 33) * 0xff51afd7ed558ccd;
	h = (h ^ h >> 33) * 0xc4ceb9fe1a85ec53;
	return h ^ h >> 33;
}

bool
roll_add(struct roll *r, const json_t *result)
{
	const char *key = json_string_value(json_object_get(result, "inchikey"));
	const char *sha256 = json_string_value(
	    json_object_get(json_object_get(result, "ligand"), "sha256"));

	if (key)
		vec_add(&r->keys, mark(key, strlen(key)));
	if (sha256)
		vec_add(&r->hashes, mark(sha256, strlen(sha256)));
	r->added++;
	return key || sha256;
}

static int
compare(const void *a, const void *b)
{
	uint64_t one = *(const uint64_t *)a, two = *(const uint64_t *)b;

	return (one > two) - (one < two);
}

size_t
roll_finish(struct roll *r)
{
	if (r->keys.len > 0)
		qsort(r->keys.at, r->keys.len, sizeof(*r->keys.at), compare);
	if (r->hashes.len > 0)
		qsort(r->hashes.at, r->hashes.len, sizeof(*r->hashes.at), compare);
	return r->added;
}

static bool
find(const uint64_t *at, size_t len, const struct scan_found *text)
{
	uint64_t wanted;

	if (len == 0 || !text->at)
		return false;
	wanted = mark(text->at, text->len);
	return bsearch(&wanted, at, len, sizeof(*at), compare) != NULL;
}

bool
roll_has(const struct roll *r, const struct scan_found *inchikey, const struct scan_found *sha256)
{
	return find(r->keys.at, r->keys.len, inchikey) || find(r->hashes.at, r->hashes.len, sha256);
}
