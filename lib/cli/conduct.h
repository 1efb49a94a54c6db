/* SPDX-License-Identifier: MIT */
/*
 * conduct: a run of a pipeline from its first step to its last, on the writer's thread.
 *
 * Nothing of where it is is kept but what its executions are: whoever takes a
 * run up goes through it from the beginning, finds most of it standing, and
 * submits what is not.
 */
#ifndef CLI_CONDUCT_H
#define CLI_CONDUCT_H

#include <stdbool.h>
#include <stddef.h>

struct app;
struct blueprint;
struct conduct;
struct conductor;
struct err;
struct run;
struct store;
struct task;

struct conduct_options {
	struct app *app;
	struct store *store;
	struct run *run; /* whose row is there; params with their defaults */
	struct blueprint *blueprint;
	struct task *carrier; /* of the job, in the state; takes approvals */
	bool why;             /* tell what is run again, and why */
};

/* Within a transaction: tasks and lanes are made ready. All that is given must live as long. NULL
 * on error. */
struct conduct *conduct_new(const struct conduct_options *options, struct err *err);
void conduct_free(struct conduct *c);

/* What the writer asks; borrowed. */
struct conductor *conduct_conductor(struct conduct *c);

#endif
