/* SPDX-License-Identifier: MIT */
/*
 * calls: executions that are served over HTTP.
 *
 * They take no slot and no process: up to max_in_flight requests are out at each
 * service of a task, those that wait for one wait here. What could not be
 * connected goes to another service at once; a service that asks to be left alone
 * (429, 503 with Retry-After) is, and its requests wait, within their own time
 * limits. A job that was accepted with 202 is asked after until it is done, and
 * taken back with DELETE when nobody wants it any more.
 */
#ifndef CLI_CALLS_H
#define CLI_CALLS_H

#include <stdbool.h>
#include <stdint.h>

struct board;
struct calls;
struct crew;
struct work;

/* Made with the first execution, or the first service to be checked; NULL until then. */
void calls_free(struct calls *calls);

/* Work is theirs from now on, or has ended; false: not now. */
bool calls_give(struct crew *crew, struct work *work);

/* What to poll for reading; -1: nothing. */
int calls_fd(const struct crew *crew);
/* After poll: take replies, send what waits, check services. */
void calls_ready(struct crew *crew);
/* When to call it at the latest, by clock_boot; INT64_MAX: whenever something happens. */
int64_t calls_next_check(const struct crew *crew);

/* End them; what they had is given back. */
void calls_stop(struct crew *crew);
/* Are jobs still being taken back? They are for five seconds at most. */
bool calls_leaving(const struct crew *crew);

/* Somebody cancelled one of them: true. */
bool calls_cancel(struct crew *crew, int64_t id);
/* One that was not sent yet is taken out; NULL: there is none. */
struct work *calls_pick(struct crew *crew, int64_t id);

#endif
