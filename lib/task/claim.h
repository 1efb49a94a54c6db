/* SPDX-License-Identifier: MIT */
/*
 * claim: a worker takes executions, and gives them back ended or untouched.
 *
 * Taking counts the attempt up; the count is the fencing token: what is given
 * back must name the worker and the attempt that hold the execution, so a
 * worker that was thought dead cannot overwrite what its successor did.
 */
#ifndef TASK_CLAIM_H
#define TASK_CLAIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "task/lane.h"
#include "task/tally.h"

/* Tries that failed alike: all there were, and those that count against its retries. */
struct past {
	int all, counted;
};

/* An execution in the hands of a worker. */
struct work {
	int64_t id;
	int attempt; /* counted from 1 */
	int spent;   /* tries before somebody wanted it retried: they do not count */
	struct past past[FAIL_COUNT]; /* of the tries before, by class */
	const struct lane *lane;      /* the book's */
	double timeout;               /* seconds, instead of the task's; 0: the task's */
	int64_t memory;               /* bytes, instead of the task's; 0: the task's */
	bool uncached;                /* it is to be run whatever the cache has */
	char *key;
	char *params; /* JSON */
	size_t params_len;
	struct work *next;

	/* the worker's own */
	char *inputs;   /* folder of what was put there for it, NULL: none */
	int64_t begun;  /* wall clock */
	int64_t since;  /* the same by clock_boot */
	bool alone;     /* a coprocess that had it died: none other may be out beside it */
	bool fresh;     /* then another one did, alone with it: it goes to a new one */
	bool cancelled; /* while a coprocess has it */
};

void work_free(struct work *work);

enum claim_door {
	CLAIM_OPEN,
	CLAIM_SOON,     /* within moments, whatever happens */
	CLAIM_SHUT,     /* later, perhaps */
	CLAIM_HOPELESS, /* nobody should wait for it */
	CLAIM_DOORS,
};

/* What a worker claims from. */
struct claim_scope {
	int64_t worker;
	const char *org;
	struct job job;      /* id 0: any job of the org */
	char *const *queues; /* names, NULL-terminated; NULL: any queue */
	struct lane_book *book;

	/* Could the worker ever run an execution of the lane? NULL: it could. */
	bool (*able)(const struct lane *lane, void *ctx);
	/* How many executions of a lane there is room for now, 0: none. Negative: none, and nothing
	 * behind it may go first. NULL: no limit. */
	int (*room)(const struct lane *lane, void *ctx);
	/* Of the last so many of a lane the longest goes first, with `longest` (task/longest.h); 0,
	 * and NULL: the oldest. */
	int (*tail)(const struct lane *lane, void *ctx);
	struct longest *longest;
	/* So many were taken, this is the first. NULL: nobody asks. */
	void (*took)(const struct lane *lane, const struct work *first, int count, void *ctx);
	/* May executions of a lane be begun, were there room? *when, with CLAIM_SOON and
	 * CLAIM_SHUT: microseconds since 1970, 0: when something has changed. NULL: all are open.
	 */
	enum claim_door (*door)(const struct lane *lane, int64_t *when, void *ctx);
	void *ctx;
};

/* Take up to `most` executions that are due, the highest priority first, then the oldest (of the
 * last of a lane the longest), appended at *tail. The number, or -1. */
int claim_take(struct store *store, const struct claim_scope *scope, int most, struct tally *tally,
    struct work ***tail, struct err *err);

/* How an attempt ended. Texts are borrowed. */
struct ending {
	int64_t id;
	int attempt;
	int tries;               /* those that count against its retries */
	const struct past *past; /* the work's, until it is concluded */
	const struct lane *lane;
	enum status status; /* ST_COMPLETED, ST_FAILED, ST_TIMEOUT, ST_RETRYING, ST_CANCELLED */
	enum failure class;
	int64_t not_before; /* with ST_RETRYING */
	int64_t started, ended;
	const char *result; /* JSON; NULL: none */
	size_t result_len;
	const char *error;   /* JSON; NULL: none */
	const char *metrics; /* JSON; NULL: none */
	const char *reason;  /* of the attempt, NULL: none */
	const char *errout;  /* tail of stderr */
	size_t errout_len;
	const char *out; /* tail of stdout where it is not the result */
	size_t out_len;
	bool progressed; /* it said how far it is: forgotten now */
	bool exited;     /* code is valid, else signal */
	int code, signal;
	double user_time, system_time;
	int64_t max_rss;
};

/* Give back ended: 1; 0 when this worker does not hold that attempt any more; -1. What waited for
 * it goes on. One to be tried again that somebody wanted cancelled or paused is so. */
int claim_end(struct store *store, int64_t worker, const struct ending *end, struct tally *tally,
    struct err *err);

/* Tries were made elsewhere for the worker, which took the execution at attempt `from`: the last of
 * them was attempt `to`, at which it holds the execution now. 1; 0 when it does not hold `from` any
 * more; -1. */
int claim_forward(
    struct store *store, int64_t worker, int64_t id, int from, int to, struct err *err);

/* Keep what is known of one of those tries that was not the last. 0 or -1. */
int claim_note(struct store *store, int64_t worker, const struct ending *end, struct err *err);

/* What a worker holds (id 0: all of it), without parameters, appended at *tail. The number, or -1.
 */
int claim_held(struct store *store, int64_t worker, int64_t id, struct lane_book *book,
    struct work ***tail, struct err *err);

/* A change of an execution that the worker holds and goes on holding, or gives back: EV_START,
 * EV_PAUSE, EV_CONTINUE, EV_RETURN (it is queued again and the attempt does not count; it rests
 * there if it was paused, and an order that was not followed yet is followed). 1; 0 when
 * the worker does not hold that attempt any more; -1. */
int claim_change(struct store *store, int64_t worker, const struct lane *lane, int64_t id,
    int attempt, enum event event, struct tally *tally, struct err *err);

/* How far an execution that the worker holds says it is: percent 0 to 100, negative: not said;
 * message NULL: not said. 1; 0 when the worker does not hold that attempt any more; -1. */
int claim_progress(struct store *store, int64_t worker, int64_t id, int attempt, double percent,
    const char *message, struct err *err);

/* What people asked of executions that the worker holds: each is told once. */
enum request { REQUEST_CANCEL, REQUEST_PAUSE, REQUEST_RESUME };

struct order {
	int64_t id;
	enum request request;
	struct order *next;
};

/* Append the orders at *tail: the number, or -1. In a transaction. */
int claim_orders(struct store *store, int64_t worker, struct order ***tail, struct err *err);
/* Are there any: 1, 0, -1. */
int claim_has_orders(struct store *store, int64_t worker, struct err *err);

/* Does anything wait in the scope: queued executions that the worker is able to run, by their door,
 * and when the next one is due that waits for its time, or its door may open (microseconds since
 * 1970, 0: none does). -1 on error. In a transaction, or between store_read and its end. */
struct claim_waits {
	bool doors[CLAIM_DOORS];
	bool moving; /* something waits for its time, or runs */
	bool coming; /* ... or waits for another */
	int64_t due;
};

int claim_waiting(struct store *store, const struct claim_scope *scope, struct claim_waits *waits,
    struct err *err);

#endif
