/* SPDX-License-Identifier: MIT */
/*
 * compare: campaigns side by side: what changed between two, and what several agree on.
 */
#ifndef CLI_COMPARE_H
#define CLI_COMPARE_H

#include <stdbool.h>
#include <stddef.h>

#include "dock/consensus.h"

struct app;
struct err;
struct score;

struct compare_options {
	const struct score *by; /* NULL: what each campaign is ranked by */
	size_t top;             /* hits: so many, or */
	double percent;         /* so much of the smaller campaign (--diff), or of all */
	bool mixed;             /* records of one file may differ in how they were made */
	enum consensus_method method;
	double sigma; /* of ECR, 0: 5 % of each campaign */
	bool worst;   /* molecules that a campaign lacks stand behind all others there */
};

/* The two files, or jobs, of app->args: a record rank_diff, then a rank_change for each molecule
 * that became or ceased to be a hit, or that one of them lacks, in the order of the first. */
int compare_diff(struct app *app, const struct compare_options *options, struct err *err);

/* All files, or jobs, of app->args: the record of the first file that has a molecule, with
 * `consensus`, the best first. */
int compare_consensus(struct app *app, const struct compare_options *options, struct err *err);

#endif
