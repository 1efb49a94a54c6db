/* SPDX-License-Identifier: MIT */
/*
 * recall: claimed executions of tasks with `cache` that need not be run.
 *
 * Of what was claimed, those that have an equal that completed are completed
 * at once. Of those that are equal to each other the first, the leader, is run;
 * the others wait here, held by the worker, and complete with it, or are queued
 * again when it comes to something else. Files are read between transactions.
 */
#ifndef CLI_RECALL_H
#define CLI_RECALL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "task/claim.h"

struct app;
struct claimer;
struct fingerprints;
struct leader;
struct precedent;
struct store;

struct recall {
	/* set by the owner */
	struct app *app;
	struct store *store;
	struct tally *tally;
	struct claimer *claimer; /* who took them, and hears what is not begun */
	int64_t worker;
	struct fingerprints *memory;          /* NULL: its own, when there is need */
	void (*ended)(int64_t id, void *ctx); /* one has, by the result of another */
	void *ctx;

	/* its own */
	struct leader *by_id, *by_digest;
	struct precedent *precedent;
	struct buf result;
};

/* What was just claimed and committed: takes out of the list what need not be run, which is
 * committed too. 0 or -1. */
int recall_claimed(struct recall *r, struct work **list, struct work ***tail, struct err *err);

/* Within a transaction: an execution ended so; or (completed false) did not, or is given back. */
int recall_ended(struct recall *r, int64_t id, bool completed, struct err *err);

/* Within a transaction: an order for one that waits here is followed. 1, 0: it is none of them,
 * -1. */
int recall_order(struct recall *r, const struct order *order, struct err *err);

/* What still waits is left to whoever finds this worker dead; there is none after a clean end. */
void recall_clear(struct recall *r);

#endif
