/* SPDX-License-Identifier: MIT */
/*
 * local: a batch system of this host alone: every element is a process of its own.
 *
 * For trying things out, and for tests.  Its processes outlive whoever started
 * them; which they are stands in spool/NAME.local of the state directory, what
 * they write in spool/NAME.out.
 */
#ifndef GRID_LOCAL_H
#define GRID_LOCAL_H

struct batch;
struct err;

/* Options: cpus=N (of an element; 1), elements=N (at a time; as many as there are cores),
 * seconds=N (wall-time of an element; none). NULL on error. */
struct batch *local_open(const char *state, char *const *options, struct err *err);

#endif
