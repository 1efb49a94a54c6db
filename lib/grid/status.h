/* SPDX-License-Identifier: MIT */
/*
 * status: what the words of a scheduler mean.
 *
 * Whatever a scheduler says of a job is a hint: whether an execution is done is
 * known from what came home, never from here. A word that the profile does not
 * list is BATCH_UNKNOWN: wait, and tell. So is a job of which nothing is said at
 * all, which is never success; only after STATUS_LOOKS answers that left it out,
 * with time between them, it is BATCH_LOST (grid/query.h counts them).
 */
#ifndef GRID_STATUS_H
#define GRID_STATUS_H

#include <jansson.h>

#include "grid/batch.h"

enum { STATUS_LOOKS = 3 }; /* answers without a word of it that make a job lost */

/* The meaning of a word by the table {word: "queued", ...} of a profile; what follows a blank or a
 * '+' does not matter ("CANCELLED by 0", "CANCELLED+"). BATCH_UNKNOWN also for NULL and "". */
enum batch_state status_of(const json_t *states, const char *word);

/* The class of failure ("memory", "timeout", "lost", "engine") of what was running in an element
 * that stands so and of which nothing came home; NULL: it is not over, or was cancelled.
 * BATCH_DONE is "lost": it is said to have ended well, and yet nothing came. */
const char *status_failure(enum batch_state state);

#endif
