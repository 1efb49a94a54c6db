/* SPDX-License-Identifier: MIT */
/* task_start: task files to start from, written to standard output. */
#ifndef CLI_TASK_START_H
#define CLI_TASK_START_H

#include "cli/app.h"

/* A commented task file for this name, which runs as it is. */
int task_start_new(struct app *app, const char *name, struct err *err);

/* A task for each POST operation of the OpenAPI documents in files (none: standard input), served
 * at url (NULL: where the document says), as YAML documents. What is wrong is told with its place
 * and noted as status 3; nothing is written of such a document. */
int task_start_import(struct app *app, char **files, const char *url, struct err *err);

#endif
