/* SPDX-License-Identifier: MIT */
/* params: the parameters of a task, for people. */
#ifndef CLI_PARAMS_H
#define CLI_PARAMS_H

#include "cli/app.h"

/* Print what a task (NAME or NAME@VERSION) takes, a table with a line for each parameter, and for
 * each one within another. */
int params_help(struct app *app, const char *name, struct err *err);

#endif
