/* SPDX-License-Identifier: MIT */
/* ledger_look: what others did meanwhile, the heartbeat, and clocks. */
#include "base/clock.h"
#include "cli/app.h"
#include "cli/board.h"
#include "cli/cluster_home.h"
#include "cli/ledger.h"
#include "cli/strays.h"
#include "cli/tell.h"
#include "store/store.h"
#include "task/setback.h"
#include "task/workers.h"

enum {
	SETBACK = 1000000, /* microseconds: less is the clock being adjusted */
	CARE = 1000000,    /* between looks for workers that died */
};

/* Was the wall clock, which is so far ahead of clock_boot, set back, now or before we came? */
static bool
was_set_back(const struct ledger *l, int64_t offset)
{
	return l->o.worker && offset < l->offset - SETBACK;
}

int
ledger_mend(struct ledger *l, struct err *err)
{
	int64_t offset = clock_wall() - clock_boot();
	bool back = was_set_back(l, offset);

	l->offset = offset;
	return back ? setback_mend(l->o.store, err) : 0;
}

int
ledger_beat(struct ledger *l, struct err *err)
{
	int64_t now = clock_boot();
	int n;

	if (l->o.worker == 0 || (now - l->beaten < WORKER_HEARTBEAT && !l->deaths))
		return 0;
	l->beaten = now;
	l->deaths = false;
	n = strays_reap(l->o.app, l->o.store, l->vigil, &l->tally, err);
	if (n > 0) {
		/* what was lost once too often has ended, by nobody's doing but ours */
		l->version = -1;
		app_say(l->o.app, "a worker died: %d execution%s it held %s taken over", n,
		    n == 1 ? "" : "s", n == 1 ? "is" : "are");
	}
	return n < 0 ? -1 : worker_beat(l->o.store, l->o.worker, l->worked, err);
}

static int
look_at(int64_t id, void *ctx)
{
	struct ledger *l = ctx;
	struct standpoint stand;
	int rc = execution_status(l->o.store, l->o.app->org, id, &stand, &l->err);

	if (rc > 0 && state_is_final(stand.status))
		tell_later(l, id);
	return rc < 0 ? -1 : 0;
}

/* What workers that died held, and what came home from clusters. */
static int
look_around(struct ledger *l, struct err *err)
{
	int64_t now = clock_boot();
	int dead;

	if (l->o.worker == 0 || now - l->cared < CARE)
		return 0;
	l->cared = now;
	dead = workers_need_reaping(l->o.store, l->vigil, NULL, NULL, err);
	l->deaths = dead > 0;
	return dead < 0 ? -1 : cluster_collect(l->o.app, l->o.store, err);
}

bool
ledger_is_due(const struct ledger *l)
{
	int64_t now = clock_boot();

	if (l->o.worker == 0)
		return false;
	return now - l->beaten >= WORKER_HEARTBEAT || l->ordered || l->deaths ||
	    was_set_back(l, clock_wall() - now) || board_is_due(l->board);
}

int
ledger_look(struct ledger *l, struct err *err)
{
	int64_t version = store_version(l->o.store);
	int rc = 0;

	if (look_around(l, err) < 0)
		return -1;
	if (l->o.conductor) {
		rc = l->o.conductor->look(l->o.conductor->ctx, version != l->version, err);
		l->stirred |= rc > 0;
	}
	if (version == l->version || rc < 0)
		return rc < 0 ? -1 : 0;
	rc = 0;
	l->version = version;
	if (store_read(l->o.store, err) < 0)
		return -1;
	if (l->o.worker) {
		rc = claim_has_orders(l->o.store, l->o.worker, err);
		l->ordered = rc > 0;
	}
	if (rc >= 0 && !l->o.print_submitted && l->asked.count > l->asked.marked) {
		rc = idset_unmarked(&l->asked, look_at, l);
		if (rc < 0)
			*err = l->err;
	}
	store_read_end(l->o.store);
	/* who ended it may be waiting for the disk still */
	if (rc < 0 || (l->print.len > 0 && store_sync(l->o.store, err) < 0))
		return -1;
	return tell_records(l, err);
}

int
ledger_wait(struct ledger *l, struct err *err)
{
	return claimer_look(&l->claimer, &l->scope, &l->waits, err);
}
