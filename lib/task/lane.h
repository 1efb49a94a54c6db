/* SPDX-License-Identifier: MIT */
/*
 * lane: executions of one task in one job that are alike for whoever claims them.
 *
 * Queue, priority, tags and metadata are kept once for a lane, not for each
 * execution, and a lane knows how many of its executions are queued: claiming
 * looks at the few lanes that have work, however much waits in them or behind.
 */
#ifndef TASK_LANE_H
#define TASK_LANE_H

#include <stdint.h>

#include "task/job.h"

struct err;
struct gate;
struct store;
struct task;

#define QUEUE_DEFAULT "default"

/* SQL: nothing rests (taskctl pause) that lane l of job j belongs to. */
#define LANE_AWAKE \
	" AND NOT EXISTS (SELECT 1 FROM pause p WHERE p.org = j.org AND (p.kind = 'all'" \
	" OR (p.kind = 'queue' AND p.name = l.queue) OR (p.kind = 'job' AND p.name = j.name)" \
	" OR (p.kind = 'task' AND EXISTS (SELECT 1 FROM task t WHERE t.id = l.task" \
	" AND p.name IN (t.name, t.name || '@' || t.version)))))"

/* What makes a lane. Texts are borrowed. */
struct lane_spec {
	struct job job;
	int64_t task;      /* row of the task */
	const char *queue; /* NULL: QUEUE_DEFAULT */
	int priority;
	const char *tags;     /* JSON array of words, sorted; NULL: none */
	const char *metadata; /* canonical JSON object; NULL: none */
};

/* The lane that is so; it is made when there is none. Within a transaction. Its id, or -1. */
int64_t lane_open(struct store *store, const struct lane_spec *spec, struct err *err);

/* A lane as whoever works on it sees it. */
struct lane {
	int64_t id;
	struct job job;
	char *job_name; /* NULL: none */
	char *queue;
	int priority;
	struct task *task; /* shared by the lanes of a book */
	/* of the task: microseconds between ends of its executions in one slot lately, 0: not
	 * known; and how many of them the worker holds */
	_Atomic int64_t *mean, *held;
	struct gate *gate; /* of the task: for whoever claims */
};

/* The lanes and tasks that were met, read once. */
struct lane_book;

struct lane_book *lane_book_new(void);
void lane_book_free(struct lane_book *book);

/* Do this with every task that is met, before anybody works with it. */
typedef void lane_task_fn(struct task *task, void *ctx);
void lane_book_prepare(struct lane_book *book, lane_task_fn *fn, void *ctx);

/* A lane; it lives as long as the book. NULL on error. */
struct lane *lane_get(struct lane_book *book, struct store *store, int64_t id, struct err *err);

#endif
