/* SPDX-License-Identifier: MIT */
/* stmt: SQL statements, prepared once for each store, values always bound. */
#include "store/stmt.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/alloc.h"
#include "store/internal.h"
#include "store/rows.h"

struct stmt {
	const char *sql; /* key: the address */
	struct db *db;
	sqlite3_stmt *handle;
	UT_hash_handle hh;
};

struct stmt *
stmt_prepare(struct db *db, const char *sql, struct err *err)
{
	struct stmt *stmt;

	HASH_FIND_PTR(db->stmts, &sql, stmt);
	if (stmt)
		return stmt;
	stmt = xcalloc(1, sizeof(*stmt));
	stmt->sql = sql;
	stmt->db = db;
	if (sqlite3_prepare_v3(
		db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt->handle, NULL) != SQLITE_OK) {
		db_error(db, "cannot use", err);
		free(stmt);
		return NULL;
	}
	HASH_ADD_PTR(db->stmts, sql, stmt);
	return stmt;
}

sqlite3_stmt *
stmt_handle(struct stmt *stmt)
{
	return stmt->handle;
}

void
stmt_free_all(struct db *db)
{
	struct stmt *stmt, *next;

	HASH_ITER(hh, db->stmts, stmt, next)
	{
		HASH_DEL(db->stmts, stmt);
		sqlite3_finalize(stmt->handle);
		free(stmt);
	}
}

static void
bind_real(sqlite3_stmt *s, int i, const double *number)
{
	if (number)
		sqlite3_bind_double(s, i, *number);
	else
		sqlite3_bind_null(s, i);
}

static void
bind_number(sqlite3_stmt *s, int i, const int64_t *number)
{
	if (number)
		sqlite3_bind_int64(s, i, *number);
	else
		sqlite3_bind_null(s, i);
}

static void
bind_all(sqlite3_stmt *s, const char *types, va_list ap)
{
	const void *data;

	for (int i = 1; *types; types++, i++) {
		switch (*types) {
		case 'i':
			sqlite3_bind_int64(s, i, va_arg(ap, int64_t));
			break;
		case 'I':
			bind_number(s, i, va_arg(ap, const int64_t *));
			break;
		case 'd':
			sqlite3_bind_double(s, i, va_arg(ap, double));
			break;
		case 'D':
			bind_real(s, i, va_arg(ap, const double *));
			break;
		case 't':
			sqlite3_bind_text(s, i, va_arg(ap, const char *), -1, SQLITE_STATIC);
			break;
		case 'b':
			data = va_arg(ap, const void *);
			sqlite3_bind_blob64(s, i, data, va_arg(ap, size_t), SQLITE_STATIC);
			break;
		default:
			BUG("binding type '%c'", *types);
		}
	}
}

int
stmt_next(struct stmt *stmt, struct err *err)
{
	int rc = sqlite3_step(stmt->handle);

	if (rc == SQLITE_ROW)
		return 1;
	if (rc != SQLITE_DONE)
		db_error(stmt->db, "cannot use", err);
	stmt_end(stmt);
	return rc == SQLITE_DONE ? 0 : -1;
}

void
stmt_end(struct stmt *stmt)
{
	sqlite3_reset(stmt->handle);
	sqlite3_clear_bindings(stmt->handle);
}

static struct stmt *
begin(struct db *db, struct err *err, const char *sql, const char *types, va_list ap)
{
	struct stmt *stmt;

	if (db->rows_wait && rows_write(db, err) < 0)
		return NULL;
	stmt = stmt_prepare(db, sql, err);
	if (stmt)
		bind_all(stmt->handle, types, ap);
	return stmt;
}

static int
run(struct stmt *stmt, struct err *err)
{
	int rc;

	if (!stmt)
		return -1;
	while ((rc = stmt_next(stmt, err)) > 0)
		;
	return rc < 0 ? -1 : sqlite3_changes(stmt->db->handle);
}

int
db_run(struct db *db, struct err *err, const char *sql, const char *types, ...)
{
	va_list ap;
	int rc;

	va_start(ap, types);
	rc = run(begin(db, err, sql, types, ap), err);
	va_end(ap);
	return rc;
}

int
stmt_run(struct store *store, struct err *err, const char *sql, const char *types, ...)
{
	va_list ap;
	int rc;

	va_start(ap, types);
	rc = run(begin(&store->state, err, sql, types, ap), err);
	va_end(ap);
	return rc;
}

int
stmt_add(struct store *store, struct err *err, const char *sql, const char *types, ...)
{
	va_list ap;
	int rc;

	va_start(ap, types);
	rc = rows_add(&store->state, err, sql, types, ap);
	va_end(ap);
	return rc;
}

int64_t
stmt_added(struct store *store, struct err *err, const char *sql)
{
	return rows_write(&store->state, err) < 0 ? -1 : rows_written(&store->state, sql);
}

struct stmt *
db_query(struct db *db, struct err *err, const char *sql, const char *types, ...)
{
	struct stmt *stmt;
	va_list ap;

	va_start(ap, types);
	stmt = begin(db, err, sql, types, ap);
	va_end(ap);
	return stmt;
}

struct stmt *
stmt_query(struct store *store, struct err *err, const char *sql, const char *types, ...)
{
	struct stmt *stmt;
	va_list ap;

	va_start(ap, types);
	stmt = begin(&store->state, err, sql, types, ap);
	va_end(ap);
	return stmt;
}

int64_t
stmt_int(struct stmt *stmt, int column)
{
	return sqlite3_column_int64(stmt->handle, column);
}

double
stmt_double(struct stmt *stmt, int column)
{
	return sqlite3_column_double(stmt->handle, column);
}

const char *
stmt_text(struct stmt *stmt, int column)
{
	return (const char *)sqlite3_column_text(stmt->handle, column);
}

const void *
stmt_blob(struct stmt *stmt, int column, size_t *len)
{
	const void *data = sqlite3_column_blob(stmt->handle, column);

	*len = (size_t)sqlite3_column_bytes(stmt->handle, column);
	return data;
}

int
stmt_is_null(struct stmt *stmt, int column)
{
	return sqlite3_column_type(stmt->handle, column) == SQLITE_NULL;
}

int
stmt_number(
    struct store *store, struct err *err, int64_t *out, const char *sql, const char *types, ...)
{
	struct stmt *stmt;
	va_list ap;
	int rc;

	va_start(ap, types);
	stmt = begin(&store->state, err, sql, types, ap);
	va_end(ap);
	if (!stmt)
		return -1;
	rc = stmt_next(stmt, err);
	if (rc <= 0)
		return rc;
	*out = stmt_int(stmt, 0);
	stmt_end(stmt);
	return 1;
}

int64_t
stmt_last_id(struct store *store)
{
	return sqlite3_last_insert_rowid(store->state.handle);
}
