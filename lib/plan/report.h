/* SPDX-License-Identifier: MIT */
/* report: a record that tells what came of a trial, read. */
#ifndef PLAN_REPORT_H
#define PLAN_REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct err;
struct sweep;

struct report {
	int64_t number;       /* of the trial that its `key` names, 0: it names none */
	const json_t *params; /* where the values of the axes are, borrowed */
	double value;         /* NAN: nothing came of it */
	bool pruned;          /* it was given up, by whoever ran it */
	bool on_its_way;      /* this is what it has reached at `step` */
	int64_t step;
	int64_t execution; /* that it comes from, 0: none */
	json_t *error;     /* why nothing came of it, borrowed; NULL: not said */
};

/* Read a record told to the study `name`. -1 with ERR_INPUT: it tells nothing. */
int report_read(const struct sweep *sweep, const char *name, const json_t *record,
    struct report *report, struct err *err);

#endif
