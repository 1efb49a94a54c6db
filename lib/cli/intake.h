/* SPDX-License-Identifier: MIT */
/*
 * intake: what taskrun submits: lines as they come, or a batch or a graph all at once.
 *
 * What can be wrong with the command line is found by intake_read, before
 * anything is written; a batch or a graph is read then, too.
 */
#ifndef CLI_INTAKE_H
#define CLI_INTAKE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "cli/terms.h"
#include "task/job.h"

struct app;
struct bundle;
struct campaign;
struct fingerprints;
struct graph;
struct miss;
struct store;
struct submit;
struct tally;
struct task;

struct intake {
	/* set by the owner */
	struct app *app;
	const struct campaign *c;
	struct store *store;

	struct task *task;     /* of all lines; NULL: a graph says it line by line */
	struct submit *submit; /* NULL: a graph is submitted, or all was */
	struct bundle *bundle; /* what is submitted at once; NULL: lines as they come */
	struct graph *graph;
	struct fingerprints *memory; /* what is known of files */
	struct miss *miss;           /* NULL: nobody asked why what is not cached is not */
	struct terms terms;
	json_t *settings;
	struct job job; /* once it is open */
	int64_t lane;   /* of lines as they come */
};

/* 0 or -1; it may be cleared in any case. */
int intake_read(struct intake *in, struct err *err);

/* A batch or a graph without lines. */
bool intake_is_empty(const struct intake *in);

/* Each task there will be executions of: the next one while *at counts up from 0; NULL: there are
 * no more. */
struct task *intake_task(const struct intake *in, size_t *at);

/* The same for the queues that they go into; one may come several times. */
const char *intake_queue(const struct intake *in, size_t *at);

/* Within one transaction: open the job and store the input files; then submit what is submitted at
 * once, or open the lane for lines as they come. 0 or -1. */
int intake_open(struct intake *in, struct err *err);
int intake_submit(struct intake *in, struct tally *tally, struct err *err);

/* What was submitted at once is needed no more. */
void intake_drop(struct intake *in);
void intake_clear(struct intake *in);

#endif
