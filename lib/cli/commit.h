/* SPDX-License-Identifier: MIT */
/*
 * commit: the writer thread, the only one that touches the state.
 *
 * Lines to submit, attempts that ended and requests for work are collected and
 * go into one transaction; when it is durable, records are printed and claimed
 * work is handed out. While one commit waits for the disk the next batch
 * gathers, so the cost of a commit is shared by all that happened meanwhile.
 */
#ifndef CLI_COMMIT_H
#define CLI_COMMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/line.h"
#include "cli/room.h"
#include "cli/verdict.h"
#include "task/begun.h"
#include "task/execution.h"

struct admission;
struct app;
struct board;
struct commit;
struct config;
struct errand;
struct fingerprints;
struct history;
struct miss;
struct store;
struct terms;

/* Something happened to an execution in our hands. */
struct change {
	const struct lane *lane;
	int64_t id;
	int attempt;
	enum event event; /* EV_START, EV_PAUSE, EV_CONTINUE; EV_RETURN: given back paused;
			   * EV_COUNT: it says how far it is */
	double percent;   /* then: 0 to 100, negative: not said */
	char *message;    /* and what it does, NULL: not said */
	struct change *next;
};

/* One who decides on the writer's thread what is submitted next: a pipeline. Nothing is printed
 * then. */
struct conductor {
	void *ctx;
	/* What was asked for has ended; told once, after the commit. */
	void (*ended)(void *ctx, int64_t id);
	/* Within a transaction: submit what can be now, each admitted through a. 1: there is more,
	 * call again at once; 0: nothing more until something ends; -1. */
	int (*conduct)(void *ctx, struct admission *a, struct err *err);
	/* Now and then: is there a reason to be called? news: others changed something. 1, 0, -1.
	 */
	int (*look)(void *ctx, bool news, struct err *err);
	bool over;      /* set by it: all is done */
	int64_t failed; /* counted by it */
};

struct commit_options {
	struct app *app;
	struct store *store; /* the thread's own until commit_stop */

	/* submitting */
	struct job job; /* id 0: nothing is submitted */
	int64_t task, lane;
	struct terms *terms;  /* of all lines */
	const char *job_name; /* NULL: none */
	bool no_cache;        /* run all, whatever the cache has */
	struct miss *miss;    /* tells why what is not in the cache is not; NULL: nobody asked */
	struct fingerprints *memory; /* what is known of files; NULL: nothing */

	/* working */
	int64_t worker;       /* 0: submit only */
	bool any_job;         /* work on whatever there is, else on the job */
	char *const *queues;  /* NULL-terminated; NULL: any */
	bool away;            /* what needs more memory is tried again elsewhere */
	bool at_home;         /* what could be run by a cluster is left to it */
	struct room capacity; /* of the whole worker */
	int64_t
	    deadline; /* by clock_boot: begin nothing that would most likely end later; 0: none */
	struct history *history;     /* what its executions take; NULL without a worker */
	const struct config *config; /* what tasks leave open */

	struct conductor *conductor; /* NULL: none */

	bool print_submitted; /* print each record as soon as it is submitted (--detach) */
	bool silent;          /* print no records at all: somebody else does */
	bool print_events;    /* print what this worker changes */
};

/* What there is room for; a copy goes with each request. */
struct want {
	int most;         /* executions to claim */
	int waiting;      /* claimed and not begun */
	struct room free; /* not taken by what runs or waits to be started */
};

/* How far it is; a copy. */
struct commit_state {
	int64_t asked, printed,
	    failed; /* executions this run asked for; of them ended and printed */
	int64_t worked, worked_failed; /* attempts that this worker ended; not well */
	struct begun_count finished;   /* executions that it brought to their end */
	bool dry;                      /* nothing was left to claim when last asked */
	struct claim_waits waits;      /* when it was last dry */
	bool output_gone;              /* stdout is closed: stop */
	bool broken;                   /* the state cannot be written: commit_stop tells why */
	bool idle;                     /* nothing waits to be written */
	bool ended;                    /* no more lines will come */
};

/* NULL: the machine refuses the thread. */
struct commit *commit_start(const struct commit_options *options, struct err *err);

/* The services of the tasks that were met; borrowed. */
struct board *commit_board(const struct commit *c);

/* A descriptor that becomes readable when work was claimed or something changed. */
int commit_fd(const struct commit *c);

/* From the reading thread: submit a line (owned from now on). Waits while too many are unwritten.
 * commit_lines_end says that no more will come. */
void commit_line(struct commit *c, struct line *line);
void commit_lines_end(struct commit *c);

/* Executions that were submitted before and that this run waits for, too (owned from now on). */
void commit_adopt(struct commit *c, int64_t *ids, size_t count);

/* From the main thread. commit_want: so much can be started; hungry: slots are idle, do not wait
 * for company before a commit. commit_take: work that was claimed, as a list, NULL: none; *orders,
 * what people asked of what we hold; *errands, hooks to be run. The others give work back, or tell
 * of it. */
void commit_want(struct commit *c, const struct want *want, bool hungry);
struct work *commit_take(struct commit *c, struct order **orders, struct errand **errands);
void commit_change(struct commit *c, const struct work *work, enum event event);
void commit_progress(
    struct commit *c, const struct work *work, double percent, const char *message);
void commit_ended(struct commit *c, struct ended *ended);
void commit_return(struct commit *c, struct work *work); /* queued again */
void commit_pause(struct commit *c, struct work *work);  /* the same, and it rests there */
void commit_state(struct commit *c, struct commit_state *state);

/* We were told to stop: output that nobody reads for a second is given up. */
void commit_hurry(struct commit *c);

/* Write what is left, end the thread. -1 when something could not be written. Freed too, unless
 * keep: another thread may still hand lines to it, which are dropped. */
int commit_stop(struct commit *c, bool keep, struct err *err);

#endif
