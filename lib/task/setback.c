/* SPDX-License-Identifier: MIT */
/* setback: what waits to be tried again when the wall clock was set back. */
#include "task/setback.h"

#include "base/clock.h"
#include "store/stmt.h"

static const char sql_mend[] =
    "UPDATE execution AS e SET not_before = min(e.not_before, ?1 + e.not_before - a.ended)"
    " FROM attempt a WHERE e.status = 'retrying' AND a.execution = e.id"
    " AND a.number = e.attempts AND a.ended > ?1";

int
setback_mend(struct store *store, struct err *err)
{
	return stmt_run(store, err, sql_mend, "i", clock_wall()) < 0 ? -1 : 0;
}
