/* SPDX-License-Identifier: MIT */
/*
 * space: how much of the disk the state takes, given back, and copied.
 *
 * A file that was made with incremental vacuum gives free pages back in short
 * transactions; one that was made before that is rewritten as a whole, once,
 * when a quarter of it is free: then it has incremental vacuum too.
 */
#ifndef STORE_SPACE_H
#define STORE_SPACE_H

#include <stdint.h>

struct err;
struct store;

/* Bytes that the two databases and their logs take on the disk; what is not there takes none. */
int64_t space_used(const struct store *store);

/* Give free pages back to the file system and empty the logs. Writers wait for a few milliseconds
 * at a time; where a whole file is rewritten, for as long as that takes. */
int space_give_back(struct store *store, struct err *err);

/* Copy both databases into the directory, which is there and empty; every object that the one
 * refers to is in the other. Each copy is checked (ERR_STORE: it is not whole). Nobody waits. */
int space_copy(struct store *store, const char *dir, struct err *err);

/* Between these two no object is removed by others (shared), or we may remove some (alone: waits
 * until no copy is being made). Without a database of objects nothing happens. */
int space_hold(struct store *store, struct err *err);
int space_hold_alone(struct store *store, struct err *err);
void space_release(struct store *store);

#endif
