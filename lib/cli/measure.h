/* SPDX-License-Identifier: MIT */
/*
 * measure: what poses are judged by, added to the poses of results, many results at a time.
 *
 *	rmsd		Å to a reference (cli/rmsd.h)
 *	clashes, contacts	with the receptor (dock/contacts.h)
 *	outside		Å that the heavy atom farthest out lies outside the box, 0 within
 *	strain		kcal/mol of the engine's own energy within the ligand (intra) above the
 *			lowest of the poses of the same docking: what this pose costs at least
 */
#ifndef CLI_MEASURE_H
#define CLI_MEASURE_H

#include <jansson.h>
#include <stddef.h>

struct app;
struct criterion;
struct err;
struct measure;

enum measure_flags {
	MEASURE_RMSD = 1,
	MEASURE_POCKET = 2,
	MEASURE_OUTSIDE = 4,
	MEASURE_STRAIN = 8,
};

enum { MEASURE_CHUNK = 128 }; /* so many results at a time cost little more than one */

/* What measures a column: one of the flags, or 0. */
unsigned measure_of(const char *name);

/* reference, receptor: files, or NULL. Without a reference there is no rmsd but that which records
 * have; without a receptor each result's own is used, unless its poses have contacts already. */
struct measure *measure_open(
    const char *reference, const char *receptor, unsigned what, struct err *err);
/* Only these of them, from now on. */
void measure_want(struct measure *measure, unsigned what);
void measure_close(struct measure *measure);

/* A criterion that will be asked: residues of contacts must be there. */
int measure_expect(struct measure *measure, const struct criterion *criterion, struct err *err);

/* Results that cannot be measured are reported and stay as they are (with --strict: -1). */
int measure_some(
    struct measure *measure, struct app *app, json_t *const *results, size_t n, struct err *err);

/* Results so far that were the molecule of the reference. */
size_t measure_same(const struct measure *measure);

#endif
