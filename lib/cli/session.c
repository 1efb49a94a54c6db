/* SPDX-License-Identifier: MIT */
/* session: the state directory as a program uses it. */
#include "cli/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "base/path.h"
#include "cli/cluster_home.h"
#include "cli/strays.h"
#include "store/store.h"
#include "task/job.h"
#include "task/task.h"
#include "task/workers.h"

/* Before anybody looks: what is left of the dead here, and what came home from clusters. */
static void
tidy(struct app *app, struct store *store)
{
	struct err why = { 0 };

	strays_clear(store, NULL, NULL);
	if (cluster_collect(app, store, &why) < 0)
		app_warn(app, "what came home from a cluster cannot be taken in: %s", why.text);
}

struct store *
session_open(struct app *app, bool create, struct err *err)
{
	char *dir = store_find(app->state, err);
	struct store *store = NULL;

	if (dir)
		store = store_open(dir, create ? STORE_CREATE : 0, err);
	free(dir);
	if (store)
		tidy(app, store);
	return store;
}

int
session_open_if_any(struct app *app, struct store **store, struct err *err)
{
	char *dir = store_find(app->state, err), *file;
	bool none;

	*store = NULL;
	if (!dir)
		return -1;
	file = path_join(dir, "state.db");
	none = access(file, F_OK) < 0 && errno == ENOENT;
	if (!none)
		*store = store_open(dir, 0, err);
	if (*store)
		tidy(app, *store);
	free(file);
	free(dir);
	return none || *store ? 0 : -1;
}

void
session_close(struct store *store)
{
	store_close(store);
}

int
session_job(struct app *app, struct store *store, const char *name, int generation, struct job *job,
    struct err *err)
{
	int rc = job_find(store, app->org, name, job, err);

	if (rc < 0)
		return -1;
	if (rc == 0)
		return err_set(err, ERR_USAGE, "no job '%s'", name);
	if (generation > job->generation)
		return err_set(err, ERR_USAGE, "no generation %d of job '%s': the newest is %d",
		    generation, name, job->generation);
	if (generation > 0)
		job->generation = generation;
	return 0;
}

struct task *
session_task(struct app *app, struct store *store, const char *name, struct err *err)
{
	struct task *task = task_find(store, app->org, name, err);

	if (!task)
		return NULL;
	if (strcmp(task->status, "deprecated") == 0)
		app_warn(app, "task '%s' is deprecated", name);
	if (strcmp(task->status, "inactive") == 0)
		err_set(err, ERR_USAGE, "task '%s' is inactive: it takes no executions", name);
	else
		return task;
	task_free(task);
	return NULL;
}

int
session_reap(struct app *app, struct store *store, struct vigil *vigil, struct err *err)
{
	struct tally tally = TALLY_INIT;
	int n = strays_clear(store, vigil, err); /* before the others must wait for us */

	if (n <= 0 || store_is_elsewhere(store)) /* who writes there finds them, too */
		return n < 0 ? -1 : 0;
	if (store_begin(store, err) < 0)
		return -1;
	n = strays_reap(app, store, vigil, &tally, err);
	if (n < 0 || tally_write(&tally, store, err) < 0) {
		store_rollback(store);
		n = -1;
	} else if (store_commit(store, err) < 0) {
		n = -1;
	} else if (n > 0) {
		app_say(app, "a worker died: %d execution%s it held %s taken over", n,
		    n == 1 ? "" : "s", n == 1 ? "is" : "are");
	}
	tally_clear(&tally);
	return n < 0 ? -1 : 0;
}
