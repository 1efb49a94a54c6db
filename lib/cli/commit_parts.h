/* SPDX-License-Identifier: MIT */
/* commit_parts: what the writer thread (commit_writer.c) and the others (commit.c) share. */
#ifndef CLI_COMMIT_PARTS_H
#define CLI_COMMIT_PARTS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "cli/commit.h"
#include "cli/errand.h"
#include "cli/ledger.h"

struct commit {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake, room;
	int fd;

	/* inbox */
	int64_t *adopted;
	size_t nadopted;
	struct line *lines, **lines_tail;
	size_t nlines, bytes;
	size_t batch_lines; /* so many lines at once; as many may wait */
	bool lines_end, stop;
	struct ended *ends, **ends_tail;
	struct work *returned;
	struct change *changes, **changes_tail;
	struct want want;
	bool hungry;
	bool urgent;  /* something failed: what that decides for others is not put off */
	bool stirred; /* the conductor has something to do */
	bool napping; /* the writer waits for company: only what is urgent wakes it */

	/* outbox */
	struct work *claimed, **claimed_tail;
	struct order *orders, **orders_tail;
	struct errand *errands, **errands_tail;
	struct commit_state state;

	/* the writer's own */
	struct ledger ledger;
	int64_t committed, polled;
	bool more; /* somebody else queued something, or it is due */
	struct err err;
};

/* The thread; ctx is the commit. */
void *commit_writer(void *ctx);

/* commit_fd becomes readable. */
void commit_poke(struct commit *commit);

/* Is there something to write? Locked. */
bool commit_has_work(const struct commit *commit);

/* Nobody takes what is claimed any more: give it back. Locked. */
void commit_take_back(struct commit *commit);

/* Free what was never handed on. */
void commit_free_works(struct work *works);
void commit_free_batch(struct batch *batch);

#endif
