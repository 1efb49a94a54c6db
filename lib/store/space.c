/* SPDX-License-Identifier: MIT */
/* space: how much of the disk the state takes, given back, and copied. */
#include "store/space.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"
#include "store/internal.h"
#include "store/lock.h"
#include "store/stmt.h"

enum {
	STEP = 1000,     /* pages given back in a transaction */
	WORTH = 4,       /* a file is rewritten when more than one page in so many is free */
	INCREMENTAL = 2, /* auto_vacuum */
};

static const char *const names[] = { "state.db", "state.db-wal", "objects.db", "objects.db-wal" };

static const char sql_copy[] = "VACUUM INTO ?";
static const char sql_pages[] = "PRAGMA page_count";
static const char sql_free[] = "PRAGMA freelist_count";
static const char sql_mode[] = "PRAGMA auto_vacuum";
static const char sql_check[] = "PRAGMA integrity_check(1)";

int64_t
space_used(const struct store *store)
{
	int64_t bytes = 0;
	struct stat st;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char *path = path_join(store->dir, names[i]);

		if (stat(path, &st) == 0)
			bytes += (int64_t)st.st_blocks * 512;
		free(path);
	}
	return bytes;
}

static int
number(struct db *db, const char *sql, int64_t *out, struct err *err)
{
	struct stmt *stmt = db_query(db, err, sql, "");
	int rc = stmt ? stmt_next(stmt, err) : -1;

	if (rc <= 0)
		return -1;
	*out = stmt_int(stmt, 0);
	stmt_end(stmt);
	return 0;
}

static int
execute(struct db *db, const char *sql, struct err *err)
{
	if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
		return db_error(db, "cannot give back space of", err);
	return 0;
}

/* Move pages from the end of the file to where it has free ones, some at a time. */
static int
shorten(struct db *db, int64_t pages, struct err *err)
{
	char sql[64];

	snprintf(sql, sizeof(sql), "PRAGMA incremental_vacuum(%d)", STEP);
	for (; pages > 0; pages -= STEP) {
		if (db_begin(db, err) < 0)
			return -1;
		if (execute(db, sql, err) < 0) {
			db_rollback(db);
			return -1;
		}
		if (db_commit(db, err) < 0)
			return -1;
	}
	return 0;
}

/* Nobody writes meanwhile. What is being built is kept in files: it may be larger than memory. */
static int
rewrite(struct db *db, struct err *err)
{
	int rc;

	if (db_seat(db, err) < 0)
		return -1;
	if (db->wal && lock_checkpoint(db->gate, true) < 0)
		return err_sys(err, "cannot lock '%s'", db->path);
	rc = execute(db, "PRAGMA temp_store = FILE; PRAGMA auto_vacuum = INCREMENTAL; VACUUM", err);
	sqlite3_exec(db->handle, "PRAGMA temp_store = MEMORY", NULL, NULL, NULL);
	if (db->wal)
		lock_checkpoint_end(db->gate);
	return rc;
}

static int
give_back(struct db *db, struct err *err)
{
	int64_t pages, vacant, mode;
	int rc = 0;

	if (number(db, sql_pages, &pages, err) < 0 || number(db, sql_free, &vacant, err) < 0 ||
	    number(db, sql_mode, &mode, err) < 0)
		return -1;
	if (mode == INCREMENTAL)
		rc = shorten(db, vacant, err);
	else if (vacant > pages / WORTH)
		rc = rewrite(db, err);
	if (rc == 0)
		db_checkpoint(db);
	return rc;
}

int
space_give_back(struct store *store, struct err *err)
{
	int rc = give_back(&store->state, err);

	if (rc < 0)
		return -1;
	rc = store_look_objects(store, err);
	return rc <= 0 ? rc : give_back(&store->objects, err);
}

/* ---- copies ---- */

/* Is the file a whole database? */
static int
check(const char *path, struct err *err)
{
	struct db copy = { .name = path_base(path), .gate = -1 };
	struct stmt *stmt = NULL;
	int rc = -1;

	if (sqlite3_open_v2(path, &copy.handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) !=
	    SQLITE_OK)
		db_error(&copy, "cannot check the copy of", err);
	else
		stmt = db_query(&copy, err, sql_check, "");
	if (stmt && stmt_next(stmt, err) > 0) {
		const char *says = stmt_text(stmt, 0);

		rc = strcmp(says, "ok") == 0
		    ? 0
		    : err_set(err, ERR_STORE, "the copy of '%s' is not whole: %s", copy.name, says);
		stmt_end(stmt);
	}
	stmt_free_all(&copy);
	sqlite3_close(copy.handle);
	return rc;
}

/* What was written is on the disk. */
static int
sync_file(const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc = fd < 0 ? -1 : fsync(fd);

	if (rc < 0)
		err_sys(err, "cannot write '%s'", path);
	if (fd >= 0)
		close(fd);
	return rc;
}

static int
copy(struct db *db, const char *dir, struct err *err)
{
	char *path = path_join(dir, db->name);
	mode_t mask = umask(077);
	int rc = db_run(db, err, sql_copy, "t", path) < 0 ? -1 : 0;

	umask(mask);
	if (rc == 0)
		rc = check(path, err);
	if (rc == 0)
		rc = sync_file(path, err);
	free(path);
	return rc;
}

int
space_copy(struct store *store, const char *dir, struct err *err)
{
	int rc = store_look_objects(store, err);

	if (rc <= 0)
		return rc < 0 ? -1 : copy(&store->state, dir, err);
	if (space_hold(store, err) < 0)
		return -1;
	rc = copy(&store->state, dir, err);
	if (rc == 0)
		rc = copy(&store->objects, dir, err);
	space_release(store);
	return rc;
}

static int
hold(struct store *store, bool alone, struct err *err)
{
	int rc = store_look_objects(store, err);

	if (rc <= 0)
		return rc;
	if (lock_keep(store->objects.gate, alone) < 0)
		return err_sys(err, "cannot lock '%s'", store->objects.name);
	return 0;
}

int
space_hold(struct store *store, struct err *err)
{
	return hold(store, false, err);
}

int
space_hold_alone(struct store *store, struct err *err)
{
	return hold(store, true, err);
}

void
space_release(struct store *store)
{
	if (store->objects.handle)
		lock_keep_end(store->objects.gate);
}
