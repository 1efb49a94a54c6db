/* SPDX-License-Identifier: MIT */
/*
 * registry: what taskreg does with task files and the registry.
 *
 * Reading works without a state directory: then only shipped tasks are there.
 */
#ifndef CLI_REGISTRY_H
#define CLI_REGISTRY_H

#include <stdbool.h>

#include "cli/app.h"

/* Check task files (none: standard input). Every error is reported with file, line, column and
 * JSON pointer, and noted as status 3. */
int registry_check(struct app *app, char **files, struct err *err);

/* Register the tasks in files (none: standard input) and print their records: all of them, or none
 * when anything is wrong in one. replace: also where the version stands with another definition. */
int registry_add(struct app *app, char **files, bool replace, struct err *err);

/* Which tasks to list; NULL members do not restrict. */
struct registry_filter {
	const char *category, *status;
	char **tags; /* it has all of them */
};

/* List tasks: a table on a terminal unless json, else their records. */
int registry_list(
    struct app *app, const struct registry_filter *filter, bool json, struct err *err);

/* Print the record of a task (NAME or NAME@VERSION), or its interface spec, indented on a terminal
 * unless json. */
int registry_show(struct app *app, const char *name, bool json, bool openapi, struct err *err);

/* Print who changed what, of these tasks and services (none: of all): a table on a terminal unless
 * json, else records. */
int registry_log(struct app *app, char **names, bool json, struct err *err);

/* Give tasks a status: all of them, or none when one is not there. */
int registry_mark(struct app *app, char **names, const char *status, struct err *err);

/* Take tasks out of the registry: all, or none when one is not there or still needed. */
int registry_remove(struct app *app, char **names, struct err *err);

/* The record of a task, on stdout. */
struct task;
void registry_print(struct app *app, const struct task *task);

#endif
