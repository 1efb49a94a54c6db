/* SPDX-License-Identifier: MIT */
/* cluster_options: what programs are told of how to go to a cluster. */
#include "base/err.h"
#include "base/num.h"
#include "cli/app.h"
#include "cli/cluster.h"

void
cluster_plan_read(struct app *app, struct cluster_plan *plan, const char *chunk_time)
{
	struct err err = { 0 };

	if (!plan->profile && (plan->settings || plan->chunk || chunk_time))
		app_usage(app, "--chunk-size, --chunk-time, --resource: only with --on");
	if (plan->chunk < 0 || plan->chunk > CLUSTER_CHUNK)
		app_usage(app, "--chunk-size takes 1 to %d", CLUSTER_CHUNK);
	if (plan->chunk && chunk_time)
		app_usage(app, "--chunk-size and --chunk-time exclude each other");
	if (chunk_time && num_duration(chunk_time, &plan->chunk_seconds, &err) < 0)
		app_usage(app, "--chunk-time: %s", err.text);
}
