/* SPDX-License-Identifier: MIT */
/*
 * request: one docking that somebody asks for, read from its record and checked.
 *
 * The record is described in dockline-docking(5). What it does not say has the
 * engine's preset (dock/engine.h). Members nobody here knows are not looked at,
 * but those that name a feature of the engine which is not offered are refused:
 * docking something else than what was asked for is worse than not docking.
 */
#ifndef DOCK_REQUEST_H
#define DOCK_REQUEST_H

#include <jansson.h>
#include <stdbool.h>

#include "dock/box.h"
#include "dock/engine.h"
#include "dock/repair.h"

struct err;

enum {
	REQUEST_KEEP_POSES = 3,  /* models kept where the request does not say */
	REQUEST_REPLICAS = 1000, /* at most */
};

struct request {
	const struct engine *engine;
	const char *key;        /* what the record is called: its key, else the ligand's name */
	const json_t *receptor; /* a path, or an entry with path, file, text or object */
	const json_t *ligand;   /* the same, or an array of them and of ligand records: docked
				 * together; borrowed from the record like all of these */
	struct box box;
	enum engine_mode mode;
	bool sdf;                            /* the ligand is SDF, not PDBQT */
	double value[ENGINE_PARAMS_MAX];     /* as engine->params; a word as its index */
	const char *text[ENGINE_PARAMS_MAX]; /* a name or a path; NULL: not given */
	bool given[ENGINE_PARAMS_MAX];       /* the record said so itself */
	enum repair repair;
	int keep_poses; /* models to keep in the record, 0: all */
	double timeout; /* seconds, 0: none */
	bool single;    /* in a process of its own: `group` is false */
	int replicas;   /* dockings of it with seeds one behind the other; at least 1 */
};

/* Read a record, which must outlive `out`. Its `box` must be an object by now: a box file and
 * autobox_ligand are the caller's to resolve. -1 with ERR_INPUT: what is wrong with it. The box is
 * not judged. */
int request_read(
    const struct engine *engine, const json_t *record, struct request *out, struct err *err);

/* The parameters alone, of a record that is no whole request yet. -1 with ERR_INPUT. */
int request_check_params(const struct engine *engine, const json_t *record, struct err *err);

/* Whether that version of the engine can do it: -1 names a parameter that was asked for, differs
 * from the preset, and does not exist in it. */
int request_fits(
    const struct request *request, const struct engine_version *version, struct err *err);

/* {"center":[...],"size":[...]}: equal boxes give equal canonical texts, and so hashes. The
 * caller's. */
json_t *request_box(const struct request *request);

/* Of an engine with networks: are they to score? */
bool request_networks(const struct request *request);

/* The beginning of the paths of grid maps that stand for receptor and box, or NULL. */
const char *request_maps(const struct request *request);

/* Can dockings like this one share a process of that version, each as it would be alone? Only the
 * grids of AutoDock Vina's own scoring are computed once for all. */
bool request_groups(const struct request *request, const struct engine_version *version);

/* Can it be one of several records in a file of ligands, each docked as it would be alone? Not
 * where scores are only said, without a name. */
bool request_joins(const struct request *request);

/* How many ligands it docks together; 0: it has one, which is no list. */
size_t request_together(const struct request *request);

/* The value of a parameter of whole numbers by its name; where the engine has none, absent. */
int request_whole(const struct request *request, const char *name, int absent);

/* Every parameter in effect by its name: those the version of the engine has, and ours. The
 * caller's. */
json_t *request_params(const struct request *request, const struct engine_version *version);

#endif
