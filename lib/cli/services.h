/* SPDX-License-Identifier: MIT */
/* services: what taskreg service does. */
#ifndef CLI_SERVICES_H
#define CLI_SERVICES_H

#include <stdbool.h>

#include "cli/app.h"

/* Make the services in files (none: standard input) known and print their records: all of them, or
 * none when anything is wrong in one. replace: also where the name has another definition. */
int services_add(struct app *app, char **files, bool replace, struct err *err);

/* A table on a terminal unless json, else their records. */
int services_list(struct app *app, bool json, struct err *err);

/* Check the health of these now (none: of all) and print their records, with `fault` where
 * something is wrong, which is status 1. */
int services_check(struct app *app, char **names, struct err *err);

/* Take services away: all, or none when one is not there. */
int services_remove(struct app *app, char **names, struct err *err);

#endif
