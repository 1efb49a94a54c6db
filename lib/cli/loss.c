/* SPDX-License-Identifier: MIT */
/* loss: how an execution ended that was lost with its worker. */
#include "cli/loss.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "cli/finding.h"

struct ended *
loss_judge(struct work *work, enum failure class, const char *reason)
{
	struct finding v = { .exit_code = -1 };
	struct buf none = BUF_INIT;
	int64_t now = clock_wall();
	struct ended *e = finding_ending(work, now, now);

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
