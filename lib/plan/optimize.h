/* SPDX-License-Identifier: MIT */
/*
 * optimize: what `optimize:` on a step of a pipeline holds: a sweep (plan/sweep) without name and
 * pruner, and how many of its trials are open at a time. It may hold expressions.
 */
#ifndef PLAN_OPTIMIZE_H
#define PLAN_OPTIMIZE_H

#include <jansson.h>
#include <stddef.h>

struct err;
struct sweep;

enum {
	OPTIMIZE_PARALLEL = 4, /* with bayes, which learns only from trials that have ended */
	OPTIMIZE_ID_MOST =
	    40, /* letters of the id of such a step: it is in the name of its study */
};

/* The sweep of a definition whose expressions are filled in, and how many trials at a time (0: any
 * number). NULL with ERR_INPUT. */
struct sweep *optimize_parse(const json_t *definition, size_t *parallel, struct err *err);

#endif
