/* SPDX-License-Identifier: MIT */
/* digest: SHA-256, as 64 lower-case hexadecimal characters. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stddef.h>

enum { DIGEST_HEX = 65, DIGEST_RAW = 32 };

struct err;

/* Of len bytes. Returns hex. */
char *digest_bytes(const void *data, size_t len, char hex[DIGEST_HEX]);

/* The bytes that such characters stand for. -1: they are not that. */
int digest_raw(const char *hex, unsigned char raw[DIGEST_RAW]);

/* The characters for such bytes. Returns hex. */
char *digest_text(const unsigned char raw[DIGEST_RAW], char hex[DIGEST_HEX]);

/* Of the bytes of a file as they are on disk. */
int digest_file(const char *path, char hex[DIGEST_HEX], struct err *err);

#endif
