/* SPDX-License-Identifier: MIT */
/*
 * buf: bytes that grow.
 *
 * data is always NUL-terminated once anything was added (the NUL is not
 * counted in len); after BUF_INIT or buf_clear it is NULL.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>

struct buf {
	char *data;
	size_t len;
	size_t room;
};

/* clang-format off */
#define BUF_INIT { NULL, 0, 0 }
/* clang-format on */

void buf_add(struct buf *b, const void *data, size_t len);
void buf_add_str(struct buf *b, const char *s);
void buf_add_char(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Make room for len more bytes and return where they go; the caller adds to len what it wrote. */
char *buf_reserve(struct buf *b, size_t len);

/* Forget the contents, keep the memory. */
void buf_reset(struct buf *b);
/* Drop contents and memory. */
void buf_clear(struct buf *b);
/* Hand the text over (never NULL; the caller frees); the buf is empty afterwards. */
char *buf_take(struct buf *b);
/* The text, "" when nothing was added. Borrowed. */
const char *buf_str(const struct buf *b);

#endif
