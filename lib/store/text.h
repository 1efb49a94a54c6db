/* SPDX-License-Identifier: MIT */
/*
 * text: the parameters and the result of executions: JSON texts, packed.
 *
 * A long result is packed by what it repeats of the parameters of its execution,
 * so it is read together with them. Neither is ever changed.
 */
#ifndef STORE_TEXT_H
#define STORE_TEXT_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;
struct stmt;
struct store;

enum text { TEXT_PARAMS, TEXT_RESULT };

/* Store the text of an execution of a task; a result replaces the one before. Within a transaction.
 * 0 or -1. */
int text_put(struct store *store, enum text text, int64_t execution, int64_t task, const char *data,
    size_t len, struct err *err);

/* Append it to out: 1, 0 when there is none, -1. */
int text_get(
    struct store *store, enum text text, int64_t execution, struct buf *out, struct err *err);

/* Append the text of a column `data` of either table; params is the whole text of the parameters
 * where it is one of a result, else NULL. 0 or -1. */
int text_column(struct store *store, struct stmt *row, int column, const struct buf *params,
    struct buf *out, struct err *err);

#endif
