/* SPDX-License-Identifier: MIT */
/*
 * shared: a small JSON file that all processes of a user have in common.
 *
 * It is read and rewritten as a whole under a lock, and nothing is lost with
 * it: one that is damaged or cannot be written is as good as none. A second
 * lock is for who asks the scheduler, so that one does and the others go on.
 */
#ifndef GRID_SHARED_H
#define GRID_SHARED_H

#include <jansson.h>
#include <stdbool.h>

struct shared;

/* The file and its lock (NAME.lock) in a folder, which is made when it is missing; NULL: of this
 * process alone. */
struct shared *shared_open(const char *folder, const char *name);
void shared_close(struct shared *shared);

/* What stands in it now, an object, borrowed until the next call. */
json_t *shared_look(struct shared *shared);

/* The same with the lock held, to be changed and then written by shared_end. */
json_t *shared_begin(struct shared *shared);
void shared_end(struct shared *shared);

/* Be the one who asks: false when somebody else is. */
bool shared_ask(struct shared *shared);
void shared_ask_end(struct shared *shared);

#endif
