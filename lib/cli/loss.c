/* SPDX-License-Identifier: MIT */
/* loss: how an execution ended that was lost with its worker. */
#include "cli/loss.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "cli/finding.h"

struct ended *
loss_judge(struct work *work, enum failure class, const char *reason)
{
	struct ended *e = xcalloc(1, sizeof(*e));
	struct finding v = { .exit_code = -1 };
	struct buf none = BUF_INIT;
	int64_t now = clock_wall();

	e->end = (struct ending){ .id = work->id,
		.attempt = work->attempt,
		.tries = work->attempt - work->spent,
		.past = work->past,
		.lane = work->lane,
		.started = now,
		.ended = now };
	finding_fail(&v, class, "%s", reason);
	finding_conclude(&v, e, work->lane->task, &none);
	finding_clear(&v);
	work_free(work);
	return e;
}

void
loss_free(struct ended *e)
{
	free(e->error);
	free(e->reason);
	free(e);
}
