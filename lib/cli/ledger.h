/* SPDX-License-Identifier: MIT */
/*
 * ledger: what the writer thread does with a batch: everything in one
 * transaction, and what it did is printed when that is durable.
 */
#ifndef CLI_LEDGER_H
#define CLI_LEDGER_H

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"
#include "cli/admit.h"
#include "cli/author.h"
#include "cli/claimer.h"
#include "cli/commit.h"
#include "cli/recall.h"
#include "task/receipt.h"
#include "task/tally.h"

/* A record to be printed: made already, the next len bytes of the made texts; or len 0: read it. */
struct due {
	int64_t id;
	size_t len;
	bool failed; /* where it is made */
};

/* An attempt that ended and has hooks. */
struct hooked {
	const struct lane *lane;
	int64_t id;
	int attempt;
	bool after, failed;
};

/* Lists of what gathered; the caller's. */
struct batch {
	int64_t *adopted; /* ids that were submitted before and are asked for */
	size_t nadopted;
	struct line *lines;
	size_t nlines; /* how many there were */
	struct ended *ends;
	struct work *returned;
	struct change *changes;
	struct want want;
	bool stirred; /* the conductor has something to do */
};

struct ledger {
	struct commit_options o;
	struct idset asked; /* what this run asked for; marked: printed */
	struct work *fresh; /* claimed by the last batch; the caller takes them */
	struct work **fresh_tail;
	struct order *orders; /* found by the last batch; the caller takes them */
	struct order **orders_tail;
	bool ordered;           /* there are orders to fetch */
	struct errand *errands; /* hooks to be run; the caller takes them */
	struct errand **errands_tail;
	struct claim_scope scope;
	struct claimer claimer;
	struct board *board;
	int taken;                     /* claimed by the last batch, handed out or not */
	struct claim_waits waits;      /* as ledger_wait found it */
	int64_t failed;                /* of the printed */
	int64_t worked, worked_failed; /* attempts that ended; not well */
	struct begun_count finished;   /* executions */
	bool stirred;                  /* the conductor has something to do */
	bool output_gone;              /* stdout cannot be written any more */
	_Atomic bool hurry;            /* set by others: output that does not move is given up */
	int64_t beaten;                /* last heartbeat, by clock_boot */
	int64_t cared;                 /* when it was looked for workers that died */
	bool deaths;                   /* and there were some */
	int64_t offset;                /* of the wall clock to clock_boot then */

	/* its own */
	struct tally tally;
	struct tally submitted; /* by whom is journalled with it */
	struct author author;
	struct vigil *vigil;
	struct recall recall;
	int64_t event; /* the last one looked at, to be printed */
	struct admission admission;
	struct receipt receipt;
	VEC(struct due) print; /* after the commit */
	VEC(struct hooked) hooked;
	struct alerts *alerts; /* NULL: no threshold is set */
	struct buf made;
	int64_t version;
	struct err err;
};

void ledger_init(struct ledger *l, const struct commit_options *options);
void ledger_clear(struct ledger *l);

/* Write a batch. Its lines are freed on the way. Others see it now, and what was claimed may begin:
 * a power cut that takes the claim takes the process as well. -1: the state cannot be written. */
int ledger_write(struct ledger *l, struct batch *b, struct err *err);

/* What was written is on the disk: print. -1: that cannot be, nothing of the batch was told. */
int ledger_settle(struct ledger *l, struct err *err);

/* Print what was asked for and ended by others since the last look; note orders, and workers that
 * died. */
int ledger_look(struct ledger *l, struct err *err);

/* Must a batch be written although it is empty: is it time for a heartbeat, are there orders, did
 * a worker die, was the wall clock set back? */
bool ledger_is_due(const struct ledger *l);

/* Within the transaction of a batch, when they are due: undo what a wall clock that was set back
 * did; the heartbeat, and what dead workers held. */
int ledger_mend(struct ledger *l, struct err *err);
int ledger_beat(struct ledger *l, struct err *err);

/* The last of it: what is known of services. 0 or -1. */
int ledger_finish(struct ledger *l, struct err *err);

/* Find out what waits to be claimed, and until when. */
int ledger_wait(struct ledger *l, struct err *err);

#endif
