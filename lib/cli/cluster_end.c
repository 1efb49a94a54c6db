/* SPDX-License-Identifier: MIT */
/* cluster_end: a program that does not speak to clusters itself has their unwanted elements ended.
 */
#include "cli/cluster_end.h"

#include <string.h>

#include "base/vec.h"
#include "cli/cluster_home.h"
#include "cli/cluster_relay.h"
#include "task/cluster.h"

/* 1, 0, -1. */
static int
has_unwanted(struct store *store, const struct cluster_job *job, struct err *err)
{
	struct cluster_elements list = VEC_INIT;
	int rc = cluster_list_elements(store, job->id, &list, err);

	for (size_t i = 0; i < list.len && rc == 0; i++)
		rc = cluster_is_unwanted(&list.at[i]) ||
		    (strcmp(job->profile, "local") != 0 && cluster_is_misled(&list.at[i]));
	cluster_elements_clear(&list);
	return rc;
}

int
cluster_settle(struct app *app, struct store *store, struct err *err)
{
	struct cluster_jobs jobs = VEC_INIT;
	char *only[] = { (char *)"--no-submit", NULL };
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
			rc = cluster_relay_round(app, store, last, only, false, err);
		}
	}
	cluster_jobs_clear(&jobs);
	return rc < 0 ? -1 : 0;
}
