/* SPDX-License-Identifier: MIT */
/*
 * names: keys that are fit for file names, each given out once.
 *
 * A set of 64-bit hashes remembers what was given out, 12 bytes a place, at
 * most 48 bytes a name. A name whose hash is not there was never given out, so
 * names are unique for certain; two names of one hash (once in 30 million
 * libraries of a million) cost the second a number it did not need.
 */
#ifndef DATA_NAMES_H
#define DATA_NAMES_H

#include <stddef.h>

struct buf;
struct names;

enum { NAMES_MAX = 80 }; /* bytes of a name before its number */

struct names *names_new(void);
void names_free(struct names *names);

/* Append a name made of this text: letters, digits and "._+-" stay, blanks at both ends go, any
 * other character becomes "_", so does a "." or "-" at the start; at most NAMES_MAX bytes. Nothing
 * is appended when nothing is left. */
void names_clean(const char *text, size_t len, struct buf *out);

/* Take the name: when it was given out before, a number is appended, "-2" and up. */
void names_take(struct names *names, struct buf *name);

#endif
