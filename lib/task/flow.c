/* SPDX-License-Identifier: MIT */
/* flow: what rests: nobody claims from it until it is woken. */
#include "task/flow.h"

#include <assert.h>

#include "base/clock.h"
#include "store/stmt.h"
#include "task/job.h"
#include "task/tally.h"

static const char sql_pause[] =
    "INSERT INTO pause (org, kind, name, who, since) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT DO NOTHING";
static const char sql_wake[] = "DELETE FROM pause WHERE org = ? AND kind = ? AND name = ?";

static const char *const names[] = {
	[FLOW_ALL] = "all", [FLOW_QUEUE] = "queue", [FLOW_JOB] = "job", [FLOW_TASK] = "task"
};

static_assert(sizeof(names) / sizeof(*names) == FLOW_COUNT, "a word for every kind");

const char *
flow_name(enum flow flow)
{
	return names[flow];
}

static int
note(struct store *store, const char *org, enum flow flow, const char *name, enum event event,
    struct tally *tally, struct err *err)
{
	struct job job = { 0 };

	if (flow == FLOW_JOB && job_find(store, org, name, &job, err) < 0)
		return -1;
	tally_note(tally, -job.id, event, ST_SUBMITTED);
	return 1;
}

int
flow_pause(struct store *store, const char *org, enum flow flow, const char *name,
    struct tally *tally, struct err *err)
{
	int rc = stmt_run(store, err, sql_pause, "tttti", org, names[flow], name ? name : "",
	    tally->who ? tally->who : "", clock_wall());

	return rc > 0 ? note(store, org, flow, name, EV_PAUSE, tally, err) : rc;
}

int
flow_wake(struct store *store, const char *org, enum flow flow, const char *name,
    struct tally *tally, struct err *err)
{
	int rc = stmt_run(store, err, sql_wake, "ttt", org, names[flow], name ? name : "");

	return rc > 0 ? note(store, org, flow, name, EV_RESUME, tally, err) : rc;
}
