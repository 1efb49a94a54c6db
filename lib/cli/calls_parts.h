/* SPDX-License-Identifier: MIT */
/* calls_parts: what calls.c and calls_send.c share, and nobody else uses. */
#ifndef CLI_CALLS_PARTS_H
#define CLI_CALLS_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/board.h"
#include "cli/call.h"

struct checks;
struct crew;
struct http;
struct shape_entry;

struct calls {
	struct http *http;
	struct checks *checks;
	struct call *first, **last;
	int count;
	int leaving;     /* DELETEs that are out */
	int64_t wakes;   /* when somebody may be sent that could not be */
	int64_t changes; /* of the board, when that was found out */
	struct shape_entry *shapes;
};

/* ---- calls.c ---- */

/* It is off our hands: the work is the caller's. */
struct work *calls_drop(struct crew *crew, struct call *call);
/* Its service is rid of it: what is to be known of that; it wants to rest for so long, 0: no. */
void calls_let_go(
    struct crew *crew, struct call *call, enum board_news news, const char *why, int64_t rest);
/* It has ended: how->result is taken. */
void calls_end(struct crew *crew, struct call *call, struct call_end *how);
void calls_end_with(struct crew *crew, struct call *call, enum failure class, const char *why);

/* ---- calls_send.c ---- */

/* Send it to a service, or end it. False: no service has room for executions like it. */
bool calls_try(struct crew *crew, struct call *call);
/* What waits for a service is sent where it can be. */
void calls_send(struct crew *crew, int64_t now);
/* Ask after its job. It may end here. */
void calls_poll(struct crew *crew, struct call *call);
/* Nobody wants its job: take it back. Nobody waits for what becomes of that, for long. */
void calls_leave(struct crew *crew, struct call *call);

#endif
