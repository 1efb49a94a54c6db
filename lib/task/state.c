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
