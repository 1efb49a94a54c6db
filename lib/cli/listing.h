/* SPDX-License-Identifier: MIT */
/* listing: executions as taskstat lists them, and one of them in full. */
#ifndef CLI_LISTING_H
#define CLI_LISTING_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "cli/app.h"

struct selection;
struct store;

/* Which statuses a word of --status means: a status, or an account (failed takes timeout in);
 * other systems' words too. -1: it is none of them. */
int listing_status(const char *word, struct selection *sel);

/* All such words, for messages. The caller frees. */
char *listing_status_words(void);

/* The executions of a selection in order of id, at most `limit` (0: all): records, or a table that
 * says how many more there are. */
int listing_show(struct app *app, struct store *store, struct selection *sel, bool as_table,
    int64_t limit, struct err *err);

/* An execution record as a line for a terminal, cut to its width: id, status, key, and its error or
 * its metrics. */
void listing_line(const json_t *record, FILE *out);

/* One execution with its tries: a record with `tries`, or text for a terminal. 1, 0: there is no
 * such execution, -1. */
int listing_detail(struct app *app, struct store *store, int64_t id, bool as_text, struct err *err);

#endif
