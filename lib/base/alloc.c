/* SPDX-License-Identifier: MIT */
/* alloc: allocation that succeeds or ends the program. */
#include "base/alloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

static void *
checked(void *p)
{
	if (!p) {
		fputs("out of memory\n", stderr);
		exit(EXIT_SYSTEM);
	}
	return p;
}

void *
xmalloc(size_t size)
{
	return checked(malloc(size ? size : 1));
}

void *
xcalloc(size_t count, size_t size)
{
	return checked(calloc(count ? count : 1, size ? size : 1));
}

void *
xrealloc(void *old, size_t size)
{
	return checked(realloc(old, size ? size : 1));
}

void *
xreallocarray(void *old, size_t count, size_t size)
{
	return checked(reallocarray(old, count ? count : 1, size ? size : 1));
}

char *
xstrdup(const char *s)
{
	return checked(strdup(s));
}

char *
xstrndup(const char *s, size_t len)
{
	return checked(strndup(s, len));
}

char *
xvasprintf(const char *fmt, va_list ap)
{
	char *s = NULL;

	return checked(vasprintf(&s, fmt, ap) < 0 ? NULL : s);
}

char *
xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = xvasprintf(fmt, ap);
	va_end(ap);
	return s;
}
