/* SPDX-License-Identifier: MIT */
/* control_flow: everything, a queue, a job or a task rests, and goes on. */
#include <stdlib.h>

#include "base/alloc.h"
#include "cli/app.h"
#include "cli/cluster_end.h"
#include "cli/control.h"
#include "cli/control_parts.h"
#include "cli/session.h"
#include "store/store.h"
#include "task/execution.h"
#include "task/task.h"

/* A name that is wrong would never be noticed. Ad-hoc tasks are known by their executions. */
static int
check_task(struct controller *k, struct selection *sel, struct err *err)
{
	struct task *task = task_find(k->store, k->app->org, sel->task, err);
	int64_t id;

	if (!task && err->kind == ERR_USAGE)
		return execution_ids(k->store, sel, &id, 1, NULL) > 0 ? 0 : -1;
	task_free(task);
	return task ? 0 : -1;
}

/* What a flow takes in. */
static int
selection_of(
    struct controller *k, enum flow flow, const char *name, struct selection *sel, struct err *err)
{
	*sel = (struct selection){ .org = k->app->org, .status = -1, .account = -1 };
	if (flow == FLOW_QUEUE)
		sel->queue = name;
	if (flow == FLOW_TASK)
		sel->task = name;
	if (flow == FLOW_TASK)
		return check_task(k, sel, err);
	return flow == FLOW_JOB ? session_job(k->app, k->store, name, 0, &sel->job, err) : 0;
}

static int
change_flow(struct controller *k, enum flow flow, const char *name, struct err *err)
{
	bool pause = k->c->verb == CONTROL_PAUSE;
	int rc;

	if (store_begin(k->store, err) < 0)
		return -1;
	rc = (pause ? flow_pause : flow_wake)(k->store, k->app->org, flow, name, &k->tally, err);
	if (rc < 0 || tally_write(&k->tally, k->store, err) < 0) {
		store_rollback(k->store);
		return -1;
	}
	return store_commit(k->store, err) < 0 ? -1 : rc;
}

static void
say_flow(struct controller *k, enum flow flow, const char *name, bool changed)
{
	char *what = flow == FLOW_ALL ? xstrdup("the whole queue")
				      : xasprintf("%s '%s'", flow_name(flow), name);

	if (k->c->verb == CONTROL_PAUSE)
		app_say(k->app, "%s %s: nothing more of it is started", what,
		    changed ? "rests" : "rested already");
	else
		app_say(k->app, "%s %s", what, changed ? "goes on" : "did not rest");
	free(what);
}

/* Of what was paused one by one, that it still is. */
static int
say_what_rests(struct controller *k, struct selection *sel, struct err *err)
{
	int64_t id;
	int n;

	sel->held = false;
	sel->after = 0;
	n = execution_ids(k->store, sel, &id, 1, err);
	if (n > 0)
		app_say(k->app,
		    "some of its executions were paused themselves: resume --status paused"
		    " wakes them");
	return n < 0 ? -1 : 0;
}

int
control_flow(struct app *app, const struct control_call *call, enum flow flow, const char *name,
    bool running, struct err *err)
{
	bool pause = call->verb == CONTROL_PAUSE;
	struct selection sel;
	struct controller k;
	int rc = control_begin(&k, app, call, err);

	if (rc == 0)
		rc = selection_of(&k, flow, name, &sel, err);
	if (rc == 0)
		rc = change_flow(&k, flow, name, err);
	if (rc >= 0) {
		say_flow(&k, flow, name, rc > 0);
		sel.held = true;
		sel.statuses = control_statuses(call);
		rc = pause && !running ? 0 : control_each(&k, &sel, err);
	}
	if (rc == 0 && k.ordered.len == 0)
		rc = cluster_settle(app, k.store, err);
	if (rc == 0)
		rc = control_finish(&k, err);
	if (rc == 0 && !pause)
		rc = say_what_rests(&k, &sel, err);
	control_clear(&k);
	return rc;
}
