/* SPDX-License-Identifier: MIT */
/* choice: the options with which a program is told which executions are meant. */
#ifndef CLI_CHOICE_H
#define CLI_CHOICE_H

#include <stdbool.h>

#include "cli/app.h"

struct selection;
struct store;

/* Texts are borrowed; NULL: not given. */
struct choice {
	const char *class, *job, *queue, *status, *tag, *task;
};

/* Was any of them given? */
bool choice_is_made(const struct choice *choice);

/* The selection that they make. An unknown job, task, status or class is ERR_USAGE. */
int choice_read(struct app *app, struct store *store, const struct choice *choice,
    struct selection *sel, struct err *err);

#endif
