/* SPDX-License-Identifier: MIT */
/* figures: latency, throughput and use of resources, as people and programs see them. */
#ifndef CLI_FIGURES_H
#define CLI_FIGURES_H

#include <stdbool.h>

#include "cli/app.h"

struct page;
struct selection;
struct store;

/* A page of the tasks of a selection (which restricts org, job and task at most), the one with the
 * most executions first: a text, or a record of type statistics each. */
int figures_show(struct app *app, struct store *store, const struct selection *sel, bool as_text,
    struct page *page, struct err *err);

#endif
