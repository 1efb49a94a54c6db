/* SPDX-License-Identifier: MIT */
/*
 * berth: the folder of one engine process, and the files of one docking in it.
 */
#ifndef CLI_BERTH_H
#define CLI_BERTH_H

#include <stdbool.h>

struct buf;
struct dockjob;
struct dockrun;
struct err;
struct request;

struct berth {
	char *path, *ligand, *receptor, *poses;
};

/* What the files of the only docking in a folder are called: ligand.pdbqt and poses.pdbqt, or
 * .sdf. */
const char *berth_ligand_name(const struct request *request);
const char *berth_poses_name(const struct request *request);

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

#endif
