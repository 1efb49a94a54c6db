/* SPDX-License-Identifier: MIT */
/* sha256: SHA-256 (FIPS 180-4) in plain C, for texts and small files. digest.h is for everyone. */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { SHA256_BLOCK = 64, SHA256_SUM = 32 };

struct sha256 {
	uint32_t state[8];
	uint64_t len; /* bytes so far; those of the last, unfinished block are kept */
	unsigned char block[SHA256_BLOCK];
};

void sha256_init(struct sha256 *sha);
void sha256_add(struct sha256 *sha, const void *data, size_t len);
void sha256_end(struct sha256 *sha, unsigned char sum[SHA256_SUM]);

#endif
