/* SPDX-License-Identifier: MIT */
/* board_parts: what board.c and board_state.c share, and nobody else uses. */
#ifndef CLI_BOARD_PARTS_H
#define CLI_BOARD_PARTS_H

#include <pthread.h>

#include "base/vec.h"
#include "cli/board.h"

struct desk {
	struct service *service; /* answered and failed are what is not written yet */
	int out;
	int64_t picked;     /* how many were before */
	int tokens, wanted; /* of its rate: drawn, and to be drawn */
	int openings;       /* of its breaker since it was closed; of health checks that failed */
	bool changed;       /* its state is to be written */
	bool due, checking; /* its health is to be checked, or is being */
	bool gone;
	char *fault; /* what the last check found, NULL: nothing */
};

struct board {
	pthread_mutex_t lock;
	struct app *app;
	bool attended;
	VEC(struct desk *) desks;
	VEC(char *) tasks; /* that were met */
	int64_t version, looked, counted, picks, changes;
};

#endif
