/* SPDX-License-Identifier: MIT */
/*
 * stage: a step of a pipeline in a run: what is known of it, and how its executions are submitted.
 *
 * conduct.c decides which stage goes on; stage.c begins and ends them; feed.c
 * finds their items (trials.c those of a search), enrol.c submits these; outlook.c tells them what
 * became of others. All on the writer's thread.
 */
#ifndef CLI_STAGE_H
#define CLI_STAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"
#include "plan/pipeline.h"
#include "plan/run.h"
#include "task/state.h"

struct admission;
struct app;
struct blueprint;
struct fingerprints;
struct items;
struct panel;
struct stepfile;
struct store;
struct study;
struct submit;
struct task;

enum stage_state {
	STAGE_WAITING,
	STAGE_HELD, /* a person must say yes */
	STAGE_RUNNING,
	STAGE_COMPLETED,
	STAGE_FAILED,
	STAGE_SKIPPED,
	STAGE_CANCELLED,
	STAGE_STATES
};

const char *stage_state_name(enum stage_state state);

/* An execution that was submitted and has not ended, by its id. */
struct open_item;

/* One of the items of the step before that has ended and was not taken yet. */
struct arrival {
	int64_t item, execution;
};

struct stage {
	const struct step *step;
	size_t place;
	struct task *task; /* of its executions, NULL: it has none; borrowed */
	struct task *own;  /* the same where it is changed for the step */
	struct submit *submit;
	int64_t lane;
	enum stage_state state;
	bool blamed; /* it was skipped because something before it failed */
	bool begun;  /* its items are being read */
	int64_t total, open, completed, failed, skipped, cancelled;
	int64_t kept, again, fresh,
	    changed;            /* found completed; tried again; new; of them, changed */
	int64_t started, ended; /* microseconds since 1970, 0: not yet */
	int64_t approval;       /* the execution that waits for it; 0: none */
	json_t *steps;          /* what its expressions see of others */
	json_t *result;         /* of a value or gate; of a search its best trial */
	char *reason;

	/* where the items come from */
	struct items *items;
	int64_t scanned; /* of the step before, or of the search, items up to here were looked at */
	bool exhausted;  /* no more will come */
	bool cut;        /* because the run was cancelled */
	bool given_up;   /* one has failed, with fail_fast */
	VEC(struct arrival) arrivals;
	size_t taken; /* of them */

	/* the search of a step with `optimize:` */
	struct study *study; /* NULL: none, or not begun */
	size_t parallel;     /* so many trials at a time, 0: any number */
	int64_t stood;       /* trials that there were when it began */

	char *file;    /* what became of its items, for others; NULL: not written */
	int64_t saved; /* when it was last written into the state, by clock_boot */
	bool dirty;
};

/* A run that is conducted. */
struct conduct {
	struct app *app;
	struct store *store;
	struct run *run;
	struct blueprint *blueprint;
	struct pipeline *pipeline;
	struct stage *stages;
	struct task *carrier; /* of the job and of approvals */
	struct fingerprints *memory;
	struct open_item *open;      /* of all stages */
	json_t *about;               /* what expressions see as `run` */
	struct panel *panel;         /* where it is shown how far it is; NULL: nowhere */
	struct stepfile *writing;    /* the file that is being written; NULL: none */
	bool why;                    /* tell what is run again, and why */
	bool cancelled;              /* it was asked for */
	bool cancelling;             /* what is open was told */
	size_t budget;               /* how much more may be submitted in this transaction */
	struct admission *admission; /* of this transaction */
	VEC(int64_t) ended;
	struct buf room; /* for lines that are made */
	char *error;     /* what went wrong first; NULL: nothing */
};

bool stage_is_over(const struct stage *s);

/* Prepare a stage before anything is begun: its task and the lane of its executions, within a
 * transaction. 0 or -1. */
int stage_prepare(struct conduct *c, struct stage *s, struct err *err);
void stage_clear(struct stage *s);

/* It may begin: all it waits for has ended, or gives items. 0 or -1. */
int stage_begin(struct conduct *c, struct stage *s, struct err *err);

/* It is over. reason may be NULL. */
void stage_end(struct conduct *c, struct stage *s, enum stage_state state, const char *reason);

/* All its items have ended: what became of it? */
void stage_judge(struct conduct *c, struct stage *s);

/* Is there news of it that was not written for a while? */
bool stage_is_due(const struct stage *s);

/* Write how far it is, if that is due. 0 or -1. */
int stage_save(struct conduct *c, struct stage *s, bool now, struct err *err);

/* The place of an expression that went wrong, put in front of err. */
void stage_locate(struct conduct *c, struct err *err);

/* ---- feed.c ---- */

/* Submit items, as many as may be now. 0 or -1. */
int stage_feed(struct conduct *c, struct stage *s, struct err *err);

/* ---- enrol.c ---- */

/* Submit the execution of an item (key NULL: the only one); params are borrowed. NULL: it cannot be
 * run for the reason in refused, and stands as failed. 0 or -1. */
int stage_submit(struct conduct *c, struct stage *s, int64_t item, const char *key, json_t *params,
    const struct err *refused, struct err *err);

/* Submit the execution that waits for a person. 0 or -1. */
int stage_hold(struct conduct *c, struct stage *s, const char *message, struct err *err);

/* An execution has ended: of which stage is it? Notes it there. 0 or -1. */
int stage_settle(struct conduct *c, int64_t execution, struct err *err);

/* Cancel all that is open of a stage (NULL: of all but on_exit). 0 or -1. */
int stage_cancel_open(struct conduct *c, struct stage *s, struct err *err);
void stage_forget_open(struct conduct *c);

/* Was it submitted, and has not ended? */
bool stage_is_open(const struct conduct *c, int64_t execution);

/* ---- stepfile.c ---- */

/* Are the files there that expressions of the stage ask for? One that is not is begun. */
bool stepfile_all_there(struct conduct *c, const struct stage *s);

/* Outside of a transaction: write the file that was begun, for a while. 1 something was written, 0
 * there is none, -1. */
int stepfile_write(struct conduct *c, struct err *err);
void stepfile_drop(struct conduct *c);

/* ---- outlook.c ---- */

/* What expressions of the stage see of other steps as a whole; the files they ask for are there.
 * NULL on error. */
json_t *outlook_steps(struct conduct *c, const struct stage *s, struct err *err);

/* The same for one item of the step whose items it takes; *item is the item, *key the key that it
 * had there, *status what became of it. NULL on error. */
json_t *outlook_item(struct conduct *c, const struct stage *s, const struct arrival *arrival,
    json_t **item, char **key, enum status *status, struct err *err);

#endif
