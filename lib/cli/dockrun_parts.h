/* SPDX-License-Identifier: MIT */
/*
 * dockrun_parts: what running one ligand and many of them have in common (cli/dockrun.h,
 * cli/dockbatch.h).
 */
#ifndef CLI_DOCKRUN_PARTS_H
#define CLI_DOCKRUN_PARTS_H

#include <jansson.h>

#include "base/buf.h"
#include "dock/docking.h"

struct berth;
struct dockjob;
struct dockrun;
struct verdict;

/* What an engine said, and what that took. */
struct spoken {
	struct buf out, errout;
	struct docking_cost cost;
};

/* Run the engine in its folder, for at most limit seconds (0: any time): 0, or -1 with the
 * verdict. The job is one of those that are docked. */
int dockrun_engine(const struct dockjob *job, const struct dockrun *run, const struct berth *f,
    char **argv, double limit, struct spoken *spoken, struct verdict *verdict);

/* What the engine left behind, judged: the record, or NULL with the verdict. */
json_t *dockrun_conclude(struct dockjob *job, const struct dockrun *run, const struct berth *f,
    char **argv, const struct spoken *spoken, struct verdict *verdict);

/* The same of the text of poses of one ligand, in a folder of its own. Its command line is that of
 * the ligand alone. */
json_t *dockjob_judge_text(struct dockjob *job, const struct dockrun *run, const struct buf *poses,
    const struct spoken *spoken, struct verdict *verdict);

#endif
