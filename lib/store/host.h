/* SPDX-License-Identifier: MIT */
/*
 * host: on a shared file system one host writes at a time.
 *
 * Two hosts see each other's locks there, but not always each other's pages. So
 * the first process that writes puts the name of its host into the lock file of
 * the database and keeps a lock on it until it ends; others of that host join
 * it, those of another host may take over when the last of them has ended.
 * Readers need none of this.
 */
#ifndef STORE_HOST_H
#define STORE_HOST_H

#include <stdbool.h>

struct err;

enum { HOST_WAIT = 5 }; /* seconds that one waits for the processes of another host to end */

/* Do locks work where this lock file is? ERR_STORE with the way out where they do not: Lustre
 * mounted without "flock", NFS without a lock manager. kind: what store_on_network calls it. */
int host_check(int fd, const char *dir, const char *kind, struct err *err);

/* This host writes from now on, until the descriptor is closed. ERR_STORE names the other host that
 * does. */
int host_take(int fd, const char *dir, const char *kind, struct err *err);

/* Does another host write now, so that host_take would have to wait? Nothing is taken. */
bool host_is_elsewhere(int fd);

#endif
