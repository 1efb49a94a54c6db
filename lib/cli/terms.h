/* SPDX-License-Identifier: MIT */
/*
 * terms: how executions are queued: where, before what else, not before when, after what, and
 * whether a person must say yes.
 *
 * Options of taskrun give them for all lines of a run, a line of a graph for
 * itself.
 */
#ifndef CLI_TERMS_H
#define CLI_TERMS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"
#include "task/dependency.h"

struct err;
struct job;
struct store;
struct task;

/* As they are given; NULL, 0: not. Lists are NULL-terminated. */
struct terms_options {
	char *priority, *queue, *not_before;
	char **tags, **meta, **after; /* "WORD", "K=V", "ID[:ok|any|fail]" */
	int hold;
};

struct terms {
	char *queue; /* NULL: the task's */
	bool has_priority;
	int priority;       /* else the task's */
	json_t *tags;       /* array of words, sorted, none twice */
	json_t *metadata;   /* object */
	int64_t not_before; /* microseconds since 1970, 0: at once */
	bool hold;
	VEC(struct await) after; /* executions, none twice */
};

/* Read the options. -1: one is wrong (ERR_USAGE). The terms may be cleared in any case. */
int terms_read(struct terms *terms, const struct terms_options *options, struct err *err);

/* Read what a record says for itself: queue, priority, tags, metadata, not_before, approval; what
 * it does not say is as in defaults, and to their tags and metadata it adds. `after` is theirs.
 * -1: a member is wrong. The terms may be cleared in any case. */
int terms_of_record(
    struct terms *terms, const struct terms *defaults, const json_t *record, struct err *err);

void terms_clear(struct terms *terms);

/* How what they wait for stands now. -1; an id that does not exist is ERR_USAGE. */
int terms_look(struct terms *terms, struct store *store, const char *org, struct err *err);

/* Read the word behind an id or a key; "" is ok. -1 with ERR_INPUT. */
int terms_rule(const char *word, enum rule *rule, struct err *err);

/* What makes a lane of such executions of a task: the texts of a lane_spec. */
struct terms_lane {
	const char *queue; /* borrowed from terms or task */
	int priority;
	char *tags, *metadata; /* NULL: none */
};

void terms_lane(const struct terms *terms, const struct task *task, struct terms_lane *lane);
void terms_lane_clear(struct terms_lane *lane);

/* The lane of such executions, within a transaction. Its id, or -1. */
int64_t terms_open(const struct terms *terms, struct store *store, const struct job *job,
    const struct task *task, struct err *err);

#endif
