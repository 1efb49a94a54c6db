/* SPDX-License-Identifier: MIT */
/* roster: who works on the state, as people and programs see it. */
#ifndef CLI_ROSTER_H
#define CLI_ROSTER_H

#include <stdbool.h>

#include "cli/app.h"

struct page;
struct store;
struct table;
struct worker_seen;

/* A page of the workers of the org, the oldest first: a table, or a record of type worker each. */
int roster_show(
    struct app *app, struct store *store, bool as_table, struct page *page, struct err *err);

/* A table of workers, the caller's, and a row of it. */
struct table *roster_table(void);
void roster_row(struct table *table, const struct worker_seen *worker);

#endif
