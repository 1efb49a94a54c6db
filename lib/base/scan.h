/* SPDX-License-Identifier: MIT */
/*
 * scan: a few members of a JSON object, found in its text without making values of it.
 *
 * The whole text is checked on the way, as strictly as json_parse checks it.
 * What is rare (escapes in names, numbers at the edge of what fits, bad text)
 * is not decided here: the scan then says that it is not sure, and the text
 * goes the slow way. Sure answers are those of json_parse.
 */
#ifndef BASE_SCAN_H
#define BASE_SCAN_H

#include <stdbool.h>
#include <stddef.h>

struct scan;

/* The text of a value, in the text that was scanned; at is NULL where there is no such member. */
struct scan_found {
	const char *at;
	size_t len;
};

/* Which members, as JSON pointers ("/best/affinity/value"; names without '~', not through arrays,
 * each once). The pointers must live as long. */
struct scan *scan_new(const char *const *pointers, size_t n);
void scan_free(struct scan *scan);

/* True: json_parse takes the text, it is an object, and found[i] tells of pointers[i]. False: not
 * sure; found holds nothing of use. */
bool scan_text(const struct scan *scan, const char *text, size_t len, struct scan_found *found);

/* What a value is, by its first byte; false too for one that is absent. */
bool scan_is_string(const struct scan_found *found);
bool scan_is_number(const struct scan_found *found);
bool scan_is_object(const struct scan_found *found);
bool scan_is_null(const struct scan_found *found);

/* The bytes of a string that has no escapes, between its quotes. False: it has some, or is no
 * string. */
bool scan_plain(const struct scan_found *found, struct scan_found *inside);

/* The value of a number. False: it is none. */
bool scan_number(const struct scan_found *found, double *out);

#endif
