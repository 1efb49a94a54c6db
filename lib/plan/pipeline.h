/* SPDX-License-Identifier: MIT */
/*
 * pipeline: a file of steps (dockline-pipeline(5)), read and judged.
 *
 * A pipeline that was read has no faults: every step that is named exists, no
 * step waits for itself, every expression compiles. Whether its tasks exist is
 * another question (plan/bind).
 */
#ifndef PLAN_PIPELINE_H
#define PLAN_PIPELINE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "plan/formula.h"
#include "task/fault.h"

struct err;
struct stencil;

enum pipeline_mode { MODE_SEQUENTIAL, MODE_PARALLEL, MODE_OPTIMIZED, MODE_COUNT };

/* What a step does: a registered task, a program, a value made here, a question that must be
 * answered with true. */
enum step_kind { STEP_TASK, STEP_COMMAND, STEP_VALUE, STEP_GATE, STEP_KINDS };

/* After what became of the steps before. */
enum step_when { WHEN_SUCCESS, WHEN_ALWAYS, WHEN_FAILURE, WHEN_COUNT };

/* Where the items of a step come from. */
enum foreach_kind {
	EACH_NONE,    /* it is one execution */
	EACH_LIST,    /* an array */
	EACH_STEP,    /* the items of another step, one by one */
	EACH_LINES,   /* the lines of a file, JSON each */
	EACH_TEXT,    /* the lines of a file, as text */
	EACH_LIGANDS, /* the molecules of a file */
	EACH_TRIALS,  /* `optimize`: the trials of a search */
	EACH_COUNT
};

/* What a step wants to know of another. */
enum needed {
	WANT_STATUS = 1, /* and numbers */
	WANT_RESULT = 2,
	WANT_RESULTS = 4, /* of all items, in an array */
	WANT_FILE = 8,    /* the records of all items, in a file */
	WANT_PARAMS = 16,
};

enum { NO_FORMULA = -1, NO_STEP = -1 };

struct need {
	size_t step;
	unsigned wants; /* enum needed; 0: only that it has ended */
	bool itemwise;  /* item by item, not all of it */
};

struct step {
	const char *id; /* all texts are borrowed from the document */
	const char *description, *task;
	enum step_kind kind;
	const json_t *json;
	char **argv;              /* STEP_COMMAND */
	struct stencil *params;   /* NULL: the item itself, where there is one */
	struct stencil *set;      /* what they may lack; NULL: nothing */
	struct stencil *value;    /* STEP_VALUE */
	struct stencil *approval; /* what a person is asked; NULL: nobody is */
	struct stencil *message;  /* STEP_GATE: what is said when it is not true; NULL: nothing */
	long that;                /* STEP_GATE: its formula */
	enum step_when when;
	long condition; /* a formula, NO_FORMULA: none */
	enum foreach_kind each;
	struct stencil *source; /* of the items, or the search; NULL with EACH_NONE, EACH_STEP */
	long each_step;         /* EACH_STEP: which */
	size_t max_parallel;    /* 0: any number */
	bool fail_fast;
	double allow; /* how many items may fail, or which part of them */
	bool allow_is_part;
	double timeout; /* seconds, 0: the task's */
	const json_t *retry;
	const char *priority, *queue; /* NULL: the task's */
	struct need *needs;           /* the steps it waits for, none twice */
	size_t nneeds;
	size_t rank;                       /* longest way to an end behind it, in steps */
	size_t formulas_from, formulas_to; /* its formulas */
};

struct pipeline {
	const char *name, *version, *description;
	bool is_template;
	enum pipeline_mode mode;
	size_t max_parallel; /* 0: any number */
	json_t *document;    /* owned */
	json_t *params;      /* schema of the parameters, owned */
	struct formulas *formulas;
	struct step *steps; /* in the order of the file; on_exit is the last */
	size_t nsteps;
	bool has_exit;
	size_t *order; /* numbers of the steps, each behind all it waits for */
};

/* Words for the enums above; "list", "step", "lines", "text", "ligands", "optimize". */
const char *pipeline_mode_name(enum pipeline_mode mode);
const char *step_kind_name(enum step_kind kind);
const char *step_when_name(enum step_when when);
const char *foreach_name(enum foreach_kind kind);

/* Read a document; it keeps a reference. name is what it is called where it does not say so itself.
 * NULL when there are faults (all told to fn), or more than max_steps steps. */
struct pipeline *pipeline_parse(
    json_t *document, const char *name, size_t max_steps, fault_fn *fn, void *ctx);
void pipeline_free(struct pipeline *p);

/* The number of a step, or NO_STEP. */
long pipeline_find(const struct pipeline *p, const char *id);

/* How many steps are no on_exit. */
size_t pipeline_main_steps(const struct pipeline *p);

/* What step needs of another; NULL: nothing. */
const struct need *step_need(const struct step *step, size_t other);

/* Give values (an object; owned by the caller) the defaults they lack, and hold them against the
 * schema of the parameters. -1 with ERR_USAGE: missing, unknown or wrong. */
int pipeline_take_params(const struct pipeline *p, json_t *values, struct err *err);

#endif
