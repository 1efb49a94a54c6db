/* SPDX-License-Identifier: MIT */
/* err: error kinds, texts and exit statuses. */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const enum exit_status exits[] = {
	[ERR_NONE] = EXIT_DONE,
	[ERR_NO] = EXIT_NO,
	[ERR_USAGE] = EXIT_USAGE,
	[ERR_INPUT] = EXIT_INPUT,
	[ERR_STORE] = EXIT_STATE,
	[ERR_SYSTEM] = EXIT_SYSTEM,
};

int
err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
{
	int saved = errno;
	va_list ap;

	if (err) {
		char text[sizeof(err->text)];

		va_start(ap, fmt);
		vsnprintf(text, sizeof(text), fmt, ap);
		va_end(ap);
		memcpy(err->text, text, sizeof(text));
		err->kind = kind;
	}
	errno = saved;
	return -1;
}

static int
set_errno(struct err *err, enum err_kind kind, const char *fmt, va_list ap)
{
	int saved = errno;
	char text[sizeof(err->text)];

	vsnprintf(text, sizeof(text), fmt, ap);
	err_set(err, kind, "%s: %s", text, strerror(saved));
	errno = saved;
	return -1;
}

int
err_sys(struct err *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set_errno(err, ERR_SYSTEM, fmt, ap);
	va_end(ap);
	return -1;
}

int
err_file(struct err *err, const char *fmt, ...)
{
	bool named = errno == ENOENT || errno == ENOTDIR || errno == EISDIR;
	va_list ap;

	va_start(ap, fmt);
	set_errno(err, named ? ERR_INPUT : ERR_SYSTEM, fmt, ap);
	va_end(ap);
	return -1;
}

int
err_wrap(struct err *err, const char *fmt, ...)
{
	int saved = errno;
	va_list ap;

	if (err) {
		char front[sizeof(err->text)];

		va_start(ap, fmt);
		vsnprintf(front, sizeof(front), fmt, ap);
		va_end(ap);
		err_set(err, err->kind, "%s: %s", front, err->text);
	}
	errno = saved;
	return -1;
}

enum exit_status
err_exit(enum err_kind kind)
{
	return exits[kind];
}

void
err_bug(const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s:%d: bug: ", file, line);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	abort();
}
