/* SPDX-License-Identifier: MIT */
/*
 * rows: rows of a table, written many by one statement.
 *
 * What SQLite does once for a statement (cursors on the table and its indexes, the
 * sequence of ids, the end of the statement) is half of what a row costs. So
 * rows wait, with copies of their texts, until there are enough of them: at the
 * latest until any other statement of that database is begun, or the
 * transaction is committed. Nobody can see that they waited.
 */
#ifndef STORE_ROWS_H
#define STORE_ROWS_H

#include <stdarg.h>
#include <stdint.h>

struct db;
struct err;

/* A row for `sql`, an INSERT with one "VALUES (?, …)", in a transaction. Types and their arguments
 * are those of stmt.h. -1: rows before it could not be written. */
int rows_add(struct db *db, struct err *err, const char *sql, const char *types, va_list ap);

/* Write all that wait. -1 on error. */
int rows_write(struct db *db, struct err *err);

/* How many rows of `sql` were written since this was asked last, conflicts not counted. */
int64_t rows_written(struct db *db, const char *sql);

/* What waits is not written: the transaction is rolled back. */
void rows_forget(struct db *db);
void rows_free(struct db *db);

#endif
