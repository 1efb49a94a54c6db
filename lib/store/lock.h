/* SPDX-License-Identifier: MIT */
/*
 * lock: who may write and who may checkpoint.
 *
 * Debian 12's SQLite can lose frames when a checkpoint runs while another
 * connection commits and resets the log (the WAL-reset bug, fixed in 3.51.3).
 * So a checkpoint runs only under the exclusive state lock, which every writer
 * holds shared for the length of its transaction. Of the bytes of a
 * lock file writers pass the gate on their way to the lock, and a checkpointer keeps the
 * gate while it waits, so a stream of writers cannot starve it; a third is for
 * who makes a copy of two databases, and who removes from one of them; a fourth
 * is held by all who have the database open. The locks belong to open file
 * descriptions, so closing some other descriptor of the file never drops them.
 */
#ifndef STORE_LOCK_H
#define STORE_LOCK_H

#include <stdbool.h>

/* The bytes that are locked; the last three belong to store/host.c. */
enum lock_byte { BYTE_GATE, BYTE_WRITE, BYTE_KEEP, BYTE_OPEN, BYTE_DOOR, BYTE_SEAT, BYTE_PROBE };

/* Open the lock file of a database, made if missing. -1 with errno. */
int lock_open(const char *path);

/* Before and after a write transaction. -1 with errno. */
int lock_write(int fd);
void lock_write_end(int fd);

/* Before and after a checkpoint. wait: until all writers are done. -1: not now. */
int lock_checkpoint(int fd, bool wait);
void lock_checkpoint_end(int fd);

/* Nothing that is stored is removed meanwhile; alone: we may remove. Waits. -1 with errno. */
int lock_keep(int fd, bool alone);
void lock_keep_end(int fd);

/* The database was opened, until fd is closed. Before that: has nobody else opened it? Only a hint,
 * since somebody may just be doing so. */
void lock_enter(int fd);
bool lock_is_last(int fd);

#endif
