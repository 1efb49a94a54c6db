/* SPDX-License-Identifier: MIT */
/* cancel: jobs and elements are taken back, many with one call. */
#ifndef GRID_CANCEL_H
#define GRID_CANCEL_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct scheduler;

struct cancel_want {
	const char *job;
	int64_t element; /* counted from 0; PROFILE_WHOLE: all of the job */
};

/* Take back, hold or release, by such a command of the profile. What is over already, or was never
 * there, counts as done. The number of calls that did not work, with what the last of them said in
 * err; 0: all did. */
int cancel_jobs(struct scheduler *scheduler, char *const *command, const struct cancel_want *wants,
    size_t n, struct err *err);

#endif
