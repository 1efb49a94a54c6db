/* SPDX-License-Identifier: MIT */
/* bits: numbers in as many bits as they need, one behind the other. */
#include "store/bits.h"

#include <endian.h>

#include "base/buf.h"

enum { WORD = 32, SEVEN = 0x7f, MORE = 0x80 };

void
bits_put(struct bits *b, uint32_t number, int count)
{
	uint32_t word;

	b->held |= (uint64_t)number << b->count;
	b->count += count;
	if (b->count < WORD)
		return;
	word = htole32((uint32_t)b->held);
	buf_add(b->to, &word, sizeof(word));
	b->held >>= WORD;
	b->count -= WORD;
}

void
bits_put_number(struct bits *b, uint32_t number)
{
	for (; number > SEVEN; number >>= 7)
		bits_put(b, (number & SEVEN) | MORE, 8);
	bits_put(b, number, 8);
}

void
bits_end(struct bits *b)
{
	for (; b->count > 0; b->count -= 8, b->held >>= 8)
		buf_add_char(b->to, (char)b->held);
	b->count = 0;
}

uint32_t
bits_get(struct bits_reader *r, int count)
{
	uint32_t number;

	while (r->count < count && r->at < r->end) {
		r->held |= (uint64_t)*r->at++ << r->count;
		r->count += 8;
	}
	if (r->count < count)
		r->damaged = true;
	if (r->damaged)
		return 0;
	number = (uint32_t)(r->held & ((UINT64_C(1) << count) - 1));
	r->held >>= count;
	r->count -= count;
	return number;
}

uint32_t
bits_get_number(struct bits_reader *r)
{
	uint32_t number = 0, byte = MORE;

	for (int shift = 0; byte & MORE; shift += 7) {
		byte = bits_get(r, 8);
		if (shift > 28)
			r->damaged = true;
		if (r->damaged)
			return 0;
		number |= (byte & SEVEN) << shift;
	}
	return number;
}
