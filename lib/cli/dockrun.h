/* SPDX-License-Identifier: MIT */
/*
 * dockrun: one docking from its request to its record, with a real engine.
 *
 * The engine works in a folder of its own, where the ligand is ligand.pdbqt (or
 * .sdf) and the poses become poses.pdbqt (or .sdf): names of molecules never become names of
 * files, and the recorded command line is the same in whatever folder it ran.
 * With $DOCKLINE_WORK the folder is made below it and stays, and the record
 * names the files by path, for the worker to store; else it is made below
 * $TMPDIR, its files go into the record as text, and it is removed.
 */
#ifndef CLI_DOCKRUN_H
#define CLI_DOCKRUN_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/digest.h"
#include "cli/dockimage.h"
#include "dock/engine.h"
#include "dock/judge.h"
#include "dock/lint.h"
#include "dock/request.h"

struct app;
struct docking_cost;
struct err;

/* The engine program, looked at once per run. */
struct dockrun {
	struct app *app;
	const struct engine *engine;
	char *program; /* full path; in an image its name there */
	struct dockimage image;
	struct engine_version version;
	char sha256[DIGEST_HEX];
	struct stat file; /* of the program when that was its hash; not of one in an image */
	char host[256];
	const char *work; /* $DOCKLINE_WORK, or NULL */
	int64_t memory;   /* bytes that a process of it may take ($DOCKLINE_MEMORY), 0: any */
	bool task;        /* $DOCKLINE_EXECUTION: standard error is the log of an attempt */
};

/* What somebody wants to run; NULL: as it is by default. */
struct dockrun_choice {
	const char *program, *image, *runtime;
};

/* Find the program (the one chosen, else the engine's variable, else PATH; in an image the one
 * chosen, else the engine's usual name) and ask for its version. -1: there is none (ERR_SYSTEM,
 * naming package and variable), or it is something else. */
int dockrun_open(struct dockrun *run, struct app *app, const struct engine *engine,
    const struct dockrun_choice *choice, struct err *err);
void dockrun_close(struct dockrun *run);

/* Is the program file still what was looked at? Programs are updated while campaigns run. */
bool dockrun_is_same(const struct dockrun *run);

/* The run as it is now, for a process that is about to be started: where the program file is
 * another one it is asked and hashed again, so that a record says what ran. All else is run's: do
 * not close it. -1: what is there now is no such engine. */
int dockrun_now(const struct dockrun *run, struct dockrun *now, struct err *err);

/* Whether a receptor, as requests name it, can be docked to by any of them. -1: why not. */
int dockrun_check_receptor(const struct dockrun *run, const json_t *entry, struct err *err);

/* One of several ligands of a request. */
struct dockpart {
	char *name; /* of its entry, else of its text, else of its file, else "ligand 2" */
	struct buf text;
	struct lint_facts facts;
	char sha256[DIGEST_HEX];
};

/* A request with its files read: what is left to do needs no state directory. */
struct dockjob {
	json_t *record;
	struct request request;
	struct buf ligand, receptor;
	struct lint_facts facts; /* of the ligand; of several, of all their atoms */
	struct dockpart *parts;  /* several that are docked together: `ligand` is then all texts */
	size_t nparts;
	char *name;          /* what request.key points to when the record gave none */
	char *receptor_file; /* its absolute path, NULL: it was no file */
	bool receptor_plain; /* the engine can open that file itself: it is not compressed */
	char ligand_sha256[DIGEST_HEX], receptor_sha256[DIGEST_HEX];
	json_t *hashes; /* of the files that parameters name, or NULL */
	json_t *warnings;
};

/* Read and check everything before the engine starts. The job takes a reference to the record. -1:
 * the verdict says why. Clear it in every case. */
int dockjob_load(
    struct dockjob *job, const struct dockrun *run, json_t *record, struct verdict *verdict);
void dockjob_clear(struct dockjob *job);

/* Judge request, ligand, receptor and box, each whatever is wrong with the others, and what they
 * are to each other (dock/findings.h). Clear the job; it cannot be run. */
void dockjob_judge(
    struct dockjob *job, const struct dockrun *run, json_t *record, json_t *findings);

/* Does it most likely take more memory than the run has (dock/footprint.h)? */
bool dockjob_is_large(const struct dockjob *job, const struct dockrun *run);

/* The verdict on an error that is not the engine's: class input, or engine and worth another try
 * when our disk, memory or state was to blame. Returns -1. */
int dockjob_refuse(struct verdict *verdict, const char *what, const struct err *err);

/* The record of a request that came to nothing (docking_failure), with the verdict as its error.
 * The caller's. */
json_t *dockjob_failure(const json_t *record, const char *key, const struct verdict *verdict);

/* Dock; not what is large (class memory). The docking record, the caller's; NULL: the verdict says
 * why, or we were interrupted (proc_caught). */
json_t *dockjob_run(struct dockjob *job, const struct dockrun *run, struct verdict *verdict);

/* The same of what a process that docks several has written for it. Its command line is that of the
 * ligand alone, which gives the same bytes. */
json_t *dockjob_conclude(struct dockjob *job, const struct dockrun *run, const struct buf *poses,
    const struct docking_cost *cost, struct verdict *verdict);

#endif
