/* SPDX-License-Identifier: MIT */
/*
 * dockbatch: many ligands by one process, for engines that read a list of them (dock/engine.h).
 *
 * The ligands of a batch are ligand-1.pdbqt, ligand-2.pdbqt ... in one folder,
 * and what the engine wrote of each is judged as if it had been alone. Such
 * engines end 0 whatever became of a ligand, and die of one that they cannot
 * read: those of which there is nothing are docked once more, each alone, and
 * what is said then is about no other.
 */
#ifndef CLI_DOCKBATCH_H
#define CLI_DOCKBATCH_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "dock/judge.h"

struct dockjob;
struct dockrun;

/* What became of one: its record, the caller's, or why there is none; neither: we were interrupted
 * (proc_caught). */
struct dockend {
	json_t *record;
	struct verdict verdict;
};

/* Everything that a docking depends on but its ligand: of jobs that one process may dock it is
 * equal. The caller's. */
json_t *dockbatch_terms(const struct dockjob *job, const struct dockrun *run);

/* May one process dock both? */
bool dockbatch_alike(const struct dockjob *a, const struct dockjob *b, const struct dockrun *run);

/* Dock n jobs that are alike; ends has as many members, all zero. */
void dockbatch_run(
    struct dockjob *const *jobs, size_t n, const struct dockrun *run, struct dockend *ends);

/* The same of one, as dockjob_run. */
json_t *dockbatch_single(struct dockjob *job, const struct dockrun *run, struct verdict *verdict);

#endif
