/* SPDX-License-Identifier: MIT */
/* recall: claimed executions that need not be run. */
#include "cli/recall.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/vec.h"
#include "cli/app.h"
#include "cli/claimer.h"
#include "cli/precedent.h"
#include "store/store.h"
#include "task/cache.h"
#include "task/control.h"
#include "task/fingerprint.h"
#include "task/task.h"

/* One that is run, and those that are equal to it. */
struct leader {
	int64_t id;
	struct fingerprint print;
	struct work *followers;
	UT_hash_handle by_id, by_digest;
};

/* One whose result is there already. */
struct hit {
	struct work *work;
	int64_t from;
	char digest[DIGEST_HEX];
	struct buf result; /* handed over */
};

struct hits {
	struct hit *at;
	size_t len, room;
};

static void
free_follower(struct work *work)
{
	--*work->lane->held;
	work_free(work);
}

static void
drop_leader(struct recall *r, struct leader *leader)
{
	HASH_DELETE(by_id, r->by_id, leader);
	HASH_DELETE(by_digest, r->by_digest, leader);
	while (leader->followers) {
		struct work *next = leader->followers->next;

		free_follower(leader->followers);
		leader->followers = next;
	}
	free(leader->print.parts);
	free(leader);
}

/* ---- claimed ---- */

static void
hit_clear(struct hit *hit)
{
	buf_clear(&hit->result);
}

static void
lead(struct recall *r, const struct work *work, struct fingerprint *print)
{
	struct leader *leader = xcalloc(1, sizeof(*leader));

	leader->id = work->id;
	leader->print = *print;
	print->parts = NULL;
	HASH_ADD(by_id, r->by_id, id, sizeof(leader->id), leader);
	HASH_ADD(by_digest, r->by_digest, print.digest, DIGEST_HEX - 1, leader);
}

/* There is no result yet: is one like it run, for which this one waits? Else it is run. */
static int
lead_or_follow(
    struct recall *r, struct work *work, struct leader *leader, struct fingerprint *print)
{
	if (!leader) {
		lead(r, work, print);
		return 0;
	}
	if (work->uncached)
		return 0;
	free(work->params); /* it will not need them */
	work->params = NULL;
	work->next = leader->followers;
	leader->followers = work;
	return 1;
}

/* Is it taken out of what is run? A result that it gets goes into hits. */
static int
look(struct recall *r, struct work *work, struct hits *hits, struct err *err)
{
	struct fingerprint print = { .parts = NULL };
	struct hit hit = { .work = work };
	struct leader *leader;
	int rc = 0;

	if (!r->precedent)
		r->precedent = precedent_new(r->app->org, r->memory);
	if (!precedent_print(r->precedent, work, &print))
		return 0;
	HASH_FIND(by_digest, r->by_digest, print.digest, DIGEST_HEX - 1, leader);
	if (!work->uncached)
		rc = precedent_find(
		    r->precedent, r->store, work, print.digest, &hit.from, &hit.result, err);
	if (rc > 0) {
		memcpy(hit.digest, print.digest, sizeof(hit.digest));
		vec_add(hits, hit);
	} else {
		hit_clear(&hit);
		rc = rc < 0 ? -1 : lead_or_follow(r, work, leader, &print);
	}
	free(print.parts);
	return rc;
}

static int
complete(struct recall *r, struct work *work, const char *digest, int64_t from,
    const struct buf *result, struct err *err)
{
	int rc;

	if (claimer_returned(r->claimer, work->lane, work->id, err) < 0)
		return -1;
	rc = cache_complete(r->store, r->worker, work, digest, from, result, r->tally, err);
	if (rc > 0)
		r->ended(work->id, r->ctx);
	return rc < 0 ? -1 : 0;
}

/* It goes back to where it was claimed. */
static int
give_back(struct recall *r, const struct work *work, struct err *err)
{
	if (claimer_returned(r->claimer, work->lane, work->id, err) < 0)
		return -1;
	return claim_change(r->store, r->worker, work->lane, work->id, work->attempt, EV_RETURN,
		   r->tally, err) < 0
	    ? -1
	    : 0;
}

static int
complete_hit(struct recall *r, const struct hit *hit, struct err *err)
{
	return complete(r, hit->work, hit->digest, hit->from, &hit->result, err);
}

/* One that followed: its parameters are in the state. */
static int
complete_follower(struct recall *r, struct work *work, const struct leader *leader, struct err *err)
{
	int rc = precedent_result(r->precedent, r->store, work, leader->id, &r->result, err);

	if (rc == 0)
		return give_back(r, work, err);
	return rc < 0 ? -1 : complete(r, work, leader->print.digest, leader->id, &r->result, err);
}

/* Complete what has a result, in one transaction. */
static int
complete_all(struct recall *r, const struct hits *hits, struct err *err)
{
	int rc = 0;

	if (hits->len == 0)
		return 0;
	if (store_begin(r->store, err) < 0)
		return -1;
	claimer_begin(r->claimer);
	for (size_t i = 0; i < hits->len && rc == 0; i++)
		rc = complete_hit(r, &hits->at[i], err);
	for (size_t i = 0; i < r->tally->skipped.len; i++)
		r->ended(r->tally->skipped.at[i], r->ctx);
	if (rc == 0)
		rc = claimer_write(r->claimer, err);
	if (rc == 0)
		rc = tally_write(r->tally, r->store, err);
	if (rc == 0)
		return store_commit(r->store, err);
	store_rollback(r->store);
	tally_reset(r->tally);
	return -1;
}

int
recall_claimed(struct recall *r, struct work **list, struct work ***tail, struct err *err)
{
	struct hits hits = VEC_INIT;
	struct work **at = list;
	int rc = 0;

	while (*at && rc >= 0) {
		struct work *work = *at, *next = work->next;

		rc = look(r, work, &hits, err);
		if (rc > 0)
			*at = next;
		else
			at = &work->next;
	}
	if (rc >= 0)
		*tail = at;
	if (rc >= 0)
		rc = complete_all(r, &hits, err);
	for (size_t i = 0; i < hits.len; i++) {
		free_follower(hits.at[i].work);
		hit_clear(&hits.at[i]);
	}
	vec_clear(&hits);
	return rc < 0 ? -1 : 0;
}

/* ---- ended ---- */

int
recall_ended(struct recall *r, int64_t id, bool completed, struct err *err)
{
	struct leader *leader;
	int rc = 0;

	HASH_FIND(by_id, r->by_id, &id, sizeof(id), leader);
	if (!leader)
		return 0;
	if (completed)
		rc = cache_put(r->store, leader->print.digest, leader->print.parts, id, err);
	for (struct work *w = leader->followers; w && rc == 0; w = w->next)
		rc = completed ? complete_follower(r, w, leader, err) : give_back(r, w, err);
	drop_leader(r, leader);
	return rc;
}

/* The leader it follows, and where it is linked there; NULL: it follows none. */
static struct work **
find_follower(struct recall *r, int64_t id)
{
	for (struct leader *l = r->by_id; l; l = l->by_id.next)
		for (struct work **at = &l->followers; *at; at = &(*at)->next)
			if ((*at)->id == id)
				return at;
	return NULL;
}

int
recall_order(struct recall *r, const struct order *order, struct err *err)
{
	static const enum control controls[] = { [REQUEST_CANCEL] = CONTROL_CANCEL,
		[REQUEST_PAUSE] = CONTROL_PAUSE,
		[REQUEST_RESUME] = CONTROL_RESUME };
	struct work **at = find_follower(r, order->id), *work;
	enum status was;
	int rc;

	if (!at)
		return 0;
	work = *at;
	*at = work->next;
	rc = give_back(r, work, err);
	if (rc == 0)
		rc = control_execution(r->store, r->app->org, work->id, controls[order->request],
		    NULL, r->tally, &was, err);
	if (rc >= 0 && order->request == REQUEST_CANCEL)
		r->ended(work->id, r->ctx);
	free_follower(work);
	return rc < 0 ? -1 : 1;
}

void
recall_clear(struct recall *r)
{
	struct leader *leader, *next;

	HASH_ITER(by_id, r->by_id, leader, next)
	{
		drop_leader(r, leader);
	}
	precedent_free(r->precedent);
	buf_clear(&r->result);
}
