/* SPDX-License-Identifier: MIT */
/*
 * docking: the record of a docking that went well, as dockline-docking(5) describes it.
 */
#ifndef DOCK_DOCKING_H
#define DOCK_DOCKING_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct engine_version;
struct poses;
struct request;
struct together;

/* What the engine took for it, apart from what was the same for others. */
struct docking_cost {
	double elapsed;      /* seconds */
	double user, system; /* of CPU time; both 0: unknown */
	int64_t max_rss;     /* bytes, 0: unknown */
	int place;           /* in the process that docked several, from 1; 0: it was alone */
	size_t together;     /* its process had so many, of whose costs this is an equal part */
};

/* Make the cost of a process that of each of its n. */
void docking_cost_share(struct docking_cost *cost, size_t n);

/* What a record is made of; everything is borrowed. */
struct docking {
	const json_t *record;          /* what was asked, as it came */
	const struct request *request; /* the same, read */
	const struct engine_version *version;
	const char *program_sha256;
	char *const *argv;
	const char *receptor_file; /* absolute path, NULL: it was no file */
	const char *receptor_sha256, *ligand_sha256;
	const struct poses *poses;
	const struct together *parts; /* several ligands that were docked together */
	size_t nparts;
	size_t heavy;       /* heavy atoms of the ligand */
	bool repaired;      /* the affinities are not those of the file */
	bool unbound_wrong; /* they are, and it would be needed */
	json_t *files, *warnings;
	json_t *hashes; /* of further files that parameters name: {"cnn_model_sha256": ...} */
	struct docking_cost cost;
	const char *host;
};

/* The record, the caller's. Members of the request that nobody here knows are passed on. */
json_t *docking_record(const struct docking *docking);

/* How many models of the engine's file are kept: `keep_poses`, and up to the one that is best by
 * the score the result is ranked by (score_default); 0: all. */
size_t docking_keep(const struct docking *docking);

/* {"user_time","system_time","max_rss","place","together"}, what is known of it; NULL: nothing. The
 * caller's.
 */
json_t *docking_resources(const struct docking_cost *cost);

/* {"type":"docking","key","ligand","error":{"class","reason","retry"}} and what else the request
 * carried, except for the texts of molecules. The caller's. */
json_t *docking_failure(const json_t *record, const char *key, const json_t *error);

/* {"center","size","sha256"} of a request's box. The caller's. */
json_t *docking_box(const struct request *request);

#endif
