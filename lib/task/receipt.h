/* SPDX-License-Identifier: MIT */
/*
 * receipt: the record of an execution that was just submitted.
 *
 * It is what execution_record would read back, made from what was written: a
 * million submissions need not be read again to be told.
 */
#ifndef TASK_RECEIPT_H
#define TASK_RECEIPT_H

#include "base/buf.h"
#include "task/execution.h"

/* What the records of a lane have in common. */
struct receipt {
	int64_t lane;
	char *org, *task, *version;
	char *job;   /* NULL: it has no name */
	char *queue; /* NULL: the usual one */
	int priority;
	char *tags, *metadata; /* JSON, NULL: none */
	struct buf middle;     /* from key to params, as the record before had it */
	enum status status;    /* for which it was made */
	int generation;
};

/* Read it. -1 on error; a receipt that was zeroed may always be cleared. */
int receipt_init(
    struct receipt *receipt, struct store *store, const char *org, int64_t lane, struct err *err);
void receipt_clear(struct receipt *receipt);

/* Is everything that the record of a submission says in the submission and the receipt of its
 * lane? If not (it has a result already), the record is to be read. */
bool receipt_is_whole(const struct submission *sub);

/* Append the record of such a submission that execution_submit accepted, without newline. */
void receipt_put(struct receipt *receipt, const struct submission *sub,
    const struct standing *standing, struct buf *out);

#endif
