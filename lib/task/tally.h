/* SPDX-License-Identifier: MIT */
/*
 * tally: what a transaction changes in the lives of executions.
 *
 * Every change of a status goes through tally_move, which keeps three things
 * that are never counted or guessed afterwards: how many executions of a job
 * stand where, how many of a lane are queued, and the journal of events. They
 * are collected and written once, before the commit.
 */
#ifndef TASK_TALLY_H
#define TASK_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "task/failure.h"
#include "task/job.h"
#include "task/state.h"

struct err;
struct store;

struct tally_change {
	int64_t job;
	int generation;
	enum status status;
	enum failure class;
	int64_t delta;
};

struct tally_lane {
	int64_t lane, delta;
};

struct tally {
	/* set once by the owner: who makes the changes, for the journal; NULL or 0: not said */
	int64_t worker;
	const char *who, *command, *correlation;

	/* its own */
	struct {
		struct tally_change *at;
		size_t len, room;
	} counts;
	struct {
		struct tally_lane *at;
		size_t len, room;
	} lanes;
	struct {
		int64_t *at;
		size_t len, room;
	} skipped; /* ids that ended without anybody having held them, because others ended so */
	struct buf journal;
	int64_t events, last; /* in the journal; id of the last of them */
};

/* clang-format off */
#define TALLY_INIT { .journal = BUF_INIT }
/* clang-format on */

/* An execution that changes, and where it is counted. */
struct place {
	int64_t id;
	struct job job;
	int64_t lane;
};

/* The execution changes from a status by an event, which must be possible (state_next). The class
 * is that of the failure before and after, FAIL_NONE where there is none. From ST_SUBMITTED: it is
 * new. Returns the status after. */
enum status tally_move(struct tally *tally, const struct place *place, enum status from,
    enum failure from_class, enum event event, enum failure to_class);

/* Note in the journal what somebody asked for and what changes no status yet: an order left for the
 * worker that holds an execution, another priority. An id below 0 is that of a job (negated), 0
 * means more than a job. */
void tally_note(struct tally *tally, int64_t id, enum event event, enum status status);

/* An execution that had ended so is removed: nothing counts it any more. */
void tally_forget(
    struct tally *tally, const struct place *place, enum status status, enum failure class);

/* A queued execution moves from one lane to another. */
void tally_to_lane(struct tally *tally, int64_t from, int64_t to);

/* Write the collected changes, and forget them. */
int tally_write(struct tally *tally, struct store *store, struct err *err);

/* Only how much is queued in each lane, so that it can be claimed in the same transaction. */
int tally_write_lanes(struct tally *tally, struct store *store, struct err *err);

/* Forget them: the transaction was rolled back. */
void tally_reset(struct tally *tally);
void tally_clear(struct tally *tally);

/* The account of a generation of a job, or of all jobs of the org (job 0). */
struct account_sums {
	int64_t submitted;
	int64_t by[ACC_COUNT];
	int64_t by_status[ST_COUNT];
	int64_t failed_by[FAIL_COUNT]; /* failed and timeout, by class */
};

int tally_read(struct store *store, const char *org, int64_t job, int generation,
    struct account_sums *sums, struct err *err);

/* The account of what was run without a job. */
int tally_read_nameless(
    struct store *store, const char *org, struct account_sums *sums, struct err *err);

#endif
