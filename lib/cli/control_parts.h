/* SPDX-License-Identifier: MIT */
/* control_parts: what changing executions (control.c) and what rests (control_flow.c) share. */
#ifndef CLI_CONTROL_PARTS_H
#define CLI_CONTROL_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"
#include "cli/author.h"
#include "cli/idset.h"
#include "task/tally.h"

struct app;
struct control_call;
struct err;
struct selection;
struct store;

struct controller {
	struct app *app;
	const struct control_call *c;
	struct store *store;
	struct tally tally;
	struct author author;
	struct idset seen;
	VEC(int64_t) chunk;   /* to be controlled next */
	VEC(int64_t) changed; /* to be printed */
	VEC(int64_t) ordered; /* their workers were told */
	bool chosen;          /* not named one by one: what cannot be is passed by */
	bool as_lines;
	int64_t done, shown, passed;
};

/* Open the state and sign. Clear it in any case. */
int control_begin(
    struct controller *k, struct app *app, const struct control_call *call, struct err *err);
void control_clear(struct controller *k);

/* The statuses in which the verb means anything. Of those that ended, retrying means the failed. */
unsigned control_statuses(const struct control_call *call);

/* Change all of a selection (it moves along), and print them. */
int control_each(struct controller *k, struct selection *sel, struct err *err);

/* Wait for workers that were told, and print what they did. */
int control_finish(struct controller *k, struct err *err);

#endif
