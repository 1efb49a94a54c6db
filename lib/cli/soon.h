/* SPDX-License-Identifier: MIT */
/*
 * soon: commits that others see at once, and that reach the disk a moment later.
 *
 * For programs that answer one line after another: waiting for the disk each
 * time would take longer than the answer. What was committed survives the death
 * of the program; a power cut may take the last tenth of a second.
 */
#ifndef CLI_SOON_H
#define CLI_SOON_H

#include <stdint.h>

struct err;
struct store;

struct soon {
	struct store *store;
	int64_t since; /* of the first commit that is not on the disk, by clock_boot; 0: all are */
};

int soon_begin(struct soon *soon, struct store *store, struct err *err);

/* After each commit. */
int soon_committed(struct soon *soon, struct err *err);

/* Before waiting for a line from a descriptor: when none comes at once, there is time for the
 * disk. */
int soon_wait(struct soon *soon, int fd, struct err *err);

/* All is on the disk, and commits wait for it again. */
int soon_end(struct soon *soon, struct err *err);

#endif
