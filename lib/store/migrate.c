/* SPDX-License-Identifier: MIT */
/*
 * migrate: bring a database to the schema this program knows.
 *
 * Numbered steps run in order, in one transaction: no file is ever between two
 * versions. user_version holds the number of the last. A file from a newer
 * program is refused.
 */
#include <stdio.h>

#include "store/internal.h"

enum { APPLICATION = 0x444f434b }; /* "DOCK" */

static int
read_pragma(struct db *db, const char *sql, int *value, struct err *err)
{
	sqlite3_stmt *stmt;
	int rc;

	if (sqlite3_prepare_v2(db->handle, sql, -1, &stmt, NULL) != SQLITE_OK)
		return db_error(db, "cannot open", err);
	rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW)
		*value = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	return rc == SQLITE_ROW ? 0 : db_error(db, "cannot open", err);
}

/* Of a file that says nothing about itself: has it tables? */
static int
has_tables(struct db *db, struct err *err)
{
	int count;

	return read_pragma(db, "SELECT count(*) FROM sqlite_master", &count, err) < 0 ? -1
										      : count > 0;
}

static int
look(struct db *db, int count, int *version, struct err *err)
{
	int application, foreign;

	if (read_pragma(db, "PRAGMA user_version", version, err) < 0 ||
	    read_pragma(db, "PRAGMA application_id", &application, err) < 0)
		return -1;
	foreign = application != APPLICATION && (application != 0 || *version != 0);
	if (application == 0 && !foreign)
		foreign = has_tables(db, err);
	if (foreign < 0)
		return -1;
	if (foreign)
		return err_set(err, ERR_STORE, "'%s' is a database of another program", db->path);
	if (*version > count)
		return err_set(err, ERR_STORE,
		    "'%s' was made by a newer Dockline (schema %d, this one knows %d): use that "
		    "one",
		    db->path, *version, count);
	return 0;
}

/* All steps from a version on, and the number of the last. */
static int
climb(struct db *db, const char *const *steps, int version, int count, struct err *err)
{
	char mark[96];

	for (; version < count; version++)
		if (sqlite3_exec(db->handle, steps[version], NULL, NULL, NULL) != SQLITE_OK)
			return db_error(db, "cannot bring up to date", err);
	snprintf(mark, sizeof(mark), "PRAGMA application_id = %d; PRAGMA user_version = %d",
	    APPLICATION, count);
	if (sqlite3_exec(db->handle, mark, NULL, NULL, NULL) != SQLITE_OK)
		return db_error(db, "cannot bring up to date", err);
	return 0;
}

int
migrate(struct db *db, const char *const *steps, int count, struct err *err)
{
	int version;

	if (look(db, count, &version, err) < 0)
		return -1;
	if (version == count)
		return 0;
	if (db_begin(db, err) < 0)
		return -1;
	/* somebody else may have done it while we waited for the lock */
	if (look(db, count, &version, err) == 0 && climb(db, steps, version, count, err) == 0)
		return db_commit(db, err);
	db_rollback(db);
	return -1;
}
