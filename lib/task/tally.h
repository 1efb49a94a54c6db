/* SPDX-License-Identifier: MIT */
/*
 * tally: how many executions stand where, kept by every change and never counted.
 *
 * Changes of a transaction are collected and written once, before its commit.
 */
#ifndef TASK_TALLY_H
#define TASK_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "task/failure.h"
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

struct tally {
	struct tally_change *at;
	size_t len, room;
};

/* clang-format off */
#define TALLY_INIT { NULL, 0, 0 }
/* clang-format on */

void tally_add(struct tally *tally, int64_t job, int generation, enum status status,
    enum failure class, int64_t delta);

/* Write the collected changes, and forget them. */
int tally_write(struct tally *tally, struct store *store, struct err *err);

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
