/* SPDX-License-Identifier: MIT */
/* state: statuses, their words, where they stand in the account, and every event in every status.
 */
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

/* What comes of each event (the columns) in each status, by the first two letters; "--": it cannot
 * happen. */
static const char *const columns[] = { "schedule", "block", "hold", "ready", "claim", "return",
	"start", "complete", "fail", "timeout", "retry", "lose", "pause", "resume", "continue",
	"cancel", "skip", "revive", "priority", "remove" };
/* clang-format off */
static const struct {
	const char *status, *after;
} table[] = {
	/*               sc bl ho re cl rt st co fa ti ry lo pa rs cn ca sk rv pr rm */
	{ "submitted",  "sc bl he qu -- -- -- co fa ti -- -- -- -- -- ca sk -- -- --" },
	{ "scheduled",  "-- -- -- qu -- -- -- -- -- -- -- -- pa -- -- ca sk -- -- --" },
	{ "blocked",    "sc -- he qu -- -- -- -- -- -- -- -- -- -- -- ca sk -- -- --" },
	{ "held",       "sc -- -- qu -- -- -- -- -- -- -- -- -- -- -- ca sk -- -- --" },
	{ "queued",     "-- -- -- -- pr -- -- -- -- -- -- -- pa -- -- ca sk -- -- --" },
	{ "preparing",  "-- -- -- -- -- qu ru co fa ti re qu pa -- -- ca -- -- -- --" },
	{ "running",    "-- -- -- -- -- qu -- co fa ti re qu pa -- -- ca -- -- -- --" },
	{ "retrying",   "-- -- -- qu -- -- -- -- -- -- -- -- pa -- -- ca sk -- -- --" },
	{ "paused",     "sc -- -- -- -- qu -- co fa ti re qu -- qu ru ca sk -- -- --" },
	{ "completed",  "-- -- -- -- -- -- -- -- -- -- -- -- -- -- -- -- -- -- -- --" },
	{ "failed",     "-- bl -- -- -- -- -- -- -- -- -- -- -- -- -- -- -- qu -- --" },
	{ "timeout",    "-- bl -- -- -- -- -- -- -- -- -- -- -- -- -- -- -- qu -- --" },
	{ "cancelled",  "-- bl he -- -- -- -- -- -- -- -- -- -- -- -- -- -- qu -- --" },
	{ "skipped",    "-- bl he -- -- -- -- -- -- -- -- -- -- -- -- -- -- qu -- --" },
};
/* clang-format on */

static void
test_events(void)
{
	is_int(COUNT(table), ST_COUNT, "a row for every status");
	is_int(COUNT(columns), EV_COUNT, "a column for every event");
	for (int e = 0; e < EV_COUNT; e++) {
		is_str(event_name((enum event)e), columns[e], "name of event %d", e);
		is_int(event_find(columns[e]), e, "found by %s", columns[e]);
	}
	is_int(event_find("finish"), -1, "no such event");
	for (int s = 0; s < ST_COUNT; s++) {
		is_str(table[s].status, state_name((enum status)s), "row %d", s);
		is_int((long long)strlen(table[s].after), 3 * EV_COUNT - 1, "all of row %d", s);
		for (int e = 0; e < EV_COUNT; e++) {
			int next = state_next((enum status)s, (enum event)e);
			char got[3] = "--", want[3] = "";

			memcpy(want, table[s].after + 3 * e, 2);
			if (next >= 0)
				memcpy(got, state_name((enum status)next), 2);
			is_str(got, want, "%s while %s", columns[e], table[s].status);
		}
	}
}

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
		is_int(state_is_failure(rows[i].status),
		    rows[i].status == ST_FAILED || rows[i].status == ST_TIMEOUT ||
			rows[i].status == ST_CANCELLED,
		    "%s is a failure", rows[i].name);
	}
	for (int i = 0; i < ACC_COUNT; i++)
		is_str(account_name((enum account)i), accounts[i], "account %d", i);
	is_int(state_find("QUEUED"), ST_QUEUED, "in any case");
	is_int(state_find("done"), -1, "no such status");
	is_int(state_find(""), -1, "nothing");
	test_events();
	return done_testing();
}
