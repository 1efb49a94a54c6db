/* SPDX-License-Identifier: MIT */
/* db: one database file: its errors, its transactions, its checkpoints. */
#include <stddef.h>

#include "base/clock.h"
#include "store/alike.h"
#include "store/host.h"
#include "store/internal.h"
#include "store/lock.h"
#include "store/rows.h"

enum {
	PAGE = 4096,
	LEAVE_PAGES = (512 << 10) / PAGE,    /* from here the last who leaves makes a checkpoint */
	LEAVE_BULK_PAGES = (4 << 20) / PAGE, /* the same where much was written */
	TRY_PAGES = (16 << 20) / PAGE,       /* from here everybody tries to */
	BULK_PAGES = (48 << 20) / PAGE,      /* the same while much is written and nobody waits */
	INSIST_PAGES = (64 << 20) / PAGE,    /* from here it is waited for */
	TRY_LIMIT = 20000,                   /* microseconds that readers may hold it up */
	INSIST_LIMIT = 2000000,
};

int
db_error(struct db *db, const char *what, struct err *err)
{
	const char *text = sqlite3_errmsg(db->handle);

	switch (sqlite3_errcode(db->handle) & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(
		    err, ERR_STORE, "%s '%s': another process keeps it locked", what, db->path);
	case SQLITE_FULL:
		return err_set(
		    err, ERR_SYSTEM, "cannot write '%s': No space left on device", db->path);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return err_set(
		    err, ERR_STORE, "%s '%s': the file is damaged: %s", what, db->path, text);
	case SQLITE_IOERR:
		/* pages of a large transaction are written long before its end */
		if (sqlite3_extended_errcode(db->handle) == SQLITE_IOERR_WRITE)
			what = "cannot write";
		return err_set(err, ERR_SYSTEM, "%s '%s': %s", what, db->path, text);
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
		return err_set(err, ERR_SYSTEM, "%s '%s': %s", what, db->path, text);
	}
	return err_set(err, ERR_STORE, "%s '%s': %s", what, db->path, text);
}

int
db_seat(struct db *db, struct err *err)
{
	if (db->wal || db->seated)
		return 0;
	if (host_take(db->gate, db->dir, db->kind, err) < 0)
		return -1;
	db->seated = true;
	return 0;
}

int
db_begin(struct db *db, struct err *err)
{
	if (db_seat(db, err) < 0)
		return -1;
	if (db->wal && lock_write(db->gate) < 0)
		return err_sys(err, "cannot lock '%s'", db->path);
	if (sqlite3_exec(db->handle, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK) {
		db_error(db, "cannot write", err);
		if (db->wal)
			lock_write_end(db->gate);
		return -1;
	}
	db->writing = true;
	return 0;
}

/* Copy the log into the database while nobody writes. */
static void
checkpoint(struct db *db, bool insist)
{
	if (lock_checkpoint(db->gate, insist) < 0)
		return;
	db->hurried = true;
	db->deadline = clock_boot() + (insist ? INSIST_LIMIT : TRY_LIMIT);
	sqlite3_wal_checkpoint_v2(db->handle, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	db->hurried = false;
	db->wal_pages = 0;
	lock_checkpoint_end(db->gate);
}

void
db_checkpoint(struct db *db)
{
	if (db->wal)
		checkpoint(db, true);
}

void
db_leave(struct db *db)
{
	int most = db->bulk ? LEAVE_BULK_PAGES : LEAVE_PAGES;

	if (db->wal && db->wal_pages > most && lock_is_last(db->gate))
		checkpoint(db, false);
}

static void
finish(struct db *db)
{
	db->writing = false;
	if (!db->wal)
		return;
	lock_write_end(db->gate);
	if (db->wal_pages > (db->bulk ? BULK_PAGES : TRY_PAGES))
		checkpoint(db, db->wal_pages > INSIST_PAGES);
}

int
db_commit(struct db *db, struct err *err)
{
	int rc = 0;

	if (!db->writing)
		return 0;
	rc = rows_write(db, err);
	if (rc == 0 && sqlite3_exec(db->handle, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
		rc = db_error(db, "cannot write", err);
	if (rc < 0) {
		rows_forget(db);
		sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
		alike_forget(db);
	}
	finish(db);
	return rc;
}

void
db_rollback(struct db *db)
{
	if (!db->writing)
		return;
	rows_forget(db);
	sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
	alike_forget(db); /* the dictionaries of this transaction are gone */
	finish(db);
}
