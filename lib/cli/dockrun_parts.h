/* SPDX-License-Identifier: MIT */
/*
 * dockrun_parts: what running one ligand and many of them have in common (cli/dockrun.h,
 * cli/dockbatch.h).
 */
#ifndef CLI_DOCKRUN_PARTS_H
#define CLI_DOCKRUN_PARTS_H

#include <jansson.h>
#include <stdbool.h>

#include "base/buf.h"

struct dockjob;
struct dockrun;
struct err;
struct request;
struct verdict;

/* A folder for one process, and the files of one docking in it. */
struct berth {
	char *path, *ligand, *receptor, *poses;
};

/* What an engine said, and how long it took in seconds. */
struct spoken {
	struct buf out, errout;
	double elapsed;
};

/* Make the folder below the work folder or $TMPDIR, with the names of the only docking in it. */
int berth_make(
    struct berth *f, const struct dockrun *run, const struct request *request, struct err *err);
/* Free it, and unless keep remove it. */
void berth_clear(struct berth *f, bool keep);

/* A file that only this docking sees: no need to sync it. */
int berth_put(const char *path, const struct buf *text, struct err *err);

/* Put the receptor there where the engine cannot open it where it is: its name for the engine.
 * NULL: why not. */
const char *berth_receptor(const struct berth *f, const struct dockjob *job, struct err *err);

/* Run the engine in its folder, for at most limit seconds (0: any time): 0, or -1 with the
 * verdict. The job is one of those that are docked. */
int dockrun_engine(const struct dockjob *job, const struct dockrun *run, const struct berth *f,
    char **argv, double limit, struct spoken *spoken, struct verdict *verdict);

/* What the engine left behind, judged: the record, or NULL with the verdict. */
json_t *dockrun_conclude(struct dockjob *job, const struct dockrun *run, const struct berth *f,
    char **argv, const struct spoken *spoken, struct verdict *verdict);

#endif
