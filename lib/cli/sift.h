/* SPDX-License-Identifier: MIT */
/*
 * sift: records on their way into a rank: those that are wanted, measured where that decides.
 *
 * What a line alone can tell is asked first. Results that Open Babel must look
 * at, for a substructure or to be measured, wait until there are so many that
 * it is started once for all of them; one that comes too late for the rank in
 * any case is not looked at at all.
 */
#ifndef CLI_SIFT_H
#define CLI_SIFT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "cli/leftout.h"
#include "dock/score.h"

struct app;
struct err;
struct measure;
struct pick;
struct rank;
struct sieve;

struct sift {
	struct rank *rank;
	struct sieve *sieve;     /* what is wanted */
	struct pick *pick;       /* only what has its substructure; NULL: whatever it is */
	struct measure *measure; /* NULL: nothing that is measured decides */
	const struct score *by;  /* as the rank has it; NULL: each result's default */
	struct leftout left;
	size_t limited, unwanted; /* left out by the rank's limits, by the sieve */
	size_t unmatched, unread; /* by the pick, and of these, that have no SMILES */
	size_t late;              /* not looked at closely: enough are better */
	size_t judged, unjudged;  /* results that have what they are judged by, and that lack it */
	struct {
		json_t *record, *result; /* the record is ours, and the result in it */
	} * waiting;
	size_t nwaiting;
};

/* For records_each_line, with a struct sift as ctx. */
int sift_line(struct app *app, const char *text, size_t len, void *sift, struct err *err);
int sift_record(struct app *app, json_t *record, void *sift, struct err *err);

/* After the last record: the rest is measured, and what was left out is said. What no result
 * has anything for is wrong usage. */
int sift_finish(struct sift *sift, struct app *app, struct err *err);
void sift_clear(struct sift *sift);

#endif
