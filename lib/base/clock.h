/* SPDX-License-Identifier: MIT */
/* clock: wall time in RFC 3339 (UTC), and time that never jumps. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

enum { CLOCK_TEXT = 32 };

/* Microseconds since 1970, wall clock. */
int64_t clock_wall(void);

/* Microseconds since boot; suspended time counts. For durations and deadlines. */
int64_t clock_boot(void);

/* "2026-01-31T23:59:59.123456Z" of a wall time. Returns text. */
char *clock_format(int64_t wall, char text[CLOCK_TEXT]);

#endif
