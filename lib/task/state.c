/* SPDX-License-Identifier: MIT */
/* state: the life of an execution. */
#include "task/state.h"

#include <assert.h>
#include <stddef.h>
#include <strings.h>

static const struct {
	const char *name;
	const char *alias; /* the word of other systems */
	enum account account;
} table[] = {
	[ST_SUBMITTED] = { "submitted", "PENDING", ACC_WAITING },
	[ST_SCHEDULED] = { "scheduled", NULL, ACC_WAITING },
	[ST_BLOCKED] = { "blocked", NULL, ACC_WAITING },
	[ST_HELD] = { "held", NULL, ACC_WAITING },
	[ST_QUEUED] = { "queued", NULL, ACC_WAITING },
	[ST_PREPARING] = { "preparing", NULL, ACC_RUNNING },
	[ST_RUNNING] = { "running", "STARTED", ACC_RUNNING },
	[ST_RETRYING] = { "retrying", "RETRY", ACC_WAITING },
	[ST_PAUSED] = { "paused", NULL, ACC_WAITING },
	[ST_COMPLETED] = { "completed", "SUCCESS", ACC_COMPLETED },
	[ST_FAILED] = { "failed", "FAILURE", ACC_FAILED },
	[ST_TIMEOUT] = { "timeout", NULL, ACC_FAILED },
	[ST_CANCELLED] = { "cancelled", "REVOKED", ACC_CANCELLED },
	[ST_SKIPPED] = { "skipped", NULL, ACC_SKIPPED },
};

static const char *const accounts[] = {
	[ACC_WAITING] = "waiting",
	[ACC_RUNNING] = "running",
	[ACC_COMPLETED] = "completed",
	[ACC_FAILED] = "failed",
	[ACC_CANCELLED] = "cancelled",
	[ACC_SKIPPED] = "skipped",
};

static const char *const events[] = {
	[EV_SCHEDULE] = "schedule",
	[EV_BLOCK] = "block",
	[EV_HOLD] = "hold",
	[EV_READY] = "ready",
	[EV_CLAIM] = "claim",
	[EV_RETURN] = "return",
	[EV_START] = "start",
	[EV_COMPLETE] = "complete",
	[EV_FAIL] = "fail",
	[EV_TIMEOUT] = "timeout",
	[EV_RETRY] = "retry",
	[EV_LOSE] = "lose",
	[EV_PAUSE] = "pause",
	[EV_RESUME] = "resume",
	[EV_CONTINUE] = "continue",
	[EV_CANCEL] = "cancel",
	[EV_SKIP] = "skip",
	[EV_REVIVE] = "revive",
	[EV_PRIORITY] = "priority",
	[EV_REMOVE] = "remove",
};

/* The status after an event, plus one; 0: it cannot happen. An execution
 * is `submitted` only while the transaction that makes it is open: its first event follows at once.
 */
#define TO(status) ((status) + 1)
/* clang-format off */
static const unsigned char transitions[ST_COUNT][EV_COUNT] = {
	[ST_SUBMITTED] = {
		[EV_SCHEDULE] = TO(ST_SCHEDULED), [EV_BLOCK] = TO(ST_BLOCKED),
		[EV_HOLD] = TO(ST_HELD), [EV_READY] = TO(ST_QUEUED),
		[EV_COMPLETE] = TO(ST_COMPLETED), [EV_FAIL] = TO(ST_FAILED),
		[EV_TIMEOUT] = TO(ST_TIMEOUT), /* elsewhere, as dock-export --import tells */
		[EV_CANCEL] = TO(ST_CANCELLED), [EV_SKIP] = TO(ST_SKIPPED) },
	[ST_SCHEDULED] = {
		[EV_READY] = TO(ST_QUEUED), [EV_PAUSE] = TO(ST_PAUSED),
		[EV_CANCEL] = TO(ST_CANCELLED), [EV_SKIP] = TO(ST_SKIPPED) },
	[ST_BLOCKED] = {
		[EV_SCHEDULE] = TO(ST_SCHEDULED), [EV_HOLD] = TO(ST_HELD),
		[EV_READY] = TO(ST_QUEUED), [EV_CANCEL] = TO(ST_CANCELLED),
		[EV_SKIP] = TO(ST_SKIPPED) },
	[ST_HELD] = {
		[EV_SCHEDULE] = TO(ST_SCHEDULED), [EV_READY] = TO(ST_QUEUED),
		[EV_CANCEL] = TO(ST_CANCELLED), [EV_SKIP] = TO(ST_SKIPPED) },
	[ST_QUEUED] = {
		[EV_CLAIM] = TO(ST_PREPARING), [EV_PAUSE] = TO(ST_PAUSED),
		[EV_CANCEL] = TO(ST_CANCELLED), [EV_SKIP] = TO(ST_SKIPPED) },
	[ST_PREPARING] = {
		[EV_RETURN] = TO(ST_QUEUED), [EV_START] = TO(ST_RUNNING),
		[EV_COMPLETE] = TO(ST_COMPLETED), [EV_FAIL] = TO(ST_FAILED),
		[EV_TIMEOUT] = TO(ST_TIMEOUT), [EV_RETRY] = TO(ST_RETRYING),
		[EV_LOSE] = TO(ST_QUEUED), [EV_PAUSE] = TO(ST_PAUSED),
		[EV_CANCEL] = TO(ST_CANCELLED) },
	[ST_RUNNING] = {
		[EV_RETURN] = TO(ST_QUEUED), [EV_COMPLETE] = TO(ST_COMPLETED),
		[EV_FAIL] = TO(ST_FAILED), [EV_TIMEOUT] = TO(ST_TIMEOUT),
		[EV_RETRY] = TO(ST_RETRYING), [EV_LOSE] = TO(ST_QUEUED),
		[EV_PAUSE] = TO(ST_PAUSED), [EV_CANCEL] = TO(ST_CANCELLED) },
	[ST_RETRYING] = {
		[EV_READY] = TO(ST_QUEUED), [EV_PAUSE] = TO(ST_PAUSED),
		[EV_CANCEL] = TO(ST_CANCELLED), [EV_SKIP] = TO(ST_SKIPPED) },
	[ST_PAUSED] = {
		[EV_RESUME] = TO(ST_QUEUED), [EV_CONTINUE] = TO(ST_RUNNING),
		[EV_SCHEDULE] = TO(ST_SCHEDULED),
		[EV_RETURN] = TO(ST_QUEUED), [EV_LOSE] = TO(ST_QUEUED),
		[EV_COMPLETE] = TO(ST_COMPLETED), [EV_FAIL] = TO(ST_FAILED),
		[EV_TIMEOUT] = TO(ST_TIMEOUT), [EV_RETRY] = TO(ST_RETRYING),
		[EV_CANCEL] = TO(ST_CANCELLED), [EV_SKIP] = TO(ST_SKIPPED) },
	[ST_COMPLETED] = { 0 },
	[ST_FAILED] = { [EV_REVIVE] = TO(ST_QUEUED), [EV_BLOCK] = TO(ST_BLOCKED) },
	[ST_TIMEOUT] = { [EV_REVIVE] = TO(ST_QUEUED), [EV_BLOCK] = TO(ST_BLOCKED) },
	[ST_CANCELLED] = {
		[EV_REVIVE] = TO(ST_QUEUED), [EV_BLOCK] = TO(ST_BLOCKED),
		[EV_HOLD] = TO(ST_HELD) },
	[ST_SKIPPED] = {
		[EV_REVIVE] = TO(ST_QUEUED), [EV_BLOCK] = TO(ST_BLOCKED),
		[EV_HOLD] = TO(ST_HELD) },
};
/* clang-format on */

static_assert(sizeof(events) / sizeof(*events) == EV_COUNT, "a name for every event");
static_assert(sizeof(table) / sizeof(*table) == ST_COUNT, "a row for every status");
static_assert(sizeof(accounts) / sizeof(*accounts) == ACC_COUNT, "a name for every account");

const char *
state_name(enum status status)
{
	return table[status].name;
}

int
state_find(const char *name)
{
	for (int i = 0; i < ST_COUNT; i++) {
		if (strcasecmp(table[i].name, name) == 0)
			return i;
		if (table[i].alias && strcasecmp(table[i].alias, name) == 0)
			return i;
	}
	return -1;
}

enum account
state_account(enum status status)
{
	return table[status].account;
}

const char *
account_name(enum account account)
{
	return accounts[account];
}

int
account_find(const char *name)
{
	for (int i = 0; i < ACC_COUNT; i++)
		if (strcasecmp(accounts[i], name) == 0)
			return i;
	return -1;
}

bool
state_is_final(enum status status)
{
	return table[status].account >= ACC_COMPLETED;
}

bool
state_is_failure(enum status status)
{
	return state_account(status) == ACC_FAILED || status == ST_CANCELLED;
}

int
state_next(enum status status, enum event event)
{
	return (int)transitions[status][event] - 1;
}

const char *
event_name(enum event event)
{
	return events[event];
}

int
event_find(const char *name)
{
	for (int i = 0; i < EV_COUNT; i++)
		if (strcasecmp(events[i], name) == 0)
			return i;
	return -1;
}
