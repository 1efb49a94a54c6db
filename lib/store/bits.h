/* SPDX-License-Identifier: MIT */
/*
 * bits: numbers in as many bits as they need, one behind the other.
 *
 * Bits fill bytes from the lowest on, on every machine.
 */
#ifndef STORE_BITS_H
#define STORE_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/* Bits that are written: begin with { .to = buf }. */
struct bits {
	struct buf *to; /* they are added to it, the last ones by bits_end */
	uint64_t held;
	int count; /* of those held */
};

/* The lowest count (up to 32) bits of a number, of which the others are 0. */
void bits_put(struct bits *b, uint32_t number, int count);

/* A number that is small more often than not: eight bits for each seven of it. */
void bits_put_number(struct bits *b, uint32_t number);

/* Fill the last byte up with zeros. */
void bits_end(struct bits *b);

/* Bits that are read: begin with { .at = first byte, .end = behind the last }. */
struct bits_reader {
	const unsigned char *at, *end;
	uint64_t held;
	int count;
	bool damaged; /* more was asked for than there is; whoever reads may set it, too */
};

/* What was put by the function of the same end. 0 once it is damaged. */
uint32_t bits_get(struct bits_reader *r, int count);
uint32_t bits_get_number(struct bits_reader *r);

#endif
