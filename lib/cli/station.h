/* SPDX-License-Identifier: MIT */
/*
 * station: where a worker works: its row in the state, its folder, what it has to give.
 *
 * The row is there before the folder and goes after it, so that whoever finds
 * the worker dead knows of everything it left.
 */
#ifndef CLI_STATION_H
#define CLI_STATION_H

#include <stdint.h>

#include "cli/room.h"
#include "task/job.h"

struct app;
struct err;
struct history;
struct store;

struct station {
	int64_t worker;          /* its row; 0: none */
	char *scratch;           /* folder for the slots' files; NULL: none */
	struct history *history; /* what it learns, written when it leaves; NULL: none */
	int64_t done;            /* attempts it ended, told when it leaves */
};

/* What a worker is to be known by. */
struct station_plan {
	struct job job; /* id 0: any */
	const struct room *capacity;
	char *const *queues; /* NULL: any */
	int64_t ends;        /* wall clock, 0: not said */
};

/* Within a transaction: the row, and the name of the folder. -1: nothing of both. */
int station_enter(struct station *s, struct app *app, struct store *store,
    const struct station_plan *plan, struct err *err);

/* After its commit: make the folder. -1: left already. */
int station_settle(struct station *s, struct store *store, struct err *err);

/* Remove the folder, write the history and close the row. It need not have been entered. */
int station_leave(struct station *s, struct store *store, struct err *err);

/* Forget it: it was left, or the transaction in which it was entered was rolled back. */
void station_clear(struct station *s);

#endif
