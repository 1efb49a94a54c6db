/* SPDX-License-Identifier: MIT */
/*
 * pattern: regular expressions as JSON Schema has them: ECMA 262, found anywhere in a text.
 *
 * They are read as ECMAScript reads them with its flag u: unknown escapes are
 * errors, \d and \w are ASCII, \s knows the spaces of Unicode, '.' stops at the
 * four line ends, '$' is the very end. Escaped punctuation and a brace that
 * opens no repetition stand for themselves, as they do without that flag.
 *
 * A pattern may be used by several threads. Matching ends after a number of
 * steps, so no pattern and no text can make it take for ever.
 */
#ifndef BASE_PATTERN_H
#define BASE_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct pattern;

/* NULL with ERR_INPUT, which tells what is wrong and where. */
struct pattern *pattern_new(const char *text, struct err *err);
void pattern_free(struct pattern *pattern);

/* Is there a match in these bytes, which are UTF-8? 1, 0, or -1: the limit of PATTERN_STEPS was
 * reached before that was known. */
enum { PATTERN_STEPS = 1000000 };
int pattern_find(const struct pattern *pattern, const char *text, size_t len);

#endif
