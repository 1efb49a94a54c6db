/* SPDX-License-Identifier: MIT */
/*
 * errand: hooks that are run about something that stands in the state already.
 *
 * The writer thread makes them when it is durable; the main thread runs them,
 * a few at a time, beside the executions. They take none of the room that
 * executions take. That one fails is told and changes nothing.
 */
#ifndef CLI_ERRAND_H
#define CLI_ERRAND_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"

struct app;
struct errands;
struct tree_task;

enum {
	ERRANDS_MOST = 8,      /* at a time */
	ERRANDS_WAITING = 100, /* nothing is begun while more wait */
};

struct errand {
	const char *name;  /* after, on_failure, alert */
	char *const *argv; /* borrowed */
	const char *job;   /* of the execution, borrowed; NULL: none */
	int64_t execution; /* 0: it is about none */
	int attempt;
	struct buf record; /* a line */
	struct errand *next;
};

void errand_free_list(struct errand *list);

/* app and state (its directory) are borrowed; a hook is ended after limit seconds. */
struct errands *errands_new(struct app *app, const char *state, double limit);
/* What runs still is killed, what waits is dropped. NULL is fine. */
void errands_free(struct errands *errands);

/* Those to be run, in order; owned from now on. */
void errands_add(struct errands *errands, struct errand *list);

/* How many run or wait; do so many wait that nothing more should be begun? */
int errands_left(const struct errands *errands);
bool errands_are_many(const struct errands *errands);

/* Start what there is room for. *coprocesses counts those without an execution. */
void errands_fill(struct errands *errands, int *coprocesses);

/* A child has ended: true when it was one of these. */
bool errands_reap(struct errands *errands, pid_t pid);

/* The worker was told to stop: 10 s are left for all of them; kill: none. */
void errands_stop(struct errands *errands, bool kill);

/* Look after limits; when to look again, by clock_boot. */
void errands_check(struct errands *errands, int64_t now);
int64_t errands_next_check(const struct errands *errands);

/* Those that run, at most ERRANDS_MOST, for the tree. The number. */
size_t errands_running(const struct errands *errands, struct tree_task *tasks);

#endif
