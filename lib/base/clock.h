/* SPDX-License-Identifier: MIT */
/* clock: wall time in RFC 3339 (UTC), and time that never jumps. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

struct err;

enum { CLOCK_TEXT = 32 };

/* Microseconds since 1970, wall clock. */
int64_t clock_wall(void);

/* Microseconds since boot; suspended time counts. For durations and deadlines. */
int64_t clock_boot(void);

/* "2026-01-31T23:59:59.123456Z" of a wall time. Returns text. */
char *clock_format(int64_t wall, char text[CLOCK_TEXT]);

/* A wall time as people write it: RFC 3339 with any offset ("2026-01-31T09:30:00+01:00", also with
 * a blank for the T, digits beyond microseconds dropped), or a duration from now on or ago ("+2h",
 * "-1d12h"). -1 with ERR_INPUT that says what would be right. */
int clock_parse(const char *text, int64_t now, int64_t *wall, struct err *err);

#endif
