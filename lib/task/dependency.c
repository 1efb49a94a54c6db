/* SPDX-License-Identifier: MIT */
/* dependency: executions that wait for others. */
#include "task/dependency.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/vec.h"
#include "store/stmt.h"
#include "task/execution.h"
#include "task/tally.h"

static const char sql_add[] =
    "INSERT INTO dependency (upon, execution, rule) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
static const char sql_dependents[] =
    "SELECT d.rule, d.execution, w.awaits FROM dependency d"
    " JOIN waiting w ON w.execution = d.execution WHERE d.upon = ?";
static const char sql_blocked[] =
    "SELECT job, generation, lane, approval, not_before FROM execution"
    " WHERE id = ? AND status = 'blocked'";
static const char sql_again[] =
    "SELECT e.id, e.job, e.generation, e.lane, e.status FROM dependency d"
    " JOIN execution e ON e.id = d.execution WHERE d.upon = ?"
    " AND (e.status = 'blocked' OR (e.status = 'skipped' AND e.class = 'dependency'))";
static const char sql_block[] =
    "UPDATE execution SET status = 'blocked', class = NULL, error = NULL, ended = NULL"
    " WHERE id = ?";
static const char sql_upon[] =
    "SELECT d.rule, e.id, e.status FROM dependency d INDEXED BY dependency_of"
    " JOIN execution e ON e.id = d.upon WHERE d.execution = ?";
static const char sql_list[] = "SELECT upon, rule FROM dependency INDEXED BY dependency_of"
			       " WHERE execution = ? ORDER BY upon";
static const char sql_await[] = "INSERT INTO waiting (execution, awaits) VALUES (?, ?)";
static const char sql_await_again[] =
    "INSERT INTO waiting (execution, awaits) VALUES (?, ?)"
    " ON CONFLICT (execution) DO UPDATE SET awaits = excluded.awaits";
static const char sql_one_less[] = "UPDATE waiting SET awaits = awaits - 1 WHERE execution = ?";
static const char sql_forget[] = "DELETE FROM waiting WHERE execution = ?";
static const char sql_release[] = "UPDATE execution SET status = ? WHERE id = ?";
static const char sql_skip[] =
    "UPDATE execution SET status = 'skipped', class = 'dependency', ended = ?, error = ?"
    " WHERE id = ?";

static const char *const rules[] = { [RULE_OK] = "ok", [RULE_ANY] = "any", [RULE_FAIL] = "fail" };

static_assert(sizeof(rules) / sizeof(*rules) == RULE_COUNT, "a word for every rule");

/* One that waits. */
struct waiter {
	struct place place;
	int64_t not_before;
	bool held;
};

/* One that ended. */
struct end {
	int64_t id;
	enum status status;
};

struct ends {
	struct end *at;
	size_t len, room;
};

/* One that counted on an end that is taken back. */
struct again {
	struct place place;
	enum status status;
};

struct again_list {
	struct again *at;
	size_t len, room;
};

const char *
rule_name(enum rule rule)
{
	return rules[rule];
}

int
rule_find(const char *name)
{
	for (int i = 0; i < RULE_COUNT; i++)
		if (strcmp(rules[i], name) == 0)
			return i;
	return -1;
}

bool
rule_is_kept(enum rule rule, enum status status)
{
	if (rule == RULE_ANY)
		return true;
	if (rule == RULE_OK)
		return status == ST_COMPLETED;
	return status == ST_FAILED || status == ST_TIMEOUT;
}

int
dependency_add(
    struct store *store, int64_t execution, int64_t upon, enum rule rule, struct err *err)
{
	return stmt_run(store, err, sql_add, "iit", upon, execution, rule_name(rule));
}

int
dependency_await(struct store *store, int64_t execution, int64_t awaits, struct err *err)
{
	return stmt_add(store, err, sql_await, "ii", execution, awaits);
}

json_t *
dependency_list(struct store *store, int64_t execution, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_list, "i", execution);
	json_t *list = json_array();
	int rc = -1;

	while (row && (rc = stmt_next(row, err)) > 0)
		json_array_append_new(list,
		    json_pack("{s:I, s:s}", "id", (json_int_t)stmt_int(row, 0), "when",
			stmt_text(row, 1)));
	if (rc == 0)
		return list;
	json_decref(list);
	return NULL;
}

/* Why one is skipped because another ended otherwise than asked. */
static void
tell_broken(int64_t upon, enum status status, char why[DEPENDENCY_WHY])
{
	snprintf(why, DEPENDENCY_WHY,
	    "{\"class\":\"dependency\",\"reason\":\"execution %lld is %s\",\"execution\":%lld}",
	    (long long)upon, state_name(status), (long long)upon);
}

/* What one does that waits for nobody any more. */
static enum event
event_free(bool held, int64_t not_before)
{
	if (held)
		return EV_HOLD;
	return not_before > clock_wall() ? EV_SCHEDULE : EV_READY;
}

void
dependency_foresee(
    struct submission *sub, const struct await *awaits, size_t count, char why[DEPENDENCY_WHY])
{
	sub->awaits = 0;
	for (size_t i = 0; i < count; i++) {
		const struct await *a = &awaits[i];

		if (!state_is_final(a->status)) {
			sub->awaits++;
		} else if (!rule_is_kept(a->rule, a->status)) {
			tell_broken(a->upon, a->status, why);
			sub->status = ST_SKIPPED;
			sub->class = FAIL_DEPENDENCY;
			sub->error = why;
			sub->awaits = 0;
			return;
		}
	}
	if (sub->awaits > 0)
		sub->status = ST_BLOCKED;
	else
		sub->status = (enum status)state_next(
		    ST_SUBMITTED, event_free(sub->approval, sub->not_before));
}

/* 1, 0 when it is not blocked, -1. */
static int
read_waiter(struct store *store, int64_t id, struct waiter *w, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_blocked, "i", id);
	int rc = row ? stmt_next(row, err) : -1;
	const char *approval;

	if (rc <= 0)
		return rc;
	approval = stmt_text(row, 3);
	*w = (struct waiter){ .place = { .id = id,
				  .job = { stmt_int(row, 0), (int)stmt_int(row, 1) },
				  .lane = stmt_int(row, 2) },
		.held = approval && strcmp(approval, "needed") == 0,
		.not_before = stmt_int(row, 4) };
	stmt_end(row);
	return 1;
}

/* Nothing is left that it waits for. */
static int
release(struct store *store, const struct waiter *w, struct tally *tally, struct err *err)
{
	enum event event = event_free(w->held, w->not_before);
	enum status status;

	status = tally_move(tally, &w->place, ST_BLOCKED, FAIL_NONE, event, FAIL_NONE);
	if (stmt_run(store, err, sql_release, "ti", state_name(status), w->place.id) < 0)
		return -1;
	return 0;
}

static int
skip(struct store *store, const struct waiter *w, const struct end *end, struct tally *tally,
    struct err *err)
{
	char why[DEPENDENCY_WHY];

	tell_broken(end->id, end->status, why);
	tally_move(tally, &w->place, ST_BLOCKED, FAIL_NONE, EV_SKIP, FAIL_DEPENDENCY);
	return stmt_run(store, err, sql_skip, "iti", clock_wall(), why, w->place.id) < 0 ? -1 : 0;
}

/* What one end means for one that it decides about; those it ends in turn are added to ends. */
static int
decide(struct store *store, int64_t id, bool kept, const struct end *end, struct ends *ends,
    struct tally *tally, struct err *err)
{
	struct end skipped = { id, ST_SKIPPED };
	struct waiter w;
	int rc = read_waiter(store, id, &w, err);

	if (rc <= 0)
		return rc;
	if (stmt_run(store, err, sql_forget, "i", id) < 0)
		return -1;
	if (kept)
		return release(store, &w, tally, err);
	vec_add(ends, skipped);
	return skip(store, &w, end, tally, err);
}

/* For one that waits for so many. */
static int
settle_one(struct store *store, int64_t id, bool kept, int64_t awaits, const struct end *end,
    struct ends *ends, struct tally *tally, struct err *err)
{
	if (!kept || awaits <= 1)
		return decide(store, id, kept, end, ends, tally, err);
	return stmt_run(store, err, sql_one_less, "i", id) < 0 ? -1 : 0;
}

static int
settle_row(struct store *store, const struct end *end, struct ends *ends, struct tally *tally,
    struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_dependents, "i", end->id);
	int rc = -1;

	while (row && (rc = stmt_next(row, err)) > 0) {
		enum rule rule = (enum rule)rule_find(stmt_text(row, 0));

		if (settle_one(store, stmt_int(row, 1), rule_is_kept(rule, end->status),
			stmt_int(row, 2), end, ends, tally, err) < 0) {
			stmt_end(row);
			return -1;
		}
	}
	return rc;
}

int
dependency_settle(struct store *store, int64_t execution, enum status status, struct tally *tally,
    struct err *err)
{
	struct ends ends = VEC_INIT;
	struct end first = { execution, status };
	int rc = 0;

	vec_add(&ends, first);
	for (size_t i = 0; i < ends.len && rc == 0; i++) {
		struct end end = ends.at[i];

		rc = settle_row(store, &end, &ends, tally, err);
	}
	vec_clear(&ends);
	return rc;
}

/* What it waits for: how many have not ended, and the first that ended otherwise than asked. */
static int
look_upon(
    struct store *store, int64_t execution, int64_t *awaits, struct end *broken, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_upon, "i", execution);
	int rc = -1;

	*awaits = 0;
	broken->id = 0;
	while (row && (rc = stmt_next(row, err)) > 0) {
		enum status status = (enum status)state_find(stmt_text(row, 2));
		int rule = rule_find(stmt_text(row, 0));

		if (!state_is_final(status))
			++*awaits;
		else if (broken->id == 0 && !rule_is_kept((enum rule)rule, status))
			*broken = (struct end){ stmt_int(row, 1), status };
	}
	return rc;
}

int
dependency_count(
    struct store *store, int64_t execution, int64_t *awaits, int64_t *broken, struct err *err)
{
	struct end end;
	int rc = look_upon(store, execution, awaits, &end, err);

	*broken = end.id;
	return rc;
}

static int
await_again(struct store *store, int64_t execution, int64_t awaits, struct err *err)
{
	return stmt_run(store, err, sql_await_again, "ii", execution, awaits) < 0 ? -1 : 0;
}

int
dependency_block(struct store *store, const struct place *place, enum status from,
    enum failure class, int64_t awaits, struct tally *tally, struct err *err)
{
	tally_move(tally, place, from, class, EV_BLOCK, FAIL_NONE);
	if (stmt_run(store, err, sql_block, "i", place->id) < 0)
		return -1;
	return await_again(store, place->id, awaits, err);
}

/* Those behind an execution that counted on its end, appended to list. */
static int
list_again(struct store *store, int64_t execution, struct again_list *list, struct err *err)
{
	struct stmt *row = stmt_query(store, err, sql_again, "i", execution);
	int rc = -1;

	while (row && (rc = stmt_next(row, err)) > 0) {
		struct again again = { { stmt_int(row, 0),
					   { stmt_int(row, 1), (int)stmt_int(row, 2) },
					   stmt_int(row, 3) },
			(enum status)state_find(stmt_text(row, 4)) };

		vec_add(list, again);
	}
	return rc;
}

/* Count anew for one: 1 when it was skipped and is blocked now, 0, -1. */
static int
block_again(struct store *store, const struct again *again, struct tally *tally, struct err *err)
{
	int64_t awaits, broken;

	if (dependency_count(store, again->place.id, &awaits, &broken, err) < 0)
		return -1;
	if (again->status == ST_BLOCKED)
		return await_again(store, again->place.id, awaits, err);
	if (broken || awaits == 0)
		return 0;
	return dependency_block(
		   store, &again->place, ST_SKIPPED, FAIL_DEPENDENCY, awaits, tally, err) < 0
	    ? -1
	    : 1;
}

/* One level behind an execution; what waits again is appended to ids. */
static int
revive_row(
    struct store *store, int64_t execution, struct ends *ends, struct tally *tally, struct err *err)
{
	struct again_list list = VEC_INIT;
	int rc = list_again(store, execution, &list, err);

	for (size_t i = 0; i < list.len && rc >= 0; i++) {
		struct end end = { list.at[i].place.id, ST_BLOCKED };

		rc = block_again(store, &list.at[i], tally, err);
		if (rc > 0)
			vec_add(ends, end);
	}
	vec_clear(&list);
	return rc < 0 ? -1 : 0;
}

int
dependency_revive(struct store *store, int64_t execution, struct tally *tally, struct err *err)
{
	struct ends ends = VEC_INIT;
	struct end first = { execution, ST_QUEUED };
	int rc = 0;

	vec_add(&ends, first);
	for (size_t i = 0; i < ends.len && rc == 0; i++)
		rc = revive_row(store, ends.at[i].id, &ends, tally, err);
	vec_clear(&ends);
	return rc;
}
