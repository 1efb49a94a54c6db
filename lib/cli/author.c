/* SPDX-License-Identifier: MIT */
/* author: who changes executions, by which command, and what that belongs to, for the journal. */
#include "cli/author.h"

#include <stdlib.h>
#include <sys/random.h>

#include "base/alloc.h"
#include "base/err.h"
#include "cli/app.h"
#include "task/tally.h"

void
author_sign(struct author *a, struct tally *tally, const char *command, const char *correlation)
{
	const char *given = correlation ? correlation : getenv("DOCKLINE_CORRELATION");

	*a = (struct author){ .who = app_login() };
	if (given && *given)
		a->belonging_to = xstrdup(given);
	tally->who = a->who;
	tally->command = command;
	tally->correlation = a->belonging_to;
}

int
author_name(struct author *a, struct tally *tally, struct err *err)
{
	unsigned char b[16];

	if (a->belonging_to)
		return 0;
	if (getrandom(b, sizeof(b), 0) != (ssize_t)sizeof(b))
		return err_sys(err, "cannot read random numbers");
	/* version 4, the variant of the RFC */
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	a->belonging_to = xasprintf(
	    "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
	    b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
	    b[15]);
	tally->correlation = a->belonging_to;
	return 0;
}

void
author_clear(struct author *a)
{
	free(a->who);
	free(a->belonging_to);
	*a = (struct author){ 0 };
}
