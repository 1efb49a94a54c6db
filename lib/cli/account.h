/* SPDX-License-Identifier: MIT */
/*
 * account: where the executions of a job stand, as people and programs see it.
 *
 * submitted = completed + failed + cancelled + skipped + waiting + running, read
 * from the tally: what it costs does not depend on how many there are.
 */
#ifndef CLI_ACCOUNT_H
#define CLI_ACCOUNT_H

#include <stdbool.h>

#include "cli/app.h"

struct page;
struct store;

/* The account of a job as text, a number a line; generation 0 is the newest. */
int account_of_job(
    struct app *app, struct store *store, const char *name, int generation, struct err *err);

/* A page of the accounts of the newest generation of every job, newest job first, then of what was
 * run without a job: a table, or a record each. */
int account_of_all(
    struct app *app, struct store *store, bool as_table, struct page *page, struct err *err);

#endif
