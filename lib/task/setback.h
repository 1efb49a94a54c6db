/* SPDX-License-Identifier: MIT */
/*
 * setback: what waits to be tried again when the wall clock was set back.
 *
 * Such a wait is a duration, kept as a time of the wall clock. Set back by an
 * hour, five seconds would become an hour and five seconds. (Times that people
 * name are another matter: they mean the clock.)
 */
#ifndef TASK_SETBACK_H
#define TASK_SETBACK_H

struct err;
struct store;

/* Whose last try seems to have ended in the future waits no longer than it was to wait after that
 * try. In a transaction; reads all that wait to be tried again. 0 or -1. */
int setback_mend(struct store *store, struct err *err);

#endif
