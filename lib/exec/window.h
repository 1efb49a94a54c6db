/* SPDX-License-Identifier: MIT */
/*
 * window: the requests a coprocess has not answered yet, and when it is too late for them.
 *
 * Requests are found by id, whatever the order of the answers, and taken off in the order they
 * were added. Nobody tells us which of them the coprocess is working on; it may work on one
 * after the other or on all at once. Too late is therefore only what is too late either way:
 *
 *   no answer at all for longer than the longest limit of those that are out, or
 *   a request is out for longer than its own limit and those of all that were out before it.
 *
 * For a request that is alone this is its own limit. Times are microseconds of clock_boot.
 */
#ifndef EXEC_WINDOW_H
#define EXEC_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct window;

/* For up to `most` requests at a time. */
struct window *window_new(size_t most);
void window_free(struct window *w);

/* How many are out, and how many there may be. */
size_t window_count(const struct window *w);
size_t window_most(const struct window *w);

/* One goes out now, to be answered within `limit` microseconds. Not when `most` are out, nor when
 * this id is (a broken promise). */
void window_add(struct window *w, int64_t id, void *owner, int64_t limit, int64_t now);

/* The one with this id is answered: true, and its owner. False: it is not out. */
bool window_answer(struct window *w, int64_t id, int64_t now, void **owner);

/* The owner of the one with this id; NULL: it is not out. */
void *window_owner(const struct window *w, int64_t id);

/* The owner of the oldest; NULL: none is out. */
void *window_oldest(const struct window *w);

/* Take the oldest off, unanswered; *alone: since it was added no other one was out. False: none. */
bool window_take(struct window *w, int64_t *id, void **owner, bool *alone);

/* Is it too late for one that is out? */
bool window_is_late(struct window *w, int64_t now);

/* No request is late before then; INT64_MAX: none is out. */
int64_t window_next_look(const struct window *w);

#endif
