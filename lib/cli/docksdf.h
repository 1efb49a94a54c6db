/* SPDX-License-Identifier: MIT */
/*
 * docksdf: several SDF ligands by one process, for engines that dock every record of a file.
 *
 * smina and gnina seed each record anew, so that it is docked as it would be alone, and write
 * their poses one behind the other, with nothing but the title to tell whose they are. So the
 * titles of a group differ, and poses are only believed when they stand in the order of the
 * ligands. What has none (a record that cannot be read ends smina's run with status 0), or poses
 * that are not good, is docked once more, alone: what is said then is about no other.
 */
#ifndef CLI_DOCKSDF_H
#define CLI_DOCKSDF_H

#include <stdbool.h>
#include <stddef.h>

struct dockend;
struct dockjob;
struct dockrun;

/* May it be docked with the n that are together so far? */
bool docksdf_joins(
    struct dockjob *const *jobs, size_t n, const struct dockjob *job, const struct dockrun *run);

/* Dock n jobs of which each joined those before it; ends has as many members, all zero. */
void docksdf_run(
    struct dockjob *const *jobs, size_t n, const struct dockrun *run, struct dockend *ends);

#endif
