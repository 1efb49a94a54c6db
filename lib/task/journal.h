/* SPDX-License-Identifier: MIT */
/*
 * journal: every change of a status, and what people asked for, in the order of the commits.
 *
 * Each event has a number, seq, that grows by one. The events of a transaction
 * share a row: its seq is that of the first. A change is packed as the
 * difference of the execution's id to the one before (zigzag, 7 bits a byte,
 * low ones first), a byte for the event, and a byte with the status before
 * (high half) and after.
 */
#ifndef TASK_JOURNAL_H
#define TASK_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "task/state.h"

struct buf;
struct err;
struct store;
struct tally;

/* Append a change to a packed row. */
void journal_add(
    struct buf *row, int64_t difference, enum event event, enum status from, enum status to);

/* Write what a tally collected, within its transaction. */
int journal_write(const struct tally *tally, struct store *store, struct err *err);

/* One event. Texts are borrowed until the callback returns. */
struct happening {
	int64_t seq;
	int64_t time; /* microseconds since 1970 */
	int64_t worker;
	const char *who, *command, *correlation; /* NULL: not said */
	int64_t execution;                       /* below 0: a job, negated; 0: more than a job */
	enum event event;
	enum status from, to; /* equal: nothing changed yet, it was asked for */
};

/* Each event after seq, in order, until fn returns other than 0 or there are no more. The seq of
 * the last one given (or `after`), -1 on error, also when fn returned -1. */
typedef int journal_fn(const struct happening *happening, void *ctx);
int64_t journal_each(
    struct store *store, int64_t after, journal_fn *fn, void *ctx, struct err *err);

/* Whose an execution (or job, below 0) of the journal is. Texts are the caller's to free; NULL:
 * none. */
struct subject {
	char *org, *job, *task, *key;
};

/* 1; 0 when it is gone, or more than a job is meant; -1. */
int journal_subject(
    struct store *store, int64_t execution, struct subject *subject, struct err *err);
void subject_clear(struct subject *subject);

/* The seq of the newest event, 0: none, -1. */
int64_t journal_end(struct store *store, struct err *err);

/* The seq of the newest event before a time (microseconds since 1970), 0: none, -1. Found without
 * reading the others; where the clock jumped back it is one of the candidates. */
int64_t journal_before(struct store *store, int64_t time, struct err *err);

#endif
