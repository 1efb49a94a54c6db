/* SPDX-License-Identifier: MIT */
/* live: what an execution writes while it runs. */
#include "cli/live.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "cli/notice.h"
#include "task/begun.h"
#include "task/workers.h"

enum { PIECE = 1 << 20 };

struct live {
	int64_t execution;
	int attempt, slot;
	struct begun *begun;
	int fd[2]; /* by enum attempt_stream */
};

static int
open_file(const char *scratch, int slot, const char *kind, struct notice *notice)
{
	char *path = xasprintf("%s/%d.%s", scratch, slot, kind);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd >= 0 && notice)
		notice_file(notice, path);
	free(path);
	return fd;
}

struct live *
live_open(const char *scratch, int64_t execution, int attempt, struct notice *notice)
{
	struct begun *begun = begun_open(scratch);
	int slot = begun ? begun_slot(begun, execution) : -1;
	struct live *live;

	if (slot < 0) {
		begun_free(begun);
		return NULL;
	}
	live = xcalloc(1, sizeof(*live));
	*live = (struct live){ .execution = execution,
		.attempt = attempt,
		.slot = slot,
		.begun = begun,
		.fd = { [ATTEMPT_STDOUT] = open_file(scratch, slot, "out", notice),
		    [ATTEMPT_STDERR] = open_file(scratch, slot, "log", notice) } };
	return live;
}

void
live_free(struct live *live)
{
	if (!live)
		return;
	for (int i = 0; i < 2; i++)
		if (live->fd[i] >= 0)
			close(live->fd[i]);
	begun_free(live->begun);
	free(live);
}

int
live_attempt(const struct live *live)
{
	return live->attempt;
}

/* Is the slot still ours? 1, 0, -1. */
static int
runs(const struct live *live, struct store *store, struct err *err)
{
	int attempt, rc;

	if (begun_slot(live->begun, live->execution) != live->slot)
		return 0;
	rc = worker_of_execution(store, live->execution, &attempt, NULL, err);
	return rc <= 0 ? rc : attempt == live->attempt;
}

int
live_read(struct live *live, struct store *store, enum attempt_stream stream, int64_t from,
    struct buf *out, struct err *err)
{
	size_t before = out->len;
	ssize_t n = PIECE;
	int rc;

	while (n == PIECE && live->fd[stream] >= 0) {
		n = pread(live->fd[stream], buf_reserve(out, PIECE), PIECE, from);
		if (n > 0) {
			out->len += (size_t)n;
			from += n;
		}
	}
	rc = runs(live, store, err);
	if (rc <= 0)
		out->len = before;
	return rc;
}
