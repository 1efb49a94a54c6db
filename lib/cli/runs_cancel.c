/* SPDX-License-Identifier: MIT */
/* runs_cancel: runs of pipelines are cancelled, whoever conducts them. */
#include "base/err.h"
#include "cli/app.h"
#include "cli/author.h"
#include "cli/cluster_end.h"
#include "cli/runs.h"
#include "cli/session.h"
#include "plan/run.h"
#include "store/store.h"
#include "task/control.h"
#include "task/execution.h"
#include "task/selection.h"

/* What somebody holds, perhaps an element on a cluster, is to be ended by whoever does. */
static int
cancel_held(struct app *app, struct store *store, const struct run *run, struct tally *tally,
    struct err *err)
{
	struct selection sel = { .org = app->org,
		.job = run->job,
		.status = -1,
		.account = -1,
		.statuses = 1u << ST_PREPARING | 1u << ST_RUNNING | 1u << ST_PAUSED };
	enum status was;
	int64_t ids[1000];
	int n;

	while ((n = execution_ids(store, &sel, ids, sizeof(ids) / sizeof(*ids), err)) > 0) {
		sel.after = ids[n - 1];
		for (int i = 0; i < n; i++)
			if (control_execution(store, app->org, ids[i], CONTROL_CANCEL, NULL, tally,
				&was, err) < 0)
				return -1;
	}
	return n;
}

/* Nobody conducts it: all is cancelled, and the run has ended. */
static int
cancel_here(struct app *app, struct store *store, const struct run *run, struct err *err)
{
	struct tally tally = TALLY_INIT;
	struct author author;
	int rc = -1;

	author_sign(&author, &tally, "pipeline cancel", NULL);
	if (control_cancel_waiting(store, app->org, &run->job, &tally, err) >= 0 &&
	    cancel_held(app, store, run, &tally, err) == 0 && tally_write(&tally, store, err) == 0)
		rc = run_cancel(store, run->id, err);
	tally_clear(&tally);
	author_clear(&author);
	return rc;
}

/* Within a transaction: whether somebody conducts it does not change. 1: it was done here; 0: who
 * conducts it was asked to. */
static int
cancel(struct app *app, struct store *store, const char *name, struct err *err)
{
	struct run run = { 0 };
	int rc = runs_find(app, store, name, &run, err), conducted = 0;

	if (rc == 0 && run.status >= RUN_COMPLETED)
		rc = err_set(err, ERR_NO, "run '%s' has ended already", name);
	if (rc == 0)
		rc = conducted = run_is_conducted(store, app->org, &run, err);
	if (rc >= 0)
		rc = conducted ? run_ask(store, run.id, err) : cancel_here(app, store, &run, err);
	run_clear(&run);
	return rc < 0 ? -1 : !conducted;
}

static int
cancel_one(struct app *app, struct store *store, const char *name, struct err *err)
{
	int rc;

	if (store_begin(store, err) < 0)
		return -1;
	rc = cancel(app, store, name, err);
	if (rc < 0) {
		store_rollback(store);
		return -1;
	}
	if (store_commit(store, err) < 0 || (rc > 0 && cluster_settle(app, store, err) < 0))
		return -1;
	return runs_print(app, store, name, err);
}

int
runs_cancel(struct app *app, char **names, struct err *err)
{
	struct store *store = session_open(app, false, err);
	int rc = store ? session_reap(app, store, NULL, err) : -1;

	for (size_t i = 0; names[i] && rc == 0; i++) {
		struct err why = { 0 };

		if (cancel_one(app, store, names[i], &why) < 0)
			app_report(app, &why);
	}
	session_close(store);
	return rc;
}
