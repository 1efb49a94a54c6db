/* SPDX-License-Identifier: MIT */
/*
 * store: the state directory, its two databases and their transactions.
 *
 * A store is used by one thread at a time. Every change happens between
 * store_begin and store_commit; what was committed survives kill -9 and power
 * loss. Checkpoints run only while no other process writes (see store.c).
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct store;

enum store_flags {
	STORE_CREATE = 1,   /* make the directory and the databases when there are none */
	STORE_FLEETING = 2, /* a new one need not survive the machine: nothing is ever synced */
};

/* The state directory: given (--state), else $DOCKLINE_STATE, else the nearest .dockline/ in this
 * directory and its ancestors, else $XDG_STATE_HOME/dockline. It need not exist. The caller frees;
 * NULL when there is no home to put it in. */
char *store_find(const char *given, struct err *err);

/* Open. Without STORE_CREATE a missing state is ERR_STORE. NULL on error. */
struct store *store_open(const char *dir, int flags, struct err *err);
void store_close(struct store *store);

/* The directory, borrowed. */
const char *store_dir(const struct store *store);

/* A write transaction, begun at once; waits for other writers up to a minute. Objects are in a
 * transaction of their own that is committed first. */
int store_begin(struct store *store, struct err *err);
int store_commit(struct store *store, struct err *err);
void store_rollback(struct store *store);

/* With soon, commits are not waited for until store_sync: others see them at once, and they survive
 * the death of this process; a power cut may take those since then. Where there is no write-ahead
 * log all commits are waited for. Not within a transaction. */
int store_commit_soon(struct store *store, bool soon, struct err *err);
int store_sync(struct store *store, struct err *err);

/* From now on much is written in order, in large transactions whose end nobody waits for: the log
 * grows further before it is copied, so that a page which many of them write is copied once, and
 * little is kept in memory, since nothing is read again. */
int store_bulk(struct store *store, struct err *err);

/* Between these two all reading sees one state and takes its locks once. Keep it short. */
int store_read(struct store *store, struct err *err);
void store_read_end(struct store *store);

/* A number that changes whenever another connection (not this one) has committed. Cheap enough to
 * poll. */
int64_t store_version(struct store *store);

/* Does another host write now, on a file system that hosts share? Then a transaction would wait,
 * and fail: what need not be done here and now is left to that host. */
bool store_is_elsewhere(const struct store *store);

/* Is dir on a network file system? *kind names the file system, or "local". */
bool store_on_network(const char *dir, const char **kind);

/* The SQLite library in use, and whether it has the WAL-reset bug. */
const char *store_sqlite_version(void);
bool store_sqlite_has_wal_bug(void);

#endif
