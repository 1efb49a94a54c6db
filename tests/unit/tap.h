/* SPDX-License-Identifier: MIT */
/*
 * tap: a test is a program that prints TAP.
 *
 *	ok(cond, "what");  is_int(got, want, "what");  is_str(...);  is_json(value, "text", "what");
 *	return done_testing();
 *
 * Every check takes a printf format for its name and returns whether it held; if not, a comment
 * says what was got and wanted. Tests are vectors: a table and a loop over it.
 */
#ifndef UNIT_TAP_H
#define UNIT_TAP_H

#include <jansson.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static struct {
	int done, failed;
} tap;

/* One line of TAP; what TAP would take as its own is shown as a dot. */
static bool
tap_line(bool held, const char *fmt, va_list ap)
{
	char name[300];

	vsnprintf(name, sizeof(name), fmt, ap);
	for (char *p = name; *p; p++)
		if (*p == '#' || (unsigned char)*p < ' ')
			*p = '.';
	printf("%sok %d - %s\n", held ? "" : "not ", ++tap.done, name);
	tap.failed += !held;
	return held;
}

__attribute__((unused, format(printf, 2, 3))) static bool
ok(bool held, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tap_line(held, fmt, ap);
	va_end(ap);
	return held;
}

__attribute__((unused, format(printf, 3, 4))) static bool
is_int(long long got, long long want, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (!tap_line(got == want, fmt, ap))
		printf("#    got: %lld\n# wanted: %lld\n", got, want);
	va_end(ap);
	return got == want;
}

__attribute__((unused, format(printf, 3, 4))) static bool
is_str(const char *got, const char *want, const char *fmt, ...)
{
	bool held = got && want ? strcmp(got, want) == 0 : got == want;
	va_list ap;

	va_start(ap, fmt);
	if (!tap_line(held, fmt, ap))
		printf("#    got: %.999s\n# wanted: %.999s\n", got ? got : "(null)",
		    want ? want : "(null)");
	va_end(ap);
	return held;
}

/* The value as compact JSON, keys in their order; wanted NULL: no value. */
__attribute__((unused, format(printf, 3, 4))) static bool
is_json(const json_t *got, const char *want, const char *fmt, ...)
{
	struct buf text = BUF_INIT;
	bool held;
	va_list ap;

	if (got)
		json_put(got, &text);
	held = got && want ? strcmp(buf_str(&text), want) == 0 : !got && !want;

	va_start(ap, fmt);
	if (!tap_line(held, fmt, ap))
		printf("#    got: %.999s\n# wanted: %.999s\n", got ? text.data : "(null)",
		    want ? want : "(null)");
	va_end(ap);
	buf_clear(&text);
	return held;
}

static int
done_testing(void)
{
	printf("1..%d\n", tap.done);
	return tap.failed ? 1 : 0;
}

#endif
