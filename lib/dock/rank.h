/* SPDX-License-Identifier: MIT */
/*
 * rank: docking results in order of a score, each record once, the same for any order of arrival.
 *
 * Ties are broken by key, then state, then pose, then the bytes of the record.
 * With a small count asked for, only so many records (and as many again) are
 * held, whatever arrives; otherwise their text goes through a temporary file
 * (base/spool) and about 150 bytes a record stay in memory.
 */
#ifndef DOCK_RANK_H
#define DOCK_RANK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "dock/called.h"
#include "dock/score.h"

struct err;
struct rank;

enum { RANK_IN_MEMORY = 10000 }; /* the largest count whose records are held in memory */

struct rank_options {
	const struct score *by; /* NULL: what score_default says */
	enum rank_unit unit;
	size_t top;     /* so many; 0: all */
	double percent; /* of all units that are ranked, rounded up; 0: no limit of this kind */
	const double *min, *max; /* leave out scores below, above; NULL: none */
	bool mixed;              /* records may differ in how they were made */
	bool states;             /* remember the other states of a parent: rank_states */
};

/* Options are copied; min and max must live as long. */
struct rank *rank_new(const struct rank_options *options);
void rank_free(struct rank *rank);

/* Take in a record and the result in it (records_result). 1: taken, 0: left out by min or max. -1
 * with ERR_USAGE when it cannot be compared with those before it (engine, scoring, mode, receptor,
 * box, repaired, exhaustiveness or max_evals, or its default score; the first difference is named),
 * ERR_INPUT when it has no such score; the rank stays as it was. ERR_SYSTEM: the temporary file. */
int rank_add(struct rank *rank, const json_t *record, const json_t *result, struct err *err);

/* The same from a line of JSON lines: what most records need is seen in their text (dock/glance.h).
 * RANK_UNSEEN: it is no ordinary result: read it, and see what it is. */
enum { RANK_UNSEEN = 2 };
int rank_add_text(struct rank *rank, const char *text, size_t len, struct err *err);

/* Before a result is looked at more closely, which costs: 1: it may be among those asked for, 0: as
 * many are better already, whatever may still be found out. -1 as rank_add, when it cannot be
 * compared. Of the line that it stands in, first, the same without -1, and RANK_UNSEEN. */
int rank_look(struct rank *rank, const json_t *record, const json_t *result, struct err *err);
int rank_look_text(struct rank *rank, const char *text, size_t len);

/* After the last record: the order is made. Returns how many there are. */
size_t rank_finish(struct rank *rank);

/* The i-th best, from 0, as one line of compact JSON without its newline; borrowed until the next
 * call. NULL with err. */
const char *rank_text(struct rank *rank, size_t i, size_t *len, struct err *err);
/* The same as a value, which the caller owns. */
json_t *rank_record(struct rank *rank, size_t i, struct err *err);

/* With options->states, which needs RANK_PARENT: every state of the i-th parent, the best first:
 * [{"state" (its key where it has none), "value", "pose"}]; borrowed. No record is then held in
 * memory. */
json_t *rank_states(const struct rank *rank, size_t i);

/* Two versions of the engine, borrowed, when the results are of several; else false. Not known of
 * mixed ones. */
bool rank_versions(const struct rank *rank, const char **one, const char **other);

/* The score that is used; NULL before the first record when none was given. */
const struct score *rank_by(const struct rank *rank);

#endif
