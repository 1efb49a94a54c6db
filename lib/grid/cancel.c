/* SPDX-License-Identifier: MIT */
/* cancel: jobs and elements are taken back, many with one call. */
#include "grid/cancel.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/vec.h"
#include "grid/profile.h"
#include "grid/scheduler.h"

enum { AT_ONCE = 100 }; /* ids in one command */

/* The command with so many ids in place of "{elements}". Strings are borrowed. */
static char **
command_of(char *const *command, char *const *ids, size_t n)
{
	VEC(char *) argv = VEC_INIT;

	for (size_t i = 0; command[i]; i++) {
		if (strcmp(command[i], "{elements}") != 0) {
			vec_add(&argv, command[i]);
			continue;
		}
		for (size_t k = 0; k < n; k++)
			vec_add(&argv, ids[k]);
	}
	vec_add(&argv, NULL);
	return argv.at;
}

/* 0, or 1 when it did not work. */
static int
call(struct scheduler *s, char *const *command, char *const *ids, size_t n, struct err *err)
{
	const struct profile *p = scheduler_profile(s);
	char **argv = command_of(command, ids, n);
	struct scheduler_reply reply;
	int rc = scheduler_run(s, SCHEDULER_CANCEL, argv, NULL, NULL, &reply, err) < 0;

	if (rc == 0 && (!reply.there || reply.code != 0) &&
	    !(reply.code > 0 && scheduler_said(&reply, p->over))) {
		scheduler_failed(argv, &reply, err);
		rc = 1;
	}
	scheduler_reply_clear(&reply);
	free(argv);
	return rc;
}

int
cancel_jobs(struct scheduler *scheduler, char *const *command, const struct cancel_want *wants,
    size_t n, struct err *err)
{
	const struct profile *p = scheduler_profile(scheduler);
	char *ids[AT_ONCE];
	size_t count = 0;
	int failed = 0;

	for (size_t i = 0; i < n; i++) {
		ids[count++] = profile_element(p, wants[i].job, wants[i].element);
		if (count < AT_ONCE && i + 1 < n)
			continue;
		failed += call(scheduler, command, ids, count, err);
		while (count > 0)
			free(ids[--count]);
	}
	return failed;
}
