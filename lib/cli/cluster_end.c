/* SPDX-License-Identifier: MIT */
/* cluster_end: a program that does not speak to clusters itself has their unwanted elements ended.
 */
#include "cli/cluster_end.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/path.h"
#include "base/vec.h"
#include "cli/app.h"
#include "cli/cluster_home.h"
#include "exec/proc.h"
#include "store/store.h"
#include "task/cluster.h"

#define PATIENCE 60.0 /* seconds for a cluster to answer */

char *
cluster_program(struct err *err)
{
	char self[4096], *path;
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n <= 0) {
		err_sys(err, "cannot find taskwork");
		return NULL;
	}
	self[n] = '\0';
	*strrchr(self, '/') = '\0';
	path = path_join(self, "taskwork");
	if (access(path, X_OK) == 0)
		return path;
	err_sys(err, "cannot run '%s'", path);
	free(path);
	return NULL;
}

/* 1, 0, -1. */
static int
has_unwanted(struct store *store, const struct cluster_job *job, struct err *err)
{
	struct cluster_elements list = VEC_INIT;
	int rc = cluster_list_elements(store, job->id, &list, err);

	for (size_t i = 0; i < list.len && rc == 0; i++)
		rc = cluster_is_unwanted(&list.at[i]);
	cluster_elements_clear(&list);
	return rc;
}

static int
run_taskwork(struct app *app, struct store *store, const char *profile, struct err *err)
{
	char *program = cluster_program(err), *dir = path_absolute(store_dir(store));
	char *argv[] = { program, (char *)"-q", (char *)"--on", (char *)profile, (char *)"--once",
		(char *)"--no-submit", (char *)"--state", dir, (char *)"--org", app->org, NULL };
	struct proc_spec spec = { .argv = argv, .program = program };
	struct buf said = BUF_INIT;
	struct outcome outcome;
	int rc = -1;

	if (program)
		rc = proc_run(&spec, NULL, NULL, &said, PATIENCE, 1, &outcome, err);
	if (rc == 0 && (!outcome.exited || outcome.code != 0))
		app_warn(app, "%s: its elements could not be ended: %s", profile, buf_str(&said));
	buf_clear(&said);
	free(program);
	free(dir);
	return rc < 0 ? -1 : 0;
}

int
cluster_settle(struct app *app, struct store *store, struct err *err)
{
	struct cluster_jobs jobs = VEC_INIT;
	const char *last = "";
	int rc = cluster_any(store, err);

	if (rc <= 0)
		return rc;
	if (cluster_collect(app, store, err) < 0)
		return -1;
	rc = cluster_list(store, &jobs, err);
	for (size_t i = 0; i < jobs.len && rc >= 0; i++) {
		rc = strcmp(jobs.at[i].profile, last) == 0 ? 0
							   : has_unwanted(store, &jobs.at[i], err);
		if (rc > 0) {
			last = jobs.at[i].profile;
			rc = run_taskwork(app, store, last, err);
		}
	}
	cluster_jobs_clear(&jobs);
	return rc < 0 ? -1 : 0;
}
