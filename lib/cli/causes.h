/* SPDX-License-Identifier: MIT */
/* causes: what failed executions have in common, as people and programs see it. */
#ifndef CLI_CAUSES_H
#define CLI_CAUSES_H

#include <stdbool.h>

#include "cli/app.h"

struct page;
struct selection;
struct store;

/* A page of the causes of which the executions of a selection failed, the most frequent first: a
 * table, or a record of type cause each. The selection moves along. */
int causes_show(struct app *app, struct store *store, struct selection *sel, bool as_table,
    struct page *page, struct err *err);

#endif
