/* SPDX-License-Identifier: MIT */
/* fingerprint_parts: what fingerprints and the memory of files share (task/fingerprint.h). */
#ifndef TASK_FINGERPRINT_PARTS_H
#define TASK_FINGERPRINT_PARTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"

struct caching;
struct err;
struct fingerprints;

/* The SHA-256 of a file, or of what is no name in it where caching (NULL: nobody) says what is. */
int fingerprints_content(struct fingerprints *memory, const char *path,
    const struct caching *caching, char hex[DIGEST_HEX], int64_t *size, struct err *err);

/* That of a text without its names. */
void fingerprint_nameless(const struct caching *caching, const char *format, const char *text,
    size_t len, char hex[DIGEST_HEX]);

#endif
