/* SPDX-License-Identifier: MIT */
/* internal: what the modules of store share and nobody else sees. */
#ifndef STORE_INTERNAL_H
#define STORE_INTERNAL_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct alike;
struct rows;
struct stmt;

/* One database file of the state directory. */
struct db {
	sqlite3 *handle;
	const char *name;       /* "state.db" */
	char *path;             /* of it, for messages */
	bool wal;               /* false: on a file system that hosts share */
	bool seated;            /* there: this host writes, see host.h */
	const char *dir, *kind; /* of the file system; borrowed */
	bool writing;           /* inside BEGIN IMMEDIATE */
	bool bulk;              /* see store_bulk */
	int wal_pages;          /* length of the log at the last commit */
	int64_t deadline;       /* of the busy handler, by clock_boot, set when waiting begins */
	bool hurried;           /* it was set already, for all locks that follow together */
	struct stmt *stmts;     /* prepared ones, by address of their text */
	struct rows *rows;      /* that wait to be written, see store/rows */
	bool rows_wait;         /* there may be some */
	struct alike *alike;    /* what is known of dictionaries, see store/alike */
	int gate;               /* descriptor of its lock file, -1: closed */
};

struct store {
	char *dir;
	bool create;
	bool fleeting; /* nothing is synced: there is a file `fleeting` */
	struct db state, objects;
};

/* The directory is there, or made where the flags of store_open say so, is ours, and nobody else
 * can look into it. 0 or -1. */
int directory_check(const char *dir, int flags, struct err *err);

/* Open a database file of the store, "state.db", and close it, as far as it was opened. */
int db_open(struct store *store, struct db *db, const char *name, struct err *err);
void db_close(struct db *db);

/* Run PRAGMAs that are settings of the connection. */
int db_set(struct db *db, const char *sql, struct err *err);

/* Open the objects database if it is not open yet. */
int store_need_objects(struct store *store, struct err *err);

/* The same without making one: 1, 0 when there is none, -1. */
int store_look_objects(struct store *store, struct err *err);

/* This host may write to it. */
int db_seat(struct db *db, struct err *err);

/* A write transaction on one database. */
int db_begin(struct db *db, struct err *err);
int db_commit(struct db *db, struct err *err);
void db_rollback(struct db *db);

/* Copy the log into the database and empty it, as soon as nobody writes. */
void db_checkpoint(struct db *db);

/* Before it is closed: the same, where nobody else has it open and there is enough to copy, which
 * whoever opens it next would have to read. */
void db_leave(struct db *db);

/* err from what SQLite says. Returns -1. */
int db_error(struct db *db, const char *what, struct err *err);

/* As stmt_run and stmt_query, on any database. */
int db_run(struct db *db, struct err *err, const char *sql, const char *types, ...);
struct stmt *db_query(struct db *db, struct err *err, const char *sql, const char *types, ...);

/* A prepared statement that nobody has begun; it stands under the address of its text. NULL on
 * error. */
struct stmt *stmt_prepare(struct db *db, const char *sql, struct err *err);
sqlite3_stmt *stmt_handle(struct stmt *stmt);

/* Finalize all prepared statements. */
void stmt_free_all(struct db *db);

/* Bring the schema up to date; steps[0..count) are the SQL texts. */
int migrate(struct db *db, const char *const *steps, int count, struct err *err);

/* Made from the numbered files in lib/store/schema by the build. */
extern const char *const schema_state[];
extern const int schema_state_count;
extern const char *const schema_objects[];
extern const int schema_objects_count;

#endif
