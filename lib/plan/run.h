/* SPDX-License-Identifier: MIT */
/*
 * run: one walk through a pipeline, as it stands in the state.
 *
 * What becomes of executions stands with them; here is which of them belong to
 * which item of which step, and how far the steps are. All functions that
 * change something are called within a transaction.
 */
#ifndef PLAN_RUN_H
#define PLAN_RUN_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "task/job.h"
#include "task/state.h"

struct err;
struct store;

enum run_status {
	RUN_WAITING,
	RUN_RUNNING,
	RUN_INTERRUPTED,
	RUN_COMPLETED,
	RUN_FAILED,
	RUN_CANCELLED,
	RUN_STATUSES
};

const char *run_status_name(enum run_status status);

/* Texts are the caller's to free with run_clear. */
struct run {
	int64_t id;
	struct job job;
	char *job_name, *name, *version, *source, *text, *dir, *error;
	json_t *params;
	enum run_status status;
	bool asked_to_cancel;
	int64_t worker;                  /* who conducts it, 0: nobody ever did */
	int64_t created, started, ended; /* 0: not yet */
};

void run_clear(struct run *run);

/* A new run with all but id, status and times. The id, or -1. */
int64_t run_add(struct store *store, const char *org, const struct run *run, struct err *err);

/* By its number or the name of its job: 1, 0 when there is none of the org, -1. */
int run_find(
    struct store *store, const char *org, const char *name, struct run *run, struct err *err);

/* Each run of the org, newest first; fn borrows it and returns 0 to go on. */
typedef int run_fn(const struct run *run, void *ctx);
int run_each(struct store *store, const char *org, run_fn *fn, void *ctx, struct err *err);

/* How it stands now: status and worker are read anew. 1; 0: it is not there; -1. */
int run_refresh(struct store *store, struct run *run, struct err *err);

/* Somebody conducts it from now on, with this text. What was noted of items is forgotten. */
int run_begin(struct store *store, const struct run *run, int64_t worker, struct err *err);

/* It has ended so, or was interrupted. error: NULL: none. */
int run_end(
    struct store *store, int64_t id, enum run_status status, const char *error, struct err *err);

/* It was cancelled while nobody conducts it, and so were its steps: what they count is as their
 * executions stand, those that have not ended among the cancelled. 0 or -1. */
int run_cancel(struct store *store, int64_t id, struct err *err);

/* Ask who conducts it to cancel it; and was that asked? (1, 0, -1) */
int run_ask(struct store *store, int64_t id, struct err *err);
int run_asked(struct store *store, int64_t id, struct err *err);

/* Does the worker that conducts it live? 1, 0, -1. */
int run_is_conducted(struct store *store, const char *org, const struct run *run, struct err *err);

/* ---- steps ---- */

/* How far a step is. Texts are borrowed. */
struct run_step {
	const char *step, *status;
	int64_t total, completed, failed, skipped, cancelled;
	int64_t started, ended;      /* 0: not yet */
	const char *reason, *result; /* NULL: none */
};

int run_save_step(
    struct store *store, int64_t run, size_t place, const struct run_step *step, struct err *err);

typedef int run_step_fn(size_t place, const struct run_step *step, void *ctx);
int run_each_step(struct store *store, int64_t run, run_step_fn *fn, void *ctx, struct err *err);

/* ---- items ---- */

int run_set_item(struct store *store, int64_t run, size_t place, int64_t item, int64_t execution,
    struct err *err);

/* The execution of an item: 1, 0 when it has none, -1. */
int run_item(struct store *store, int64_t run, size_t place, int64_t item, int64_t *execution,
    struct err *err);

/* The first item behind `after` that has an execution (-1: of all): 1, 0, -1. */
int run_next_item(struct store *store, int64_t run, size_t place, int64_t after, int64_t *item,
    int64_t *execution, struct err *err);

/* What became of an execution. */
struct upshot {
	enum status status;
	char *key;
	json_t *result, *error, *params; /* NULL: there is none, or it was not asked for */
};

/* 1, 0 when there is no such execution, -1. */
int upshot_read(
    struct store *store, int64_t execution, bool params, struct upshot *out, struct err *err);
void upshot_clear(struct upshot *upshot);

#endif
