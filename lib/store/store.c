/* SPDX-License-Identifier: MIT */
/*
 * store: the state directory, its two databases and their transactions.
 *
 * Automatic checkpoints and the one on close are off; see lock.h for why and
 * db.c for when they run. On network file systems the log would need memory
 * shared between hosts: there the rollback journal is used, with full syncs.
 */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/path.h"
#include "store/alike.h"
#include "store/host.h"
#include "store/internal.h"
#include "store/lock.h"
#include "store/rows.h"
#include "store/place.h"
#include "store/stmt.h"

enum { BUSY_LIMIT = 60 * 1000000 }; /* microseconds */

/* The nearest .dockline in the working directory and above, or NULL. */
static char *
find_upwards(void)
{
	char *up = path_absolute("x"), *slash, *dir = NULL;

	while (!dir && (slash = strrchr(up, '/'))) {
		*slash = '\0';
		dir = path_join(*up ? up : "/", ".dockline");
		if (access(dir, F_OK) < 0) {
			free(dir);
			dir = NULL;
		}
	}
	free(up);
	return dir;
}

char *
store_find(const char *given, struct err *err)
{
	const char *env = getenv("DOCKLINE_STATE"), *home = getenv("HOME");
	const char *xdg = getenv("XDG_STATE_HOME");
	char *dir;

	if (given)
		return path_absolute(given);
	if (env && *env)
		return path_absolute(env);
	dir = find_upwards();
	if (dir)
		return dir;
	if (xdg && *xdg == '/')
		return path_join(xdg, "dockline");
	if (home && *home == '/')
		return path_join(home, ".local/state/dockline");
	err_set(
	    err, ERR_USAGE, "no place for the state: set HOME or DOCKLINE_STATE, or use --state");
	return NULL;
}

static int
make_dir(const char *dir, struct err *err)
{
	char *path = xstrdup(dir);
	int rc = 0;

	for (char *p = path + 1; *p && rc == 0; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir(path, 0777) < 0 && errno != EEXIST)
			rc = err_sys(err, "cannot create '%s'", path);
		*p = '/';
	}
	free(path);
	if (rc == 0 && mkdir(dir, 0700) < 0 && errno != EEXIST)
		rc = err_sys(err, "cannot create state directory '%s'", dir);
	return rc;
}

/* The directory is there, is ours, and nobody else can look into it. */
static int
check_dir(const char *dir, int flags, struct err *err)
{
	struct stat st;

	if (stat(dir, &st) < 0 && errno == ENOENT && (flags & STORE_CREATE) &&
	    make_dir(dir, err) < 0)
		return -1;
	if (stat(dir, &st) < 0) {
		if (errno == ENOENT)
			return err_set(err, ERR_STORE,
			    "no state directory '%s': nothing was submitted yet", dir);
		return err_sys(err, "cannot open state directory '%s'", dir);
	}
	if (!S_ISDIR(st.st_mode))
		return err_set(err, ERR_STORE, "state directory '%s' is not a directory", dir);
	if (st.st_uid != geteuid())
		return err_set(err, ERR_STORE, "state directory '%s' belongs to another user", dir);
	if ((st.st_mode & 077) && chmod(dir, 0700) < 0)
		return err_sys(err, "cannot make '%s' private", dir);
	return 0;
}

bool
store_on_network(const char *dir, const char **kind)
{
	static const struct {
		unsigned long magic; /* statfs(2), linux/magic.h */
		const char *name;
	} network[] = {
		{ 0x6969, "nfs" },
		{ 0xFE534D42, "smb2" },
		{ 0xFF534D42, "cifs" },
		{ 0x0BD00BD0, "lustre" },
		{ 0x47504653, "gpfs" },
		{ 0x00C36400, "ceph" },
		{ 0x19830326, "beegfs" },
		{ 0x5346414F, "afs" },
		{ 0x01021997, "9p" },
		{ 0x65735546, "fuse" },
	};
	const char *forced = getenv("DOCKLINE_NETWORK_FS");
	struct statfs fs;

	*kind = "local";
	if (forced && *forced) {
		*kind = *forced >= 'a' && *forced <= 'z' ? forced : "network";
		return true;
	}
	if (statfs(dir, &fs) < 0)
		return false;
	for (size_t i = 0; i < sizeof(network) / sizeof(*network); i++) {
		if (((unsigned long)fs.f_type & 0xffffffff) != network[i].magic)
			continue;
		*kind = network[i].name;
		return true;
	}
	return false;
}

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

static int
settings(struct db *db, const char *sql, struct err *err)
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
	if (fresh && settings(db, "PRAGMA auto_vacuum = INCREMENTAL", err) < 0)
		return -1;
	if (set_journal(db, store->fleeting, err) < 0)
		return -1;
	sqlite3_wal_hook(db->handle, on_commit, db); /* also ends automatic checkpoints */
	return settings(db,
	    "PRAGMA mmap_size = 0; PRAGMA cache_size = -8192;"
	    "PRAGMA temp_store = MEMORY",
	    err);
}

static int
open_file(struct store *store, struct db *db, const char *path, struct err *err)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX;
	bool none = access(path, F_OK) < 0 && errno == ENOENT;
	struct stat file;
	char *gate;

	if (store->create)
		flags |= SQLITE_OPEN_CREATE;
	else if (none)
		return err_set(
		    err, ERR_STORE, "no state file '%s': nothing was submitted yet", path);
	gate = xasprintf("%s.lock", path);
	db->gate = lock_open(gate);
	free(gate);
	if (db->gate < 0)
		return err_sys(err, "cannot open '%s.lock'", path);
	lock_enter(db->gate);
	db->dir = store->dir;
	db->wal = !store_on_network(store->dir, &db->kind);
	if (!db->wal && host_check(db->gate, db->dir, db->kind, err) < 0)
		return -1;
	if (sqlite3_open_v2(path, &db->handle, flags, NULL) != SQLITE_OK)
		return db_error(db, "cannot open", err);
	if (none) /* and so are the files beside it; umask(2) would be that of other threads, too */
		chmod(path, 0600);
	return configure(store, db, none || (stat(path, &file) == 0 && file.st_size == 0), err);
}

static int
db_open(struct store *store, struct db *db, const char *name, struct err *err)
{
	char *path = path_join(store->dir, name);
	int rc;

	db->name = name;
	rc = open_file(store, db, path, err);
	free(path);
	return rc;
}

static void
db_close(struct db *db)
{
	alike_forget(db);
	stmt_free_all(db);
	rows_free(db);
	db_leave(db);
	sqlite3_close(db->handle);
	if (db->gate >= 0)
		close(db->gate);
	*db = (struct db){ .gate = -1 };
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
	if (check_dir(dir, flags, err) < 0)
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

	return store->state.wal && !store->fleeting ? settings(&store->state, sql, err) : 0;
}

int
store_bulk(struct store *store, struct err *err)
{
	store->state.bulk = true;
	return settings(&store->state, "PRAGMA cache_size = -2048", err);
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
