/* SPDX-License-Identifier: MIT */
/*
 * board: the services of the tasks that a worker has met, and who gets the next request.
 *
 * Shared by two threads, under a lock of its own: the main thread asks and tells
 * (board_pick, board_end), the writer thread carries what it was told into the
 * state and what other workers found out back (board_sync). Of the services of a
 * task that are not known to be unhealthy, whose breaker is closed, that do not
 * rest, have room and tokens, the next request goes to the one with the fewest
 * requests out, as a part of its weight.
 */
#ifndef CLI_BOARD_H
#define CLI_BOARD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "task/claim.h"

struct app;
struct board;
struct err;
struct service;
struct store;
struct task;

/* A service at the board; it lives as long as the board. Only the board looks into it. */
struct desk;

/* attended: a person waits; what rests is tried once at the beginning. */
struct board *board_new(struct app *app, bool attended);
void board_free(struct board *board);

/* ---- writer thread, in a transaction ---- */

/* The services of a task are known from now on. 0 or -1. */
int board_meet(struct board *board, struct store *store, const struct task *task, struct err *err);

/* May executions of a task that was met be begun? As claim_scope.door. */
enum claim_door board_door(struct board *board, const struct task *task, int64_t *when);

/* How many executions of it a worker should hold. */
int board_room(struct board *board, const struct task *task);

/* Is there something to write, or to be looked after? Outside a transaction, too. */
bool board_is_due(struct board *board);

/* The end: what was counted is due, too. */
void board_flush(struct board *board);

/* Write and read. 0 or -1. */
int board_sync(struct board *board, struct store *store, struct err *err);

/* ---- without a worker ---- */

/* All services of the org, or those of these names (NULL-terminated, NULL: all), to be checked now;
 * a name that is none is ERR_USAGE. */
int board_take_all(struct board *board, struct store *store, char *const *names, struct err *err);

/* Each service that was checked, and what was wrong; NULL: nothing. */
typedef void board_fn(const struct service *service, const char *fault, void *ctx);
void board_each(struct board *board, board_fn *fn, void *ctx);

/* ---- main thread ---- */

enum board_answer {
	BOARD_PICKED,
	BOARD_FULL, /* wait for a reply, for tokens, or until *when */
	BOARD_SHUT, /* none works now */
	BOARD_NONE, /* there is none for this */
};

/* What an execution wants. */
struct board_wish {
	const struct task *task;
	int64_t execution;
	const json_t *requires;    /* NULL: nothing */
	struct desk *const *tried; /* not these */
	size_t ntried;
};

/* Who gets it; it has a request more then. *when: microseconds since 1970, 0: not known. */
enum board_answer board_pick(
    struct board *board, const struct board_wish *wish, struct desk **desk, int64_t *when);

/* Is the task served by another one, too, whatever its state? */
bool board_has_other(struct board *board, const struct task *task, const struct desk *desk);

/* A number that changes when somebody else may have made room: tokens, health, another service. */
int64_t board_changes(struct board *board);

/* What a request came to. */
enum board_news {
	BOARD_ANSWERED, /* it works, whatever it said */
	BOARD_FAILED,
	BOARD_RESTS, /* it asked to be left alone until rests */
	BOARD_NOTHING,
};

void board_end(struct board *board, struct desk *desk, int64_t execution, enum board_news news,
    const char *why, int64_t rests);

/* The definition of the service; only what never changes may be read. */
const struct service *board_service(const struct desk *desk);

/* The next whose health is to be checked; NULL: none now. Is there one? And what that found: why
 * NULL, it is well; models: an array of words, NULL: not asked. */
struct desk *board_next_check(struct board *board);
bool board_wants_check(struct board *board);
void board_checked(struct board *board, struct desk *desk, const char *why, json_t *models);

#endif
