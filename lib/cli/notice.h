/* SPDX-License-Identifier: MIT */
/*
 * notice: sleep until somebody commits to the state, or writes to a file.
 *
 * The kernel wakes us (inotify) when the log of the state is written to; the
 * commit is seen a sync later, so for a moment we look again and again. Where
 * the kernel cannot know, on a network file system, we look ten times a second.
 */
#ifndef CLI_NOTICE_H
#define CLI_NOTICE_H

#include <stdbool.h>
#include <stdint.h>

struct notice;
struct store;

/* The store must outlive it. What is committed from now on is noticed. */
struct notice *notice_new(struct store *store);
void notice_free(struct notice *notice);

/* Wake up for writes to this file too. One that is not there is passed over. */
void notice_file(struct notice *notice, const char *path);

/* Sleep, at most so many microseconds. True: something was committed or written since the last
 * time that this was said, so have a look; false: the time is over. */
bool notice_wait(struct notice *notice, int64_t micros);

#endif
