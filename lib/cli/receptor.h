/* SPDX-License-Identifier: MIT */
/* receptor: a PDB file made into a receptor that engines take, and the record that says how. */
#ifndef CLI_RECEPTOR_H
#define CLI_RECEPTOR_H

#include <jansson.h>

#include "dock/receptor.h"

struct app;
struct err;

struct receptor_job {
	const char *file;   /* PDB, may be compressed */
	const char *out;    /* PDBQT to write */
	const char *sdf;    /* where the extracted ligand goes; NULL: nothing is extracted */
	const char *smiles; /* its bond orders; NULL: Open Babel perceives them */
	const char *ph;     /* NULL: missing hydrogens are added to the states that are there */
	double limit;       /* seconds for each program */
	struct receptor_options choose;
};

/* Do it all; what was done is said to people. The record, the caller's to decref; NULL with err,
 * and then neither file was written or changed. */
json_t *receptor_prepare(struct app *app, const struct receptor_job *job, struct err *err);

#endif
