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
struct err;
struct together;
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

/* Compare with the hash that the entry of a file says, if it does. 0 or -1. */
int dockjob_check_hash(const json_t *entry, const char *hex, struct err *err);

/* ---- several ligands that are docked together (dockparts.c) ---- */

/* Read and check each, and what they are together. */
int dockparts_load(struct dockjob *job, const struct dockrun *run, struct verdict *verdict);
void dockparts_clear(struct dockjob *job);

/* "a+b": what they are called together. The caller's. */
char *dockparts_name(const struct dockjob *job);

/* The ligand, or all of several, for the engine to read; names as they stand on its command line,
 * the caller's. 0 or -1. */
int dockparts_put(const struct berth *f, const struct dockjob *job, char **names, struct err *err);

/* All of them; the caller frees the array. */
struct together *dockparts_together(const struct dockjob *job);

#endif
