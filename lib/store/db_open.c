/* SPDX-License-Identifier: MIT */
/*
 * db_open: a database file is opened, set up, and closed.
 *
 * Automatic checkpoints and the one on close are off; see lock.h for why and
 * db.c for when they run. On network file systems the log would need memory
 * shared between hosts: there the rollback journal is used, with full syncs.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/path.h"
#include "store/alike.h"
#include "store/host.h"
#include "store/internal.h"
#include "store/lock.h"
#include "store/place.h"
#include "store/rows.h"
#include "store/store.h"

enum { BUSY_LIMIT = 60 * 1000000 }; /* microseconds */

/* Wait 0.1 to 1 ms and try again, until the deadline: fair to everyone, and no long sleeps. */
static int
on_busy(void *ctx, int count)
{
	struct db *db = ctx;
	struct timespec pause = { 0, 100000 + random() % 900000 };

	if (count == 0 && !db->hurried)
		db->deadline = clock_boot() + BUSY_LIMIT;
	if (clock_boot() > db->deadline)
		return 0;
	nanosleep(&pause, NULL);
	return 1;
}

static int
on_commit(void *ctx, sqlite3 *handle, const char *name, int pages)
{
	struct db *db = ctx;

	(void)handle;
	(void)name;
	db->wal_pages = pages;
	return SQLITE_OK;
}

int
db_set(struct db *db, const char *sql, struct err *err)
{
	if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
		return db_error(db, "cannot open", err);
	return 0;
}

/* SQLite does not wait by itself when several open a new file and each wants to switch it. */
static int
set_journal(struct db *db, bool fleeting, struct err *err)
{
	const char *sql = db->wal ? "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL"
				  : "PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = EXTRA";
	int rc, count = 0;

	if (fleeting)
		sql = db->wal ? "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF"
			      : "PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = OFF";

	do
		rc = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
	while ((rc & 0xff) == SQLITE_BUSY && on_busy(db, count++));
	return rc == SQLITE_OK ? 0 : db_error(db, "cannot open", err);
}

/* place(job, generation, task, key) in SQL */
static void
sql_place(sqlite3_context *call, int n, sqlite3_value **args)
{
	(void)n;
	sqlite3_result_int64(call,
	    place_of(sqlite3_value_int64(args[0]), sqlite3_value_int64(args[1]),
		sqlite3_value_int64(args[2]), (const char *)sqlite3_value_text(args[3])));
}

/* hash_bytes(hex) in SQL: the bytes of a hash; NULL: it is none */
static void
sql_hash_bytes(sqlite3_context *call, int n, sqlite3_value **args)
{
	const char *hex = (const char *)sqlite3_value_text(args[0]);
	unsigned char raw[DIGEST_RAW];

	(void)n;
	if (hex && digest_raw(hex, raw) == 0)
		sqlite3_result_blob(call, raw, sizeof(raw), SQLITE_TRANSIENT);
}

static int
configure(struct store *store, struct db *db, bool fresh, struct err *err)
{
	int now;

	sqlite3_busy_handler(db->handle, on_busy, db);
	sqlite3_create_function(db->handle, "place", 4, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL,
	    sql_place, NULL, NULL);
	sqlite3_create_function(db->handle, "hash_bytes", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC,
	    NULL, sql_hash_bytes, NULL, NULL);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, &now);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, &now);
	/* before anything is written; in a file that is there it would be a write transaction */
	if (fresh && db_set(db, "PRAGMA auto_vacuum = INCREMENTAL", err) < 0)
		return -1;
	if (set_journal(db, store->fleeting, err) < 0)
		return -1;
	sqlite3_wal_hook(db->handle, on_commit, db); /* also ends automatic checkpoints */
	return db_set(db,
	    "PRAGMA mmap_size = 0; PRAGMA cache_size = -8192;"
	    "PRAGMA temp_store = MEMORY",
	    err);
}

int
db_open(struct store *store, struct db *db, const char *name, struct err *err)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX;
	struct stat file;
	bool none;
	char *gate;

	db->name = name;
	db->path = path_join(store->dir, name);
	none = access(db->path, F_OK) < 0 && errno == ENOENT;
	if (store->create)
		flags |= SQLITE_OPEN_CREATE;
	else if (none)
		return err_set(
		    err, ERR_STORE, "no state file '%s': nothing was submitted yet", db->path);
	gate = xasprintf("%s.lock", db->path);
	db->gate = lock_open(gate);
	free(gate);
	if (db->gate < 0)
		return err_sys(err, "cannot open '%s.lock'", db->path);
	lock_enter(db->gate);
	db->dir = store->dir;
	db->wal = !store_on_network(store->dir, &db->kind);
	if (!db->wal && host_check(db->gate, db->dir, db->kind, err) < 0)
		return -1;
	if (sqlite3_open_v2(db->path, &db->handle, flags, NULL) != SQLITE_OK)
		return db_error(db, "cannot open", err);
	if (none) /* and so are the files beside it; umask(2) would be that of other threads, too */
		chmod(db->path, 0600);
	none = none || (stat(db->path, &file) == 0 && file.st_size == 0);
	return configure(store, db, none, err);
}

void
db_close(struct db *db)
{
	alike_forget(db);
	stmt_free_all(db);
	rows_free(db);
	db_leave(db);
	sqlite3_close(db->handle);
	if (db->gate >= 0)
		close(db->gate);
	free(db->path);
	*db = (struct db){ .gate = -1 };
}
