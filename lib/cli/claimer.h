/* SPDX-License-Identifier: MIT */
/*
 * claimer: which of what waits a worker takes: what there is room for, and what may be begun.
 *
 * Used by the writer thread, with every batch: claimer_begin, then what ended and
 * what is given back, then claiming through the callbacks of the scope, then
 * claimer_write, all in one transaction.
 */
#ifndef CLI_CLAIMER_H
#define CLI_CLAIMER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "cli/commit.h"
#include "task/claim.h"

struct board;
struct gate;
struct history;

struct claimer {
	/* set once by the owner */
	struct app *app;
	struct store *store;
	struct room capacity; /* of the whole worker */
	int64_t deadline;     /* by clock_boot: what would end later is not begun; 0: none */
	struct history *history;
	struct board *board; /* services */
	bool at_home;        /* what could be run by a cluster is left to it */
	bool attended;       /* a person waits for it: what rests is tried once at the beginning */

	/* its own */
	struct want want; /* what is left of it while claiming */
	int64_t version;  /* of the state */
	bool barred;      /* something waits for room that what comes behind it must leave free */
	struct longest *longest;
	VEC(struct gate *) changed;
	bool late;      /* something was passed over that would end too late: told */
	struct err err; /* why a callback could not tell */
};

void claimer_clear(struct claimer *c);

/* Fill in the callbacks of a scope. */
void claimer_serve(struct claimer *c, struct claim_scope *scope);

/* A transaction, or a look, begins. */
void claimer_begin(struct claimer *c);
/* Take up to what want says. The number, or -1. */
int claimer_take(struct claimer *c, const struct claim_scope *scope, const struct want *want,
    struct tally *tally, struct work ***tail, struct err *err);
/* An attempt of ours ended, or is given back as if it had not begun. 0 or -1. */
int claimer_ended(struct claimer *c, const struct ending *end, struct err *err);
int claimer_returned(struct claimer *c, const struct lane *lane, int64_t id, struct err *err);
/* Before the commit. 0 or -1. */
int claimer_write(struct claimer *c, struct err *err);

/* What waits, between transactions. 0 or -1. */
int claimer_look(
    struct claimer *c, const struct claim_scope *scope, struct claim_waits *waits, struct err *err);

#endif
