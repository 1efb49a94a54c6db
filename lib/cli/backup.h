/* SPDX-License-Identifier: MIT */
/* backup: a copy of the state that is a state directory itself. */
#ifndef CLI_BACKUP_H
#define CLI_BACKUP_H

#include "cli/app.h"

/* Copy the state into a directory that is not there yet: it appears whole and checked, or not at
 * all. Nobody waits meanwhile. Prints a record. 0 or -1. */
int backup_run(struct app *app, const char *dir, struct err *err);

#endif
