/* SPDX-License-Identifier: MIT */
/*
 * convert: many ligands through the chemistry programs at once.
 *
 * Open Babel and RDKit run as coprocesses, each serving many molecules; one that hangs, dies or
 * answers nonsense costs the molecule it had, within that molecule's time limit, and is started
 * afresh. Records come out in the order they went in, whatever the number at once; at most eight
 * times that number are on their way. The same input gives the same output whatever `jobs`.
 */
#ifndef CLI_CONVERT_H
#define CLI_CONVERT_H

#include <jansson.h>
#include <stdbool.h>

#include "dock/prep.h"

struct convert;
struct err;

struct convert_options {
	int jobs;                 /* molecules at once, at least 1 */
	double limit;             /* seconds per state of a molecule, all its steps together */
	bool unique;              /* keep one per parent; the others become skipped records */
	struct prep_options prep; /* rdkit and the versions are filled in by convert_open */
};

/* Called in order with each outcome (record borrowed). 0, or -1 with err to stop. */
typedef int convert_done_fn(void *ctx, json_t *record, enum prep_outcome outcome, struct err *err);

/* Find the programs: Open Babel ($DOCKLINE_OBABEL, else obabel on PATH) must be there (ERR_SYSTEM
 * names the package), RDKit ($DOCKLINE_PYTHON, /usr/bin/python3, python3) may. Completes
 * options->prep. NULL on error. */
struct convert *convert_open(
    const struct convert_options *options, convert_done_fn *done, void *ctx, struct err *err);
void convert_free(struct convert *c);

/* What was found, for messages and records. */
const struct prep_options *convert_prep(const struct convert *c);

/* One record (borrowed) with its ligand's text, or why it could not be read (text NULL). Returns
 * when there is room for another. -1 on errors that are not the molecule's. */
int convert_put(struct convert *c, const json_t *record, const char *text, size_t len,
    const char *why, struct err *err);

/* Work until every record is out. */
int convert_finish(struct convert *c, struct err *err);

#endif
