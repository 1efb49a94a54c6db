/* SPDX-License-Identifier: MIT */
/* utf8: bytes from outside, made fit for a JSON string. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

/* Are these bytes UTF-8 (shortest forms, no surrogates, at most U+10FFFF)? NUL counts as UTF-8. */
bool utf8_valid(const char *data, size_t len);

/* Of so many bytes those before a character that their end cuts: what is at the end of a text that
 * was cut somewhere. Bytes that are not UTF-8 count as characters. */
size_t utf8_whole(const char *data, size_t len);

/* The length of a text that may have at most so many bytes, cut before a character. */
size_t utf8_cut(const char *data, size_t len, size_t most);

/* Where the end of a text begins that may have at most so many bytes: at a character. */
size_t utf8_tail(const char *data, size_t len, size_t most);

/* Each byte that is not UTF-8 becomes '?'. */
void utf8_repair(char *data, size_t len);

enum utf8_flags {
	UTF8_CONTROLS = 1, /* control characters, newline and tab too, are to be seen as well */
};

/* Append the bytes to out; those that are not UTF-8, and NUL, become "\xe4" (backslash, x, two
 * hexadecimal digits). True when something was changed. */
bool utf8_visible(const char *data, size_t len, unsigned flags, struct buf *out);

#endif
