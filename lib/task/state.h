/* SPDX-License-Identifier: MIT */
/*
 * state: the life of an execution: its statuses, and where each stands in the account of a job.
 *
 * submitted = completed + failed + cancelled + skipped + waiting + running,
 * always. The CHECK of the schema holds the same words.
 */
#ifndef TASK_STATE_H
#define TASK_STATE_H

#include <stdbool.h>

enum status {
	ST_SUBMITTED,
	ST_SCHEDULED,
	ST_BLOCKED,
	ST_HELD,
	ST_QUEUED,
	ST_PREPARING,
	ST_RUNNING,
	ST_RETRYING,
	ST_PAUSED,
	ST_COMPLETED,
	ST_FAILED,
	ST_TIMEOUT,
	ST_CANCELLED,
	ST_SKIPPED,
	ST_COUNT,
};

/* Where a status stands in the account. */
enum account {
	ACC_WAITING,
	ACC_RUNNING,
	ACC_COMPLETED,
	ACC_FAILED,
	ACC_CANCELLED,
	ACC_SKIPPED,
	ACC_COUNT,
};

const char *state_name(enum status status);
/* The status of a word, or -1. Other systems' words are known too (PENDING, SUCCESS, FAILURE). */
int state_find(const char *name);
enum account state_account(enum status status);
const char *account_name(enum account account);
/* The account of a word, or -1. */
int account_find(const char *name);
/* It has ended and stays so. */
bool state_is_final(enum status status);

#endif
