/* SPDX-License-Identifier: MIT */
/*
 * state: the life of an execution: its statuses, what can happen in each, and where each stands in
 * the account of a job.
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

/* What can happen to an execution. */
enum event {
	EV_SCHEDULE, /* its time has not come */
	EV_BLOCK,    /* it waits for others */
	EV_HOLD,     /* it waits for a person's yes */
	EV_READY,    /* nothing keeps it from being claimed */
	EV_CLAIM,    /* a worker takes it */
	EV_RETURN,   /* the worker gives it back untouched */
	EV_START,    /* its process runs */
	EV_COMPLETE,
	EV_FAIL,
	EV_TIMEOUT,
	EV_RETRY, /* it failed and will be tried again */
	EV_LOSE,  /* its worker died: queued again */
	EV_PAUSE,
	EV_RESUME,   /* paused in the queue: queued again */
	EV_CONTINUE, /* paused while it ran: it runs on */
	EV_CANCEL,
	EV_SKIP,     /* what it waits for ended otherwise than asked */
	EV_REVIVE,   /* it had ended, and is to be tried once more */
	EV_PRIORITY, /* it goes before others, or behind: no change of status */
	EV_REMOVE,   /* executions that had ended were removed: of a job, or more than a job */
	EV_COUNT,
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

/* It ended as a run that asked for it does not want: failed, too late, cancelled. */
bool state_is_failure(enum status status);

/* The status after an event, or -1 where the event cannot happen. */
int state_next(enum status status, enum event event);

/* The word of an event, as records of type event have it. */
const char *event_name(enum event event);
/* The event of a word, or -1. */
int event_find(const char *name);

#endif
