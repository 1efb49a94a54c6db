/* SPDX-License-Identifier: MIT */
/*
 * fuzz: a fuzz target is a file that defines LLVMFuzzerTestOneInput and includes this.
 *
 * With clang (make fuzz CC=clang) libFuzzer drives it. Otherwise main below reads the files it is
 * given, and then changes them at random, `rounds` times each, always in the same way.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold for every input. */
#define MUST(cond) \
	do { \
		if (!(cond)) \
			BUG("'%s' does not hold", #cond); \
	} while (0)

#ifndef FUZZ_ENGINE

static uint64_t fuzz_state = 1;

static size_t
fuzz_below(size_t n)
{
	fuzz_state = fuzz_state * 6364136223846793005u + 1442695040888963407u;
	return n ? (size_t)(fuzz_state >> 33) % n : 0;
}

/* Change, double, or drop a few bytes. */
static void
fuzz_change(struct buf *b)
{
	static const char words[] =
	    "{}[]\"\\:,-&*!<>|?#%@`'~ \n\r\t0123456789.eE+x\x00\xff\xef\xc3";
	size_t at = fuzz_below(b->len), len = fuzz_below(8), rest = b->len - at;

	switch (fuzz_below(4)) {
	case 0:
		b->data[at] = words[fuzz_below(sizeof(words) - 1)];
		break;
	case 1:
		b->data[at] ^= (char)(1 << fuzz_below(8));
		break;
	case 2:
		len = len < rest ? len : rest;
		memmove(b->data + at, b->data + at + len, rest - len);
		b->len -= len;
		break;
	default:
		len = len < rest ? len : rest;
		buf_reserve(b, len);
		memmove(b->data + at + len, b->data + at, rest);
		b->len += len;
	}
}

/* A copy of exactly the size, so that a sanitizer sees one byte too far. */
static void
fuzz_one(const struct buf *b)
{
	uint8_t *copy = xmalloc(b->len);

	if (b->len)
		memcpy(copy, b->data, b->len);
	LLVMFuzzerTestOneInput(copy, b->len);
	free(copy);
}

int
main(int argc, char **argv)
{
	long rounds = argc > 1 ? strtol(argv[1], NULL, 10) : 0;

	for (int i = 2; i < argc; i++) {
		struct buf whole = BUF_INIT, b = BUF_INIT;

		if (file_read(argv[i], 0, &whole, NULL) < 0)
			return EXIT_INPUT;
		fuzz_one(&whole);
		for (long n = 0; n < rounds; n++) {
			if (n % 16 == 0) {
				buf_reset(&b);
				buf_add(&b, buf_str(&whole), whole.len);
			}
			if (b.len)
				fuzz_change(&b);
			fuzz_one(&b);
		}
		buf_clear(&whole);
		buf_clear(&b);
	}
	printf("%s: %d files, %ld rounds each\n", argv[0], argc > 2 ? argc - 2 : 0, rounds);
	return 0;
}

#endif
#endif
