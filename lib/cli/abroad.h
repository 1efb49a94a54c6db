/* SPDX-License-Identifier: MIT */
/* abroad: what is out on clusters, as people and programs see it. */
#ifndef CLI_ABROAD_H
#define CLI_ABROAD_H

#include <stdbool.h>

#include "cli/app.h"

struct page;
struct store;

/* A page of the elements of array jobs that have not ended, and then for each cluster what is out
 * and how often it was asked: a table and lines, or records of type element and cluster. */
int abroad_show(
    struct app *app, struct store *store, bool as_table, struct page *page, struct err *err);

#endif
