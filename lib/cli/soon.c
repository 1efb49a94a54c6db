/* SPDX-License-Identifier: MIT */
/* soon: commits that others see at once, and that reach the disk a moment later. */
#include "cli/soon.h"

#include <poll.h>

#include "base/clock.h"
#include "store/store.h"

enum { LATEST = 100000, PAUSE = 20 }; /* microseconds; milliseconds */

int
soon_begin(struct soon *soon, struct store *store, struct err *err)
{
	*soon = (struct soon){ .store = store };
	return store_commit_soon(store, true, err);
}

static int
sync_now(struct soon *soon, struct err *err)
{
	if (!soon->since)
		return 0;
	soon->since = 0;
	return store_sync(soon->store, err);
}

int
soon_committed(struct soon *soon, struct err *err)
{
	int64_t now = clock_boot();

	if (!soon->since)
		soon->since = now;
	return now - soon->since >= LATEST ? sync_now(soon, err) : 0;
}

int
soon_wait(struct soon *soon, int fd, struct err *err)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	if (!soon->since || poll(&p, 1, PAUSE) > 0)
		return 0;
	return sync_now(soon, err);
}

int
soon_end(struct soon *soon, struct err *err)
{
	int rc = sync_now(soon, err);

	return store_commit_soon(soon->store, false, err) < 0 ? -1 : rc;
}
