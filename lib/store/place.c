/* SPDX-License-Identifier: MIT */
/* place: the number under which a table of texts keeps a text. */
#include "store/place.h"

#include <endian.h>
#include <string.h>

/* Every bit of x changes half of the others: multiplied by an odd number and folded, twice. */
static uint64_t
stir(uint64_t x)
{
	x ^= x >> 32;
	x *= UINT64_C(0xd6e8feb86659fd93);
	x ^= x >> 32;
	x *= UINT64_C(0xd6e8feb86659fd93);
	return x ^ x >> 32;
}

int64_t
place_of(int64_t job, int64_t generation, int64_t task, const char *text)
{
	size_t len = strlen(text);
	uint64_t place = stir((uint64_t)job), word;

	place = stir(place ^ (uint64_t)generation);
	place = stir(place ^ (uint64_t)task);
	place = stir(place ^ len);
	for (; len >= sizeof(word); text += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, text, sizeof(word));
		place = stir(place ^ le64toh(word));
	}
	word = 0;
	memcpy(&word, text, len);
	return (int64_t)(stir(place ^ le64toh(word)) >> 1);
}

int64_t
place_next(int64_t place)
{
	return place < INT64_MAX ? place + 1 : 0;
}
