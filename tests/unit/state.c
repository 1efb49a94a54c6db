/* SPDX-License-Identifier: MIT */
/* state: statuses, their words, and where they stand in the account. */
#include "task/state.h"

#include "tap.h"

static const struct {
	enum status status;
	const char *name, *alias;
	enum account account;
	bool final;
} rows[] = {
	{ ST_SUBMITTED, "submitted", "PENDING", ACC_WAITING, false },
	{ ST_SCHEDULED, "scheduled", NULL, ACC_WAITING, false },
	{ ST_BLOCKED, "blocked", NULL, ACC_WAITING, false },
	{ ST_HELD, "held", NULL, ACC_WAITING, false },
	{ ST_QUEUED, "queued", NULL, ACC_WAITING, false },
	{ ST_PREPARING, "preparing", NULL, ACC_RUNNING, false },
	{ ST_RUNNING, "running", "STARTED", ACC_RUNNING, false },
	{ ST_RETRYING, "retrying", "RETRY", ACC_WAITING, false },
	{ ST_PAUSED, "paused", NULL, ACC_WAITING, false },
	{ ST_COMPLETED, "completed", "SUCCESS", ACC_COMPLETED, true },
	{ ST_FAILED, "failed", "FAILURE", ACC_FAILED, true },
	{ ST_TIMEOUT, "timeout", NULL, ACC_FAILED, true },
	{ ST_CANCELLED, "cancelled", "REVOKED", ACC_CANCELLED, true },
	{ ST_SKIPPED, "skipped", NULL, ACC_SKIPPED, true },
};

int
main(void)
{
	static const char *const accounts[] = { "waiting", "running", "completed", "failed",
		"cancelled", "skipped" };

	is_int(COUNT(rows), ST_COUNT, "a vector for every status");
	for (size_t i = 0; i < COUNT(rows); i++) {
		is_str(state_name(rows[i].status), rows[i].name, "name of %zu", i);
		is_int(state_find(rows[i].name), rows[i].status, "found by %s", rows[i].name);
		if (rows[i].alias)
			is_int(state_find(rows[i].alias), rows[i].status, "found by %s",
			    rows[i].alias);
		is_int(
		    state_account(rows[i].status), rows[i].account, "account of %s", rows[i].name);
		is_int(state_is_final(rows[i].status), rows[i].final, "%s is final", rows[i].name);
	}
	for (int i = 0; i < ACC_COUNT; i++)
		is_str(account_name((enum account)i), accounts[i], "account %d", i);
	is_int(state_find("QUEUED"), ST_QUEUED, "in any case");
	is_int(state_find("done"), -1, "no such status");
	is_int(state_find(""), -1, "nothing");
	return done_testing();
}
