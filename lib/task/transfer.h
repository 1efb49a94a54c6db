/* SPDX-License-Identifier: MIT */
/*
 * transfer: executions that another state runs, and what comes home of them.
 *
 * A worker of this state holds them meanwhile: its row and the number of the
 * attempt are the fence, as for every worker (task/claim.h). What goes out and
 * what comes home is JSON, so that it can be kept in files:
 *
 * out: {"id", "key", "lane", "attempt", "limits", "tries": [[number, class], ...], "params"}
 *
 * home: {"id", "attempt", "status", "class", "started", "ended", "not_before", "error",
 * "metrics", "result", "tries": [{"number", "started", "ended", "exit_code", "signal", "class",
 * "reason", "user_time", "system_time", "max_rss", "stderr", "stdout"}, ...],
 * "artifacts": [[kind, name, sha256, size], ...], "print": [digest, parts] of what is in the cache
 * there}, where attempt is the one it went out with.
 * Absent members are as null.
 */
#ifndef TASK_TRANSFER_H
#define TASK_TRANSFER_H

#include <jansson.h>
#include <stdint.h>

#include "task/claim.h"
#include "task/job.h"

struct err;
struct store;
struct tally;

/* Each execution as JSON, borrowed; fn returns 0 or -1 with err. */
typedef int transfer_fn(json_t *execution, void *ctx, struct err *err);

/* All that a worker holds, as they go out, in order of id. 0 or -1. */
int transfer_out(struct store *store, int64_t worker, transfer_fn *fn, void *ctx, struct err *err);

/* Where one goes that came from elsewhere. */
struct transfer_place {
	struct job job;
	int64_t task, lane;
};

/* Queue one that came from elsewhere, under its own id; params: those it is to be run with. In a
 * transaction. 0 or -1. */
int transfer_enter(struct store *store, const struct transfer_place *place, const json_t *execution,
    const json_t *params, struct tally *tally, struct err *err);

/* All of this state that have been tried and do not run, as they come home, in order of id, except
 * that "attempt" lacks. 0 or -1. */
int transfer_home(struct store *store, transfer_fn *fn, void *ctx, struct err *err);

/* What came home is given back by its worker; *end tells of the last try, with texts that live as
 * long as *keep, which transfer_free frees. In a transaction. 1; 0: the worker does not hold that
 * attempt any more, or knows no better; -1, with ERR_INPUT where the JSON is no such thing. */
struct transfer_keep;
int transfer_take(struct store *store, int64_t worker, const struct lane *lane,
    const json_t *execution, struct tally *tally, struct ending *end, struct transfer_keep **keep,
    struct err *err);
void transfer_free(struct transfer_keep *keep);

/* The lane of an execution that the worker holds at this attempt: 1, 0: it does not, -1. */
int transfer_lane(
    struct store *store, int64_t worker, int64_t id, int attempt, int64_t *lane, struct err *err);

#endif
