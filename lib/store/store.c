/* SPDX-License-Identifier: MIT */
/* store: the state directory, its two databases and their transactions. */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"
#include "store/host.h"
#include "store/internal.h"
#include "store/stmt.h"

const char *
store_sqlite_version(void)
{
	return sqlite3_libversion();
}

bool
store_sqlite_has_wal_bug(void)
{
	return sqlite3_libversion_number() < 3051003;
}

/* Whoever opens it later must know, too. */
static bool
is_fleeting(const char *dir, int flags)
{
	char *mark = path_join(dir, "fleeting");
	int fd = flags & STORE_FLEETING ? open(mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : -1;
	bool fleeting = fd >= 0 || access(mark, F_OK) == 0;

	if (fd >= 0)
		close(fd);
	free(mark);
	return fleeting;
}

struct store *
store_open(const char *dir, int flags, struct err *err)
{
	struct store *store;

	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); /* nobody asks, and it locks at every malloc */
	if (directory_check(dir, flags, err) < 0)
		return NULL;
	store = xcalloc(1, sizeof(*store));
	store->dir = xstrdup(dir);
	store->create = flags & STORE_CREATE;
	store->fleeting = is_fleeting(dir, flags);
	store->state.gate = store->objects.gate = -1;
	if (db_open(store, &store->state, "state.db", err) == 0 &&
	    migrate(&store->state, schema_state, schema_state_count, err) == 0)
		return store;
	store_close(store);
	return NULL;
}

int
store_need_objects(struct store *store, struct err *err)
{
	if (store->objects.handle)
		return 0;
	store->create = true;
	if (db_open(store, &store->objects, "objects.db", err) == 0 &&
	    migrate(&store->objects, schema_objects, schema_objects_count, err) == 0)
		return 0;
	db_close(&store->objects);
	return -1;
}

int
store_look_objects(struct store *store, struct err *err)
{
	char *path;
	bool none;

	if (store->objects.handle)
		return 1;
	path = path_join(store->dir, "objects.db");
	none = access(path, F_OK) < 0 && errno == ENOENT;
	free(path);
	if (none)
		return 0;
	return store_need_objects(store, err) < 0 ? -1 : 1;
}

void
store_close(struct store *store)
{
	if (!store)
		return;
	db_close(&store->state);
	db_close(&store->objects);
	free(store->dir);
	free(store);
}

bool
store_is_elsewhere(const struct store *store)
{
	const struct db *db = &store->state;

	return !db->wal && !db->seated && host_is_elsewhere(db->gate);
}

const char *
store_dir(const struct store *store)
{
	return store->dir;
}

int
store_begin(struct store *store, struct err *err)
{
	return db_begin(&store->state, err);
}

int
store_commit(struct store *store, struct err *err)
{
	if (db_commit(&store->objects, err) == 0)
		return db_commit(&store->state, err);
	store_rollback(store);
	return -1;
}

void
store_rollback(struct store *store)
{
	db_rollback(&store->objects);
	db_rollback(&store->state);
}

int
store_commit_soon(struct store *store, bool soon, struct err *err)
{
	const char *sql = soon ? "PRAGMA synchronous = NORMAL" : "PRAGMA synchronous = FULL";

	return store->state.wal && !store->fleeting ? db_set(&store->state, sql, err) : 0;
}

int
store_bulk(struct store *store, struct err *err)
{
	store->state.bulk = true;
	return db_set(&store->state, "PRAGMA cache_size = -2048", err);
}

/* A log that is gone was copied into the database, and that was synced. Closing it drops no lock:
 * SQLite has none on the log itself. */
int
store_sync(struct store *store, struct err *err)
{
	char *path = path_join(store->dir, "state.db-wal");
	bool loose = store->state.wal && !store->fleeting;
	int fd = loose ? open(path, O_RDWR | O_CLOEXEC) : -1, rc = 0;

	if (fd >= 0 && fdatasync(fd) < 0)
		rc = err_sys(err, "cannot write '%s'", path);
	if (fd >= 0)
		close(fd);
	free(path);
	return rc;
}

int
store_read(struct store *store, struct err *err)
{
	if (sqlite3_exec(store->state.handle, "BEGIN", NULL, NULL, NULL) != SQLITE_OK)
		return db_error(&store->state, "cannot read", err);
	return 0;
}

void
store_read_end(struct store *store)
{
	sqlite3_exec(store->state.handle, "COMMIT", NULL, NULL, NULL);
}

int64_t
store_version(struct store *store)
{
	int64_t version = 0;

	stmt_number(store, NULL, &version, "PRAGMA data_version", "");
	return version;
}
