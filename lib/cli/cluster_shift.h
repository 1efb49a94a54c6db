/* SPDX-License-Identifier: MIT */
/* cluster_shift: what taskwork --on does: rounds of a cluster, until it is time to go. */
#ifndef CLI_CLUSTER_SHIFT_H
#define CLI_CLUSTER_SHIFT_H

#include "cli/cluster.h"
#include "cli/shift.h"

/* Of shift count: job, queues, seconds, once, forever. What is out when it ends stays out. 0 or -1;
 * *signal: what it was told to stop by, 0: nothing. */
int cluster_shift_run(struct app *app, const struct shift *shift, const struct cluster_plan *plan,
    int *signal, struct err *err);

#endif
