/* SPDX-License-Identifier: MIT */
/*
 * dockgroup: one engine process that docks ligands of one receptor, one after the other.
 *
 * `vina --batch 1.pdbqt 2.pdbqt ... --dir poses` computes its grids once and
 * then opens each ligand when it comes to it. So the names are given in advance,
 * and a ligand is put under the next one while the one before it is docked. The poses
 * come back through a FIFO under the name that the engine will open: its end
 * is the end of that docking.
 *
 * The name behind the last ligand that is known is an empty file on which we have
 * a lease (F_SETLEASE in fcntl(2)): who opens it waits in open(2) until we have written
 * the ligand and let go. So a process that has nothing to do keeps its grids.
 * (A FIFO would not do: Vina asks for the size of the file.) Where there are no
 * leases (NFS), or nothing came for as long as one lasts (45 s), the
 * engine ends, and the next ligand takes a new process: nothing is lost but the grids.
 *
 * Whatever goes wrong with the process (a ligand that it refuses, a crash)
 * ends the group. The ligand it worked on is then to be docked alone, which
 * tells what is wrong with it; the one after it is not to blame.
 */
#ifndef CLI_DOCKGROUP_H
#define CLI_DOCKGROUP_H

#include <poll.h>
#include <stdbool.h>

#include "base/buf.h"
#include "cli/dockrun.h"

struct dockgroup;
struct docking_cost;
struct err;

enum { DOCKGROUP_FDS = 3 };

enum dockgroup_news {
	DOCKGROUP_NOTHING,
	DOCKGROUP_DONE,  /* dockgroup_take has the poses */
	DOCKGROUP_ENDED, /* the process has ended, or does what nobody asked for */
};

/* Start a process with this ligand. NULL: there can be none. The run outlives it. From then on
 * SIGIO is ignored. */
struct dockgroup *dockgroup_new(const struct dockrun *run, struct dockjob *job, struct err *err);

/* Kill the process. Accepts NULL. */
void dockgroup_free(struct dockgroup *g);

/* What its process runs. */
const struct dockrun *dockgroup_run(const struct dockgroup *g);

/* Could both be docked by one process? */
bool dockgroup_alike(const struct dockjob *a, const struct dockjob *b, const struct dockrun *run);

/* How many it has: none, the one it works on, and the one behind it. */
int dockgroup_count(const struct dockgroup *g);

/* Does it take this one as well, now or behind the one it works on? Not any more when the program
 * file is another one. */
bool dockgroup_takes(const struct dockgroup *g, const struct dockjob *job);
int dockgroup_put(struct dockgroup *g, struct dockjob *job, struct err *err);

/* What to poll for, and what came. A later Vina that goes on without having docked what it cannot
 * read is noticed when somebody asks, so ask at least every second. */
void dockgroup_fds(const struct dockgroup *g, struct pollfd fds[DOCKGROUP_FDS]);
enum dockgroup_news dockgroup_ready(struct dockgroup *g, const struct pollfd fds[DOCKGROUP_FDS]);

/* After DOCKGROUP_DONE: the poses of the one that it worked on, and what they took; the next
 * one's turn has come. */
void dockgroup_take(struct dockgroup *g, struct buf *poses, struct docking_cost *cost);

/* Its process has ended: nobody docks what it still has. */
bool dockgroup_has_ended(const struct dockgroup *g);

/* When the one it works on was begun, by clock_boot. */
int64_t dockgroup_begun(const struct dockgroup *g);

#endif
