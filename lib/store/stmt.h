/* SPDX-License-Identifier: MIT */
/*
 * stmt: SQL statements, prepared once for each store, values always bound.
 *
 * SQL texts are string constants: their address is the key under which the
 * prepared statement is kept. Arguments are described by one letter each:
 *	i  int64_t		I  const int64_t * (NULL: SQL NULL)
 *	d  double		D  const double * (NULL: SQL NULL)
 *	t  const char * (NULL: SQL NULL)
 *	b  const void *, size_t
 */
#ifndef STORE_STMT_H
#define STORE_STMT_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct stmt;
struct store;

/* Run to the end. The number of rows changed, or -1. */
int stmt_run(struct store *store, struct err *err, const char *sql, const char *types, ...);

/* As stmt_run with an INSERT that has one "VALUES (?, …)", but rows are written some at a time, at
 * the latest before any other statement is run or the transaction is committed (store/rows): for
 * what is written a thousand times. 0, or -1 when rows before it could not be written. */
int stmt_add(struct store *store, struct err *err, const char *sql, const char *types, ...);

/* Write them. How many rows of this text there are more since this was asked last; -1. */
int64_t stmt_added(struct store *store, struct err *err, const char *sql);

/* Begin a query; NULL on error. Step with stmt_next; stmt_end when leaving before the end. The
 * same SQL must not be begun again before it ended. */
struct stmt *stmt_query(
    struct store *store, struct err *err, const char *sql, const char *types, ...);

/* 1: a row; 0: no more (the statement has ended); -1: error (it has ended too). */
int stmt_next(struct stmt *stmt, struct err *err);
void stmt_end(struct stmt *stmt);

/* Columns of the row, counted from 0; borrowed until the next step. NULL for SQL NULL. */
int64_t stmt_int(struct stmt *stmt, int column);
double stmt_double(struct stmt *stmt, int column);
const char *stmt_text(struct stmt *stmt, int column);
const void *stmt_blob(struct stmt *stmt, int column, size_t *len);
int stmt_is_null(struct stmt *stmt, int column);

/* One row with one number: 1 and *out, 0 when there is no row, -1. */
int stmt_number(
    struct store *store, struct err *err, int64_t *out, const char *sql, const char *types, ...);

/* The row id of the last insert. */
int64_t stmt_last_id(struct store *store);

#endif
