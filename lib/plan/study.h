/* SPDX-License-Identifier: MIT */
/*
 * study: a search for parameters that is remembered: its trials, asked for and told.
 *
 *	study = study_begin(store, org, sweep, NULL, err);	the one of that name, or a new one
 *	while (study_ask(study, &trial, err) == 1)		1: here is a point to try
 *		... study_line(study, &trial) are params; run them ...
 *	study_tell(study, record, &trial, &prune, err)		what came of it
 *
 * That is all a step of a pipeline with `optimize:` needs: its object is what
 * sweep_parse takes (give it the name of the run and step), a line is the params
 * of an execution, under its `key`, and the execution record, once that has
 * ended, is what study_tell takes. Asking again for more while some are open is
 * what makes them parallel. After a crash the trials whose status is TRIAL_OPEN
 * were asked for and not told; study_line gives the same line for them as ever.
 *
 * study_begin, study_ask and study_tell change the state and are called within
 * a transaction; so is study_remove. Any number of processes may ask and tell:
 * each call first reads what the others did. After a rollback the study must be
 * freed. study_look is for reading alone.
 *
 * A trial is open until it is told what came of it: completed with a value,
 * failed, or pruned on its way. What is told twice counts once. A value that is
 * told later counts more than an earlier one, and more than a failure; a failure
 * never undoes a value.
 */
#ifndef PLAN_STUDY_H
#define PLAN_STUDY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "plan/sweep.h"

struct err;
struct store;
struct study;

enum trial_status { TRIAL_OPEN, TRIAL_COMPLETED, TRIAL_FAILED, TRIAL_PRUNED, TRIAL_STATUSES };

/* One trial. Nothing in it is owned by who asks: it lives until the next call. */
struct trial {
	int64_t number; /* from 1 on */
	enum trial_status status;
	const double *point;
	double value; /* NAN: none */
};

/* Why a study gives no more trials. */
enum study_end {
	STUDY_GOES_ON,
	STUDY_TARGET, /* it is reached */
	STUDY_TRIALS, /* max_trials were asked for */
	STUDY_ALL,    /* every point was tried */
	STUDY_ENDS
};

extern const char *const trial_status_names[TRIAL_STATUSES];

/* The study of this sweep, made when there is none; it takes the sweep over, always. name is used
 * instead of the sweep's own, NULL: it is not. What may change of a sweep (sweep_difference) is
 * taken from this one; any other difference is ERR_USAGE. NULL on error. */
struct study *study_begin(
    struct store *store, const char *org, struct sweep *sweep, const char *name, struct err *err);

/* The study of a name: 1, 0 when there is none, -1. */
int study_find(
    struct store *store, const char *org, const char *name, struct study **study, struct err *err);
void study_free(struct study *study);

/* Read what others did since. 0 or -1. */
int study_look(struct study *study, struct err *err);

const char *study_name(const struct study *study);
const struct sweep *study_sweep(const struct study *study);

/* The next trial: 1, 0 when the study has ended, -1. */
int study_ask(struct study *study, struct trial *trial, struct err *err);

/* Why the last study_ask gave none. text is for people, with the name: "study 's': ...". */
enum study_end study_ended(const struct study *study);
char *study_end_text(const struct study *study);

/* What came of a trial. The record is an execution record, a trial record, or a line of params or
 * key with the metric added; dockline-sweep(5) tells what is looked at. The trial is that of its
 * `key`, else the one with these params, else a new one. *prune: it is to be given up. -1 with
 * ERR_INPUT when the record tells nothing: then nothing was changed, and the study may be used on.
 */
int study_tell(
    struct study *study, const json_t *record, struct trial *trial, bool *prune, struct err *err);

/* What came of a trial counts no more: it is open, as if it had just been asked for. Within a
 * transaction. 0 or -1. */
int study_reopen(struct study *study, int64_t number, struct err *err);

/* How many trials there are; trial i of them, in the order of their numbers, i from 0 on. */
int64_t study_count(const struct study *study);
void study_trial(const struct study *study, int64_t i, struct trial *trial);

/* The n best of those that completed, best first: how many there are. Their indexes, as study_trial
 * takes them, go to best, which has room for n. */
size_t study_best(const struct study *study, int64_t *best, size_t n);

/* The weight of each axis (plan/importance) into share; how many trials it was made from, which may
 * be too few. */
size_t study_importance(const struct study *study, double *share);

/* {"key", params...}: what is printed for a trial that was asked for. The caller owns it. */
json_t *study_line(const struct study *study, const struct trial *trial);

/* The record of a trial, as dockline-sweep(5) has it. The caller owns it; NULL on error. */
json_t *study_record(struct study *study, const struct trial *trial, struct err *err);

/* {"type":"study", ...}: name, method, metric, direction, counts, best. The caller owns it. */
json_t *study_summary(const struct study *study);

/* Each name of a study of the org, in order. fn returns 0 to go on, or -1 with err. */
typedef int study_name_fn(const char *name, void *ctx, struct err *err);
int study_each(struct store *store, const char *org, study_name_fn *fn, void *ctx, struct err *err);

/* Forget a study and its trials: 1, 0 when there is none, -1. */
int study_remove(struct store *store, const char *org, const char *name, struct err *err);

#endif
