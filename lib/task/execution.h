/* SPDX-License-Identifier: MIT */
/*
 * execution: one run of a task with its parameters: submitted, looked up, listed.
 *
 * Functions that change something are called within a transaction and note
 * the change in a tally that the caller writes before the commit.
 */
#ifndef TASK_EXECUTION_H
#define TASK_EXECUTION_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "task/job.h"
#include "task/selection.h"
#include "task/tally.h"

/* A new execution. Texts are borrowed. */
struct submission {
	struct job job;
	int64_t task;
	int64_t lane;
	int64_t id;    /* from key_reserve, 0: the next */
	bool reserved; /* the key is its own already, from there too */
	const char *key;
	int64_t digest;     /* of the canonical params */
	const char *params; /* JSON, as json_put writes it; so is error */
	size_t params_len;
	/* ST_QUEUED; ST_SCHEDULED with not_before, ST_BLOCKED, ST_HELD; ST_FAILED, ST_SKIPPED for
	 * what is never started */
	enum status status;
	enum failure class;
	int64_t not_before; /* microseconds since 1970, 0: at once */
	bool approval;      /* a person must say yes before it is queued */
	int64_t awaits;     /* of what it waits for, how many have not ended */
	bool uncached;      /* it is to be run whatever the cache has */
	const char *error;  /* JSON, NULL: none */
};

/* What stands under a key already. */
struct standing {
	int64_t id;
	int64_t digest;
	enum status status;
	int64_t created; /* of a new one: microseconds since 1970 */
};

/* Submit: 1 and standing->id is new; 0 when the key stands already: *standing tells; -1. */
int execution_submit(struct store *store, const struct submission *sub, struct tally *tally,
    struct standing *standing, struct err *err);

/* An execution that ended elsewhere. */
struct execution_life {
	int64_t task;                 /* its row */
	const char *result, *metrics; /* JSON, NULL: none */
	int64_t attempts;
	int64_t created, started, ended; /* microseconds since 1970, 0: not known */
};

/* That was the life of one just submitted as ended. */
int execution_restore(
    struct store *store, int64_t id, const struct execution_life *life, struct err *err);

/* The id itself, when it is higher than all that were ever given; else 0, the next; -1. */
int64_t execution_free_id(struct store *store, int64_t id, struct err *err);

/* Where an execution stands. */
struct standpoint {
	enum status status;
	struct job job;
	int64_t ended; /* microseconds since 1970, 0: it has not ended */
	int attempts;  /* that were begun, or are about to be */
};

/* Where an id stands: 1, 0 when there is no such execution of the org, -1. */
int execution_status(struct store *store, const char *org, int64_t id,
    struct standpoint *standpoint, struct err *err);

/* The whole record: 1 (the caller owns *record), 0 when there is none of the org, -1. */
int execution_record(
    struct store *store, const char *org, int64_t id, json_t **record, struct err *err);

/* The attempts of an execution, oldest first, as a JSON array (`tries` of dockline-execution(5)).
 * The caller owns it; NULL on error. */
json_t *execution_attempts(struct store *store, int64_t id, struct err *err);

#endif
